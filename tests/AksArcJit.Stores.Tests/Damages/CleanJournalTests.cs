using AksArcJit.Broker;
using AksArcJit.Broker.Checkpoints;
using AksArcJit.Broker.Following;
using AksArcJit.Broker.Ports;
using AksArcJit.Journal;
using AksArcJit.Journal.Verification;
using AksArcJit.Lifecycle.Requests;
using AksArcJit.Stores.Sqlite;
using AksArcJit.Stores.Tables;
using AksArcJit.Stores.Tests.Sqlite;
using AksArcJit.TestKit.Brokers;
using AksArcJit.TestKit.Checkpoints;
using Azure.Data.Tables;
using Microsoft.Extensions.Logging.Abstractions;

namespace AksArcJit.Stores.Tests.Damages;

/// <summary>Two instances write and make checkpoints at once, processes die and come back, and verification in the middle of it cries no wolf.</summary>
public sealed class CleanJournalTests(Azurite azurite)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Sqlite_WhileManyWrite_ThenIsClean()
    {
        using var folder = new Folder();
        using var one = new SqliteJournal(folder.File, TimeProvider.System, TimeSpan.FromSeconds(20));
        using var other = new SqliteJournal(folder.File, TimeProvider.System, TimeSpan.FromSeconds(20));
        await AssertCleanAsync((one, one.Checkpoints, one.Unhashed), (other, other.Checkpoints, other.Unhashed), 200);
    }

    [Fact]
    public async Task Tables_WhileManyWrite_ThenIsClean()
    {
        var options = new TablesJournalOptions { ConnectionString = await azurite.ConnectionAsync(), Prefix = $"T{Guid.NewGuid():N}"[..20] };
        var (one, other) = (new TablesJournal(options, TimeProvider.System, new TableClientOptions()), new TablesJournal(options, TimeProvider.System, new TableClientOptions()));
        await AssertCleanAsync((one, one.Checkpoints, one.Unhashed), (other, other.Checkpoints, other.Unhashed), 30);
    }

    private static async Task AssertCleanAsync((IJournal, ICheckpointLog, IUnhashedRows) one, (IJournal, ICheckpointLog, IUnhashedRows) other, int rounds)
    {
        using var signer = new TestSigner();
        var anchor = new TestAnchor();
        var streams = Enumerable.Range(0, 12).Select(_ => Line.NewRequest().Stream).ToList();
        using var verifying = new CancellationTokenSource();
        var verified = Task.Run(VerifyAsync, Cancellation);
        var seed = 0;
        await Task.WhenAll(new[] { one, other, one, other }.Select(instance => Task.Run(() => RunAsync(instance, Interlocked.Increment(ref seed)))));
        await verifying.CancelAsync();
        Assert.True(await verified > 0);
        Assert.Empty(await FindAsync());

        async Task RunAsync((IJournal Journal, ICheckpointLog Log, IUnhashedRows Unhashed) instance, int number)
        {
            var (sealing, random) = (new Sealing(new SeededEntropy(number), TestBroker.Key), new Random(number));
            var (journal, checkpointer, anchoring, standing) = Start(instance);
            for (var round = 0; round < rounds; round++)
            {
                var stream = streams[random.Next(streams.Count)];
                var standingRecords = await journal.ReadAsync(stream, Cancellation);
                var (version, hash) = standingRecords is [.., var last] ? (last.Version, last.Hash) : (0, HashChain.Start);
                var now = standingRecords is [.., { At: var at }] && at > TimeProvider.System.GetUtcNow() ? at : TimeProvider.System.GetUtcNow();
                var records = sealing.Seal(stream, version, hash, [new RequestFact.GrantHeld($"{number} {round}")], now);
                // A conflict is another's luck.
                await journal.AppendAsync(new Append(stream, version, records, new Head("Active", false), random.Next(3) == 0 ? null : now, null), Cancellation);
                if (round % 10 == 0)
                    await checkpointer.CheckpointAsync(Cancellation);
                if (round % 25 == 24)
                    // The process dies with all it knew, and another takes its place.
                    (journal, checkpointer, anchoring, standing) = Start(instance);
            }
            await checkpointer.AttendAsync(Cancellation);
            await checkpointer.CheckpointAsync(Cancellation);
            await anchoring.CompareAsync(Cancellation);
            Assert.Null(standing.Objection);
        }

        (FollowedJournal, Checkpointer, Anchoring, JournalStanding) Start((IJournal Journal, ICheckpointLog Log, IUnhashedRows Unhashed) instance)
        {
            var (time, standing) = (TimeProvider.System, new JournalStanding());
            var coverage = new Coverage(time, TimeSpan.FromSeconds(60));
            var anchoring = new Anchoring("test", [anchor], instance.Log, standing, new CheckpointTrust(signer), time, NullLogger<Anchoring>.Instance);
            var journal = new FollowedJournal(instance.Journal, [coverage], time);
            return (journal, new Checkpointer("test", journal, instance.Log, signer, coverage, anchoring, standing, time, NullLogger<Checkpointer>.Instance), anchoring, standing);
        }

        async Task<int> VerifyAsync()
        {
            var times = 0;
            for (; !verifying.IsCancellationRequested; times++)
                Assert.Empty(await FindAsync());
            return times;
        }

        async Task<List<Damage>> FindAsync()
        {
            var found = new List<Damage>();
            using var key = signer.Key;
            using var verifier = new JournalVerifier(null, [key], found.Add);
            var indexes = new IndexVerification(one.Item1, one.Item2, one.Item3, verifier, TimeProvider.System);
            await foreach (var row in one.Item2.ListAsync(1, Cancellation))
            {
                verifier.Take(row);
                indexes.Note(row);
            }
            await foreach (var row in one.Item1.ScanAsync(Cancellation))
                verifier.Take(row);
            await indexes.RunAsync(() => ValueTask.CompletedTask, Cancellation);
            verifier.Finish(isWhole: true);
            return found;
        }
    }
}
