using System.Collections.Concurrent;
using AksArcJit.Broker.Operations;
using AksArcJit.Broker.Requests;
using AksArcJit.Lifecycle;

namespace AksArcJit.Broker.Sweeping;

/// <summary>What one pass looks at, and what it has found so far. What it could not see is no "nothing found": it is a finding, too.</summary>
/// <param name="at">UTC, when it began.</param>
internal sealed class SweepPass(Remedies remedies, bool isDryRun, DateTimeOffset at)
{
    private readonly ConcurrentQueue<SweptFinding> _swept = new();

    public bool IsDryRun => isDryRun;

    public DateTimeOffset At => at;

    public Dictionary<ClusterId, InCluster> Clusters { get; } = [];

    /// <summary>Orders to end everything; null where they cannot be read, or are not asked about.</summary>
    public SystemHistory? System { get; set; }

    /// <summary>What the open index names.</summary>
    public ConcurrentDictionary<RequestId, bool> Open { get; } = new();

    public SweepReport Report => new(at, isDryRun, [.. _swept]);

    public async Task TakeAsync(SweepFinding finding) => _swept.Enqueue(await remedies.ApplyAsync(finding, isDryRun));

    public async Task TakeUnreadAsync(IEnumerable<ClusterId> clusters, string what, Exception? failure)
    {
        foreach (var cluster in clusters)
            await TakeAsync(new SweepFinding(FindingKind.Unreadable, cluster, null, null, what, new Remedy.LookAgain(failure)));
    }

    /// <summary>One that cannot be looked at stops no other, and not what comes after them.</summary>
    public async Task OverAsync<T>(IEnumerable<ClusterId> clusters, IAsyncEnumerable<T> requests, Func<T, Task> look)
    {
        try
        {
            await Spreading.OverAsync(requests, look);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            // The bindings are looked at all the same: what is overdue there ends whatever the index says.
            await TakeUnreadAsync(clusters, $"Not all open requests could be looked at: {failure.Message}", failure);
        }
    }

    /// <param name="View">Completes when the cluster is read, and what is overdue there has gone. Never fails but for cancellation.</param>
    internal sealed record InCluster(Task<ClusterView> View)
    {
        // Histories in memory for each cluster; of more, the journals are read again.
        private const int MostHeld = 1000;

        private readonly ConcurrentQueue<(RequestId Id, RequestHistory? History)> _requests = new();

        /// <param name="isAfterView">Whether the journal was read after the bindings were: else it must be read again.</param>
        public void Add(RequestHistory history, bool isAfterView) =>
            _requests.Enqueue((history.Id, isAfterView && _requests.Count < MostHeld ? history : null));

        /// <summary>Open requests to look at; with what their journals said, where that may be believed. Each once: what was looked at is kept no longer.</summary>
        public IEnumerable<(RequestId Id, RequestHistory? History)> TakeRequests()
        {
            while (_requests.TryDequeue(out var request))
                yield return request;
        }
    }
}
