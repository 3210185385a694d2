using AksArcJit.Broker;
using AksArcJit.Broker.Ports;
using AksArcJit.Journal;
using AksArcJit.Lifecycle;
using AksArcJit.Lifecycle.Operations;
using AksArcJit.Lifecycle.Roles;
using AksArcJit.TestKit.Brokers;

namespace AksArcJit.TestKit.Publishing;

/// <summary>Facts by the thousand: findings of a sweep, on many clusters at once.</summary>
public static class Findings
{
    /// <summary>As many to each of as many clusters, appended by the journal's process.</summary>
    public static Task AppendAsync(IJournal journal, int clusters, int each, TimeProvider time) =>
        Parallel.ForEachAsync(Enumerable.Range(0, clusters), async (number, cancellation) =>
        {
            var (cluster, sealing) = (ClusterId.Parse($"c-{number}"), new Sealing(new SeededEntropy(1_000 + number), TestBroker.Key));
            var (version, hash) = (0L, HashChain.Start);
            for (var i = 0; i < each; i++)
            {
                var finding = new ClusterFact.UnmanagedCopyFound(cluster, new BindingName($"copy-{i}", ""), $"uid-{i}");
                var records = sealing.Seal(StreamId.Of(cluster), version, hash, [finding], time.GetUtcNow());
                if (await journal.AppendAsync(new Append(StreamId.Of(cluster), version, records, new Head("", false), null, null), cancellation) is not AppendOutcome.Appended)
                    throw new InvalidOperationException("Nobody else writes here.");
                (version, hash) = (records[^1].Version, records[^1].Hash);
            }
        });
}
