using System.Threading.Channels;
using AksArcJit.Broker.Alerts;
using AksArcJit.Broker.Options;
using AksArcJit.Broker.Ports;
using Microsoft.Extensions.Logging;

namespace AksArcJit.Broker.Sweeping;

/// <summary>
/// Prompts the sweep by what clusters tell of themselves: one binding where one changed, the whole cluster where nobody can say what did.
/// A watch that is broken costs latency, never correctness.
/// </summary>
public sealed class ClusterWatch(
    IClusters clusters, ClusterBook book, BindingSweep bindings, Remedies remedies, Sweeper sweeper, TimeProvider time, ILogger<ClusterWatch> log,
    AlertMetrics? metrics = null)
{
    /// <summary>Changes that come together are looked at together.</summary>
    public static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(250);

    private const int MostHeld = 1000;

    public Task RunAsync(CancellationToken stop) =>
        Task.WhenAll(book.All.Select(entry => RunAsync(clusters.Find(entry.Id)!, entry.Policy.Role, stop)));

    private Task RunAsync(ICluster cluster, string role, CancellationToken stop)
    {
        // What is too much to be looked at one by one is a sweep: whoever makes more changes than are held costs no more memory.
        var changes = Channel.CreateBounded<ClusterChange>(new BoundedChannelOptions(MostHeld) { SingleReader = true, SingleWriter = true, FullMode = BoundedChannelFullMode.Wait });
        return Task.WhenAll(ListenAsync(cluster, role, changes.Writer, stop), LookAsync(cluster, changes.Reader, stop));
    }

    private static async Task ListenAsync(ICluster cluster, string role, ChannelWriter<ClusterChange> changes, CancellationToken stop)
    {
        try
        {
            await foreach (var change in cluster.WatchAsync(role, stop))
                if (!changes.TryWrite(change))
                    await changes.WriteAsync(new ClusterChange.OfAnything(), stop);
        }
        finally
        {
            changes.Complete();
        }
    }

    private async Task LookAsync(ICluster cluster, ChannelReader<ClusterChange> changes, CancellationToken stop)
    {
        while (await changes.WaitToReadAsync(stop))
        {
            await Task.Delay(Gathering, time, stop);
            var gathered = new List<ClusterChange>();
            while (gathered.Count < MostHeld && changes.TryRead(out var change))
                gathered.Add(change);
            await LookAsync(cluster, gathered, stop);
        }
    }

    /// <summary>Looks at what changed: each binding once, as it was told last. Never throws but for cancellation.</summary>
    public async Task LookAsync(ICluster cluster, IReadOnlyList<ClusterChange> changes, CancellationToken stop)
    {
        try
        {
            if (changes.Any(change => change is ClusterChange.OfAnything))
                await sweeper.SweepAsync(cluster.Id, isDryRun: false, stop);
            else
                await Spreading.OverAsync(
                    changes.OfType<ClusterChange.OfBinding>().Reverse().DistinctBy(change => change.Name).ToAsyncEnumerable(),
                    change => LookAsync(cluster, change));
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            // The sweep comes by within 60 s.
            log.SweepFailed(cluster.Id, failure.Message, failure);
            metrics?.SweepFailed();
        }
    }

    private async Task LookAsync(ICluster cluster, ClusterChange.OfBinding change)
    {
        if (await bindings.LookAsync(cluster, change) is { } finding)
            await remedies.ApplyAsync(finding, isDryRun: false);
    }
}
