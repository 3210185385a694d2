using AksArcJit.Server.Tests.Harness;

namespace AksArcJit.Server.Tests;

/// <summary>Many requests open at once, all ending in the same moment. <c>scripts/soak.sh</c> runs it with a thousand.</summary>
public sealed class ManyTests(BrokerHarness broker) : IClassFixture<BrokerHarness>
{
    private static readonly int Many = int.Parse(Environment.GetEnvironmentVariable("AKSARCJIT_MANY") ?? "100");

    [Fact]
    public async Task Requests_WhenAllEndAtOnce_AreAllEndedAndNothingIsLeft()
    {
        var ids = new List<string>();
        await Parallel.ForAsync(0, Many, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (_, _) =>
        {
            var id = await broker.GrantAsync();
            lock (ids)
                ids.Add(id);
        });
        Assert.Equal(Many, (await broker.Admin.OurBindingsAsync()).Count);
        var threads = ThreadPool.ThreadCount;
        var memory = GC.GetTotalMemory(forceFullCollection: true);

        var begun = System.Diagnostics.Stopwatch.StartNew();
        broker.Clock.Advance(TimeSpan.FromHours(1) + TimeSpan.FromSeconds(30));
        foreach (var id in ids)
        {
            var closed = await broker.UntilStateAsync(id, "Closed");
            Assert.Equal(("Ended", "Expired"), (closed["outcome"]!.ToString(), closed["cause"]!.ToString()));
        }
        TestContext.Current.SendDiagnosticMessage(
            $"{Many} ended and read back in {begun.Elapsed.TotalSeconds:0.0} s; threads {threads} while open, {ThreadPool.ThreadCount} after; "
            + $"managed memory {memory / 1024} KiB while open, {GC.GetTotalMemory(forceFullCollection: true) / 1024} KiB after.");

        Assert.Empty(await broker.Admin.OurBindingsAsync());
        Assert.False(await broker.EngineerMayListPodsAsync("default"));
    }
}
