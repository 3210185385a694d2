using AksArcJit.Benchmarks.Cluster;
using AksArcJit.Benchmarks.Events;
using AksArcJit.Benchmarks.Journal;

// Ratios of what the product does to what the machine can do, measured in one run: the machine's speed cancels out.
// usage: AksArcJit.Benchmarks [name ...] [--smoke]
Dictionary<string, Func<bool, Task<bool>>> runs = new(StringComparer.Ordinal)
{
    ["append"] = AppendRun.RunAsync,
    ["tables"] = TablesRun.RunAsync,
    ["verify"] = VerifyRun.RunAsync,
    ["open"] = OpenRun.RunAsync,
    ["cluster"] = ClusterRun.RunAsync,
    ["events"] = EventRun.RunAsync,
};

var isSmoke = args.Contains("--smoke");
var names = args.Where(argument => argument != "--smoke").ToList();
if (names.FirstOrDefault(name => !runs.ContainsKey(name)) is { } unknown)
{
    Console.Error.WriteLine($"'{unknown}' is no run; there are {string.Join(", ", runs.Keys)}.");
    return 64;
}
var isGood = true;
foreach (var (name, run) in runs)
    if (names.Count == 0 || names.Contains(name))
        isGood &= await run(isSmoke);
return isGood ? 0 : 1;
