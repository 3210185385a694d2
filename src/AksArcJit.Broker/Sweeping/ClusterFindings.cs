using System.Collections.Concurrent;
using AksArcJit.Broker.Ports;
using AksArcJit.Journal;
using AksArcJit.Lifecycle;
using AksArcJit.Lifecycle.Operations;

namespace AksArcJit.Broker.Sweeping;

/// <summary>
/// Journals what the sweep found that belongs to no request. The same finding is recorded once. Findings that come together are appended
/// together: one by one they would conflict with each other, and each would read the whole chain again.
/// </summary>
public sealed class ClusterFindings(IJournal journal, Sealing sealing, TimeProvider time)
{
    // An entity-group transaction of Table Storage takes 100 rows, a few of them the store's own.
    private const int AtOnce = 50;

    private readonly ConcurrentDictionary<ClusterId, Line> _lines = new();

    /// <returns>False where it was recorded before.</returns>
    /// <exception cref="JournalUnavailableException"/>
    public async Task<bool> RecordAsync(ClusterId cluster, ClusterFact finding)
    {
        var line = _lines.GetOrAdd(cluster, _ => new Line());
        var waiting = new Waiting(finding, new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously));
        line.Waiting.Enqueue(waiting);
        await line.Turn.WaitAsync();
        try
        {
            // Whoever had the turn before may have taken it along; more than go at once may stand before it.
            while (!waiting.IsNew.Task.IsCompleted)
                await RecordAsync(cluster, line);
        }
        finally
        {
            line.Turn.Release();
        }
        return await waiting.IsNew.Task;
    }

    private async Task RecordAsync(ClusterId cluster, Line line)
    {
        var taken = line.Take(AtOnce);
        try
        {
            var recorded = await AppendAsync(cluster, [.. taken.Select(one => one.Finding)]);
            foreach (var one in taken)
                one.IsNew.SetResult(recorded.Remove(one.Finding));
        }
        catch (Exception failure)
        {
            // A journal that is away is not waited for once more by each.
            foreach (var one in taken.Concat(line.Take(int.MaxValue)))
                one.IsNew.SetException(failure);
        }
    }

    /// <returns>Those that were not there before.</returns>
    private async Task<HashSet<ClusterFact>> AppendAsync(ClusterId cluster, IReadOnlyList<ClusterFact> findings)
    {
        var stream = StreamId.Of(cluster);
        var conflicts = new BaselessConflicts();
        Append? refused = null;
        while (true)
        {
            var facts = ChainReading.Facts<ClusterFact>(stream, await journal.ReadAsync(stream, CancellationToken.None));
            var fresh = findings.ToHashSet();
            fresh.ExceptWith(facts.Select(known => known.Fact));
            if (fresh.Count == 0)
                return fresh;
            var last = facts.Count == 0 ? null : facts[^1].Record;
            if (refused is not null)
                conflicts.Count(refused, last?.Version ?? 0);
            var now = time.GetUtcNow();
            var records = sealing.Seal(
                stream, last?.Version ?? 0, last?.Hash ?? HashChain.Start, [.. findings.Distinct().Where(fresh.Contains)], last is not null && last.At > now ? last.At : now);
            refused = new Append(stream, last?.Version ?? 0, records, new Head("", false), null, null);
            if (await journal.AppendSurelyAsync(refused) is AppendOutcome.Appended)
                return fresh;
        }
    }

    private sealed record Waiting(ClusterFact Finding, TaskCompletionSource<bool> IsNew);

    private sealed class Line
    {
        public SemaphoreSlim Turn { get; } = new(1, 1);

        public ConcurrentQueue<Waiting> Waiting { get; } = new();

        public List<Waiting> Take(int most)
        {
            var taken = new List<Waiting>();
            while (taken.Count < most && Waiting.TryDequeue(out var one))
                taken.Add(one);
            return taken;
        }
    }
}
