using System.Runtime.CompilerServices;
using AksArcJit.Broker.Effects;
using AksArcJit.Broker.Options;
using AksArcJit.Broker.Ports;
using AksArcJit.Lifecycle;
using AksArcJit.Lifecycle.Requests;

namespace AksArcJit.Broker.Sweeping;

/// <summary>
/// Compares what stands with what the journal says, at start and every 60 s: the last guarantee, for whatever no signal told. Lists the
/// bindings of a cluster first and reads the journals after, so that a grant made meanwhile is never taken for an orphan.
/// </summary>
public sealed class Sweeper(
    IJournal journal, Circumstancer circumstances, ClusterBook book, ClusterSweep sweep, RequestSweep requests, Remedies remedies, TimeProvider time)
{
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(60);

    // A pass leaves time to what comes after it in its minute, and does not wait for clusters where the journal alone says what is to end.
    private static readonly TimeSpan LongestStay = TimeSpan.FromSeconds(50);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(10);

    private readonly Dictionary<ClusterId, Task> _underWay = [];
    private int _isPassing;

    public async Task RunAsync(CancellationToken stop)
    {
        try
        {
            while (true)
            {
                stop.ThrowIfCancellationRequested();
                // Counted from the beginning: a cluster that hangs must not put off the next look at all others.
                var begun = time.GetTimestamp();
                await PassAsync(stop);
                if (Interval - time.GetElapsedTime(begun) is var left && left > TimeSpan.Zero)
                    await Task.Delay(left, time, stop);
            }
        }
        finally
        {
            await Task.WhenAll(_underWay.Values);
        }
    }

    /// <summary>
    /// The pass of a minute: returns when every cluster is swept, or before the next pass is due. A cluster that hangs, or answers slowly for
    /// ever, is left to come to its end by itself, and no pass looks at it meanwhile: the others' go on. At once where a pass is being made already.
    /// </summary>
    public async Task PassAsync(CancellationToken stop)
    {
        if (Interlocked.Exchange(ref _isPassing, 1) == 1)
            return;
        try
        {
            foreach (var (id, _) in _underWay.Where(cluster => cluster.Value.IsCompleted).ToList())
                _underWay.Remove(id);
            var pass = Begin(book.All.Where(entry => !_underWay.ContainsKey(entry.Id)), isDryRun: false, stop);
            foreach (var (id, cluster) in pass.Clusters)
                _underWay.Add(id, cluster.View);
            await ReadOpenAsync(pass, ordersToo: true, stop);
            foreach (var (id, cluster) in pass.Clusters)
                _underWay[id] = sweep.SweepAsync(pass, cluster);
            await Task.WhenAny(Task.WhenAll(_underWay.Values), Task.Delay(LongestStay, time, stop));
        }
        finally
        {
            Volatile.Write(ref _isPassing, 0);
        }
    }

    public Task<SweepReport> SweepAsync(CancellationToken cancellation) => SweepAsync(null, isDryRun: false, cancellation);

    /// <summary>One pass. What does not answer is told, and swept again with the next pass.</summary>
    /// <remarks>Each cluster is attended to as soon as it is read: another that hangs delays nothing here.</remarks>
    /// <param name="only">Null for every cluster.</param>
    /// <param name="isDryRun">Changes nothing: neither cluster nor journal, and nobody is told.</param>
    public async Task<SweepReport> SweepAsync(ClusterId? only, bool isDryRun, CancellationToken cancellation)
    {
        var pass = Begin(book.All.Where(entry => only is null || entry.Id == only), isDryRun, cancellation);
        // Orders are the journal's own affair: no cluster prompts a look for them.
        await ReadOpenAsync(pass, ordersToo: only is null, cancellation);
        await Task.WhenAll(pass.Clusters.Values.Select(cluster => sweep.SweepAsync(pass, cluster)));
        return pass.Report;
    }

    private SweepPass Begin(IEnumerable<ClusterEntry> entries, bool isDryRun, CancellationToken cancellation)
    {
        var pass = new SweepPass(remedies, isDryRun, time.GetUtcNow());
        foreach (var entry in entries)
            pass.Clusters.Add(entry.Id, new SweepPass.InCluster(sweep.ViewAsync(pass, entry, cancellation)));
        return pass;
    }

    /// <summary>What the journal alone says: orders, and which open requests each cluster is to be asked about. Waits for no cluster but the first that is listed.</summary>
    private async Task ReadOpenAsync(SweepPass pass, bool ordersToo, CancellationToken cancellation)
    {
        // One listed is enough to begin with: of a cluster that answers, each journal is read once, and after its bindings.
        if (pass.Clusters.Count > 0)
            await Task.WhenAny([Task.Delay(LongestWait, time, cancellation), .. pass.Clusters.Values.Select(cluster => cluster.View)]);
        pass.System = ordersToo ? await circumstances.ReadSystemAsync(cancellation) : null;
        if (ordersToo && pass.System is null)
            await pass.TakeUnreadAsync(pass.Clusters.Keys, "The orders to pause or end access could not be read.", null);
        await pass.OverAsync(pass.Clusters.Keys, OpenRequestsAsync(pass, cancellation), id => SortAsync(pass, id));
    }

    private async IAsyncEnumerable<RequestId> OpenRequestsAsync(SweepPass pass, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var open in journal.ListOpenAsync(cancellation))
            if (open.Stream.Request is { } id && pass.Open.TryAdd(id, true))
                yield return id;
    }

    /// <summary>One of the open index. Where its cluster was not listed yet its journal is read again when it is.</summary>
    private async Task SortAsync(SweepPass pass, RequestId id)
    {
        var listed = pass.Clusters.Values.Where(one => one.View.IsCompleted).ToHashSet();
        if (await requests.ReadAsync(id, pass.IsDryRun) is { State: RequestState.Asked asked } history
            && pass.Clusters.TryGetValue(asked.Terms.Cluster, out var cluster))
            cluster.Add(history, listed.Contains(cluster));
    }
}
