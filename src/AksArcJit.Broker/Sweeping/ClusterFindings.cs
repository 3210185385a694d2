using AksArcJit.Broker.Ports;
using AksArcJit.Journal;
using AksArcJit.Lifecycle;
using AksArcJit.Lifecycle.Operations;

namespace AksArcJit.Broker.Sweeping;

/// <summary>Journals what the sweep found that belongs to no request. The same finding is recorded once.</summary>
public sealed class ClusterFindings(IJournal journal, Sealing sealing, TimeProvider time)
{
    /// <returns>False where it was recorded before.</returns>
    public async Task<bool> RecordAsync(ClusterId cluster, ClusterFact finding)
    {
        var stream = StreamId.Of(cluster);
        var conflicts = new BaselessConflicts();
        Append? refused = null;
        while (true)
        {
            var facts = ChainReading.Facts<ClusterFact>(stream, await journal.ReadAsync(stream, CancellationToken.None));
            if (facts.Any(known => known.Fact == finding))
                return false;
            var last = facts.Count == 0 ? null : facts[^1].Record;
            if (refused is not null)
                conflicts.Count(refused, last?.Version ?? 0);
            var now = time.GetUtcNow();
            var records = sealing.Seal(stream, last?.Version ?? 0, last?.Hash ?? HashChain.Start, [finding], last is not null && last.At > now ? last.At : now);
            refused = new Append(stream, last?.Version ?? 0, records, new Head("", false), null, null);
            if (await journal.AppendSurelyAsync(refused) is AppendOutcome.Appended)
                return true;
        }
    }
}
