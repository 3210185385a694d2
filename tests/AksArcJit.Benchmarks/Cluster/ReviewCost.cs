using System.Diagnostics;

namespace AksArcJit.Benchmarks.Cluster;

/// <summary>
/// What open grants cost the cluster's own authorization: reviews with a thousand more bindings against reviews without. To the server a
/// binding is a binding, so these are raw ones. The lower quartile is compared: what others do on the machine meanwhile is above it.
/// </summary>
internal static class ReviewCost
{
    private const int Open = 1_000;

    public static async Task<bool> MeasureAsync(MeasuredServer server, int reviews, int rounds)
    {
        List<double> ratios = [], without = [], with = [];
        for (var round = 0; round < rounds; round++)
        {
            var before = await ReviewAsync(server, reviews / 2);
            var bound = await server.BindAsync(Open);
            var beside = await ReviewAsync(server, reviews);
            await server.DeleteAllAsync(bound, 8);
            var after = await ReviewAsync(server, reviews / 2);
            var (none, open) = (Ratio.Percentile([.. before, .. after], 0.25), Ratio.Percentile(beside, 0.25));
            without.Add(none);
            with.Add(open);
            ratios.Add(open / none);
        }
        return Ratio.TellAtMost($"authorization latency with {Open} open grants against none", Ratio.Median(ratios), 1.1,
            $"lower quartile {Ratio.Median(with):0.00} ms against {Ratio.Median(without):0.00} ms; {rounds} rounds, {ratios.Min():0.00} to {ratios.Max():0.00}");
    }

    /// <returns>Milliseconds.</returns>
    private static async Task<List<double>> ReviewAsync(MeasuredServer server, int count)
    {
        // Whatever the writes before left to do is not theirs.
        await Task.Delay(TimeSpan.FromSeconds(1));
        var times = new List<double>();
        for (var i = -20; i < count; i++)
        {
            var clock = Stopwatch.StartNew();
            await server.IsAllowedAsync(Guid.NewGuid().ToString());
            if (i >= 0)
                times.Add(clock.Elapsed.TotalMilliseconds);
        }
        return times;
    }
}
