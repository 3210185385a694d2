using System.Diagnostics;

namespace AksArcJit.Benchmarks.Cluster;

/// <summary>
/// What open grants cost the cluster's own authorization: reviews with a thousand more bindings against reviews without. To the server a
/// binding is a binding, so these are raw ones. It goes through all ClusterRoleBindings for every review that is denied, and through the
/// RoleBindings of the one namespace that is asked about. The lower quartile is compared: what others do on the machine meanwhile is above it.
/// </summary>
internal static class ReviewCost
{
    private const int Open = 1_000;
    private const int Namespaces = 20;

    public static async Task<bool> MeasureAsync(MeasuredServer server, int reviews, int rounds)
    {
        var inNamespaces = await MeasureAsync(server, reviews, rounds, $"in {Namespaces} namespaces", await server.MakeNamespacesAsync(Namespaces));
        return await MeasureAsync(server, reviews, rounds, "on the whole cluster", [""]) && inNamespaces;
    }

    /// <param name="namespaces">Where the grants lie, as many in each; empty for the whole cluster. Asked about is the first.</param>
    private static async Task<bool> MeasureAsync(MeasuredServer server, int reviews, int rounds, string where, IReadOnlyList<string> namespaces)
    {
        List<double> ratios = [], without = [], with = [];
        for (var round = 0; round < rounds; round++)
        {
            var before = await ReviewAsync(server, namespaces[0], reviews / 2);
            var bound = await server.BindAsync(Open, namespaces);
            var beside = await ReviewAsync(server, namespaces[0], reviews);
            await server.DeleteAllAsync(bound, 8);
            var after = await ReviewAsync(server, namespaces[0], reviews / 2);
            var (none, open) = (Ratio.Percentile([.. before, .. after], 0.25), Ratio.Percentile(beside, 0.25));
            without.Add(none);
            with.Add(open);
            ratios.Add(open / none);
        }
        return Ratio.TellAtMost($"authorization latency with {Open} open grants {where} against none", Ratio.Median(ratios), 1.1,
            $"lower quartile {Ratio.Median(with):0.00} ms against {Ratio.Median(without):0.00} ms; {rounds} rounds, {ratios.Min():0.00} to {ratios.Max():0.00}");
    }

    /// <returns>Milliseconds.</returns>
    private static async Task<List<double>> ReviewAsync(MeasuredServer server, string ns, int count)
    {
        // Whatever the writes before left to do is not theirs.
        await Task.Delay(TimeSpan.FromSeconds(1));
        var times = new List<double>();
        for (var i = -20; i < count; i++)
        {
            var clock = Stopwatch.StartNew();
            await server.IsAllowedAsync(Guid.NewGuid().ToString(), ns);
            if (i >= 0)
                times.Add(clock.Elapsed.TotalMilliseconds);
        }
        return times;
    }
}
