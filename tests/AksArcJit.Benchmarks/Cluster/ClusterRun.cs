namespace AksArcJit.Benchmarks.Cluster;

/// <summary>What a broker adds to what the cluster itself needs, on one server in one run.</summary>
internal static class ClusterRun
{
    public static async Task<bool> RunAsync(bool isSmoke)
    {
        await using var server = await MeasuredServer.StartAsync();
        await using var broker = new MeasuredBroker(server);
        using var deletes = new DeleteClock();
        Console.WriteLine($"cluster: measured on {server.Label}, {Environment.ProcessorCount} processors, SQLite journal");

        var isGood = await EndLatency.MeasureAsync(server, broker, deletes, isSmoke ? 20 : 200);
        var concurrency = await Storm.BestConcurrencyAsync(server, isSmoke ? 50 : 1_000);
        isGood &= await Storm.MeasureAsync(server, broker, deletes, isSmoke ? 50 : 1_000, isSmoke ? 1 : 3, concurrency);
        isGood &= await ReviewCost.MeasureAsync(server, isSmoke ? 20 : 600, isSmoke ? 1 : 11);
        if (!isSmoke)
            isGood &= await Storm.MeasureAsync(server, broker, deletes, 10_000, 1, concurrency);
        return isGood;
    }
}
