using System.Diagnostics;

namespace AksArcJit.Benchmarks.Cluster;

/// <summary>Ends that come one by one, ten in a second: until the delete is acknowledged, and until the cluster says no.</summary>
internal static class EndLatency
{
    private static readonly TimeSpan Spacing = TimeSpan.FromMilliseconds(100);

    public static async Task<bool> MeasureAsync(MeasuredServer server, MeasuredBroker broker, DeleteClock deletes, int count)
    {
        var raw = await RawAsync(server, count);
        // The first only warm up.
        var plain = await broker.GrantAsync(count + 5, Spacing);
        await broker.EndedAsync(plain);
        var acknowledged = plain.Skip(5).Select(grant => (deletes.Seen[grant.Binding].Acknowledged - grant.EndsAt.UtcDateTime).TotalMilliseconds).ToList();

        // Apart, so that asking all the while does not slow what was measured above.
        var watched = await broker.GrantAsync(count, Spacing);
        var denied = await Task.WhenAll(watched.Select(grant => UntilDeniedAsync(server, grant)));
        await broker.EndedAsync(watched);

        var (rawP99, ourP99) = (Ratio.Percentile(raw, 0.99), Ratio.Percentile(acknowledged, 0.99));
        var detail = $"expiry to acknowledged p50 {Ratio.Median(acknowledged):0.0} ms, p99 {ourP99:0.0} ms; raw delete p50 {Ratio.Median(raw):0.0} ms, p99 {rawP99:0.0} ms; {count} each, 10/s";
        return Ratio.TellAtMost("expiry to delete acknowledged, p99 in ms", ourP99, 250, detail)
            & Ratio.TellAtMost("the same against the raw delete's p99", ourP99 / rawP99, 3, detail)
            & Ratio.TellAtMost("expiry to denied, p99 in ms", Ratio.Percentile(denied, 0.99), 1000, $"p50 {Ratio.Median(denied):0.0} ms, asked all the while");
    }

    private static async Task<List<double>> RawAsync(MeasuredServer server, int count)
    {
        var times = new List<double>();
        using var pace = new PeriodicTimer(Spacing);
        foreach (var bound in await server.BindAsync(count))
        {
            await pace.WaitForNextTickAsync();
            var clock = Stopwatch.StartNew();
            await server.DeleteAsync(bound, CancellationToken.None);
            times.Add(clock.Elapsed.TotalMilliseconds);
        }
        return times;
    }

    private static async Task<double> UntilDeniedAsync(MeasuredServer server, OpenGrant grant)
    {
        if (grant.EndsAt - DateTimeOffset.UtcNow is var wait && wait > TimeSpan.Zero)
            await Task.Delay(wait);
        while (await server.IsAllowedAsync(grant.User))
            await Task.Delay(1);
        return (DateTimeOffset.UtcNow - grant.EndsAt).TotalMilliseconds;
    }
}
