using System.Runtime.InteropServices;
using AksArcJit.DevCluster;
using AksArcJit.DevCluster.Errors;
using AksArcJit.DevCluster.Hosting;

const string Usage = """
    usage: AksArcJit.DevCluster [--port N] [--data DIR] [--users FILE] [--seed-service-role] [--propagation-lag MILLISECONDS]
    Serves an in-memory Kubernetes RBAC API on https://127.0.0.1 until SIGTERM, and writes DIR/kubeconfig. Development only.
    """;

DevClusterOptions options;
try
{
    options = Parse(args);
}
catch (Exception fault) when (fault is FormatException or StatusException or IOException)
{
    Console.Error.WriteLine(fault.Message);
    Console.Error.WriteLine(Usage);
    return 2;
}

var stopped = new TaskCompletionSource();
using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
await using var cluster = await DevClusterHost.StartAsync(options);
Console.WriteLine($"DevCluster serves {cluster.Url.GetLeftPart(UriPartial.Authority)}, kubeconfig {cluster.KubeconfigPath}");
await stopped.Task;
return 0;

void Stop(PosixSignalContext signal)
{
    signal.Cancel = true;
    stopped.TrySetResult();
}

static DevClusterOptions Parse(string[] args)
{
    var options = new DevClusterOptions();
    for (var next = 0; next < args.Length; next++)
    {
        options = args[next] switch
        {
            "--port" => options with { Port = Number(Value(ref next)) },
            "--data" => options with { DataDirectory = Value(ref next) },
            "--users" => options with { Users = UsersFile.Load(Value(ref next)) },
            "--seed-service-role" => options with { SeedServiceRole = true },
            "--propagation-lag" => options with { PropagationLag = TimeSpan.FromMilliseconds(Number(Value(ref next))) },
            var other => throw new FormatException($"unknown option {other}"),
        };
    }
    return options;

    string Value(ref int at) => ++at < args.Length ? args[at] : throw new FormatException($"{args[at - 1]} needs a value");

    static int Number(string text) => int.TryParse(text, out var number) && number >= 0 ? number : throw new FormatException($"{text} is not a number of at least 0");
}
