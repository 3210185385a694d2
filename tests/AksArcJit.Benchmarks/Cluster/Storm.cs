using System.Diagnostics;

namespace AksArcJit.Benchmarks.Cluster;

/// <summary>Many ends at one moment against a raw parallel delete loop.</summary>
internal static class Storm
{
    /// <summary>Of 4, 8, 16 and 32, what the raw loop is fastest with.</summary>
    public static async Task<int> BestConcurrencyAsync(MeasuredServer server, int count)
    {
        var rates = new Dictionary<int, double>();
        foreach (var concurrency in new[] { 8, 4, 8, 16, 32 })
            rates[concurrency] = count / await RawAsync(server, count, concurrency);
        Console.WriteLine($"raw parallel deletes a second, {count} each: {string.Join(", ", rates.OrderBy(pair => pair.Key).Select(pair => $"{pair.Value:0} with {pair.Key}"))}");
        return rates.MaxBy(pair => pair.Value).Key;
    }

    public static async Task<bool> MeasureAsync(
        MeasuredServer server, MeasuredBroker broker, DeleteClock deletes, int count, int rounds, int concurrency)
    {
        List<double> ratios = [], raws = [], ours = [], confirmed = [];
        for (var round = 0; round < rounds; round++)
        {
            // Raw before and after, so that a slow moment of the machine meets both.
            var before = await RawAsync(server, count, concurrency);
            var grants = await broker.GrantAsync(count, TimeSpan.Zero);
            var end = grants[0].EndsAt;
            await broker.EndedAsync(grants);
            confirmed.Add((DateTimeOffset.UtcNow - end).TotalSeconds);
            var our = grants.Max(grant => (deletes.Seen[grant.Binding].Acknowledged - end.UtcDateTime).TotalSeconds);
            if (await server.CountAsync() is var lost and > 0)
                throw new InvalidOperationException($"{lost} bindings still stand.");
            var after = await RawAsync(server, count, concurrency);
            var raw = (before + after) / 2;
            ratios.Add(our / raw);
            raws.Add(raw);
            ours.Add(our);
        }
        var detail = $"{Ratio.Median(ours):0.00} s, {count / Ratio.Median(ours):0}/s, raw {Ratio.Median(raws):0.00} s with {concurrency} in flight; "
            + $"all confirmed and journaled after {Ratio.Median(confirmed):0.00} s; none lost; {rounds} rounds, {ratios.Min():0.00} to {ratios.Max():0.00}";
        return Ratio.TellAtMost($"{count} expiries at one moment, all deletes acknowledged, against the raw loop", Ratio.Median(ratios), 1.25, detail);
    }

    /// <returns>Seconds.</returns>
    private static async Task<double> RawAsync(MeasuredServer server, int count, int concurrency)
    {
        var bound = await server.BindAsync(count);
        var clock = Stopwatch.StartNew();
        await server.DeleteAllAsync(bound, concurrency);
        return clock.Elapsed.TotalSeconds;
    }
}
