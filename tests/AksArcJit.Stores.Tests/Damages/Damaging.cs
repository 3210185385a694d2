using AksArcJit.Broker;
using AksArcJit.Broker.Checkpoints;
using AksArcJit.Broker.Following;
using AksArcJit.Broker.Ports;
using AksArcJit.Journal;
using AksArcJit.Journal.Checkpoints;
using AksArcJit.Journal.Verification;
using AksArcJit.Lifecycle;
using AksArcJit.Lifecycle.Requests;
using AksArcJit.TestKit;
using AksArcJit.TestKit.Brokers;
using AksArcJit.TestKit.Checkpoints;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace AksArcJit.Stores.Tests.Damages;

/// <summary>A real store with a history under checkpoints, and an insider who can write to it in every way but through the broker.</summary>
public abstract class Damaging : IAsyncLifetime
{
    private readonly FakeTimeProvider _time = new(Sample.Start);
    private readonly Sealing _sealing = new(new SeededEntropy(7), TestBroker.Key);
    private readonly TestSigner _signer = new();
    private readonly List<StreamId> _streams = [.. Enumerable.Range(1, 6).Select(number => StreamId.Of(Sample.Id(number)))];
    private Anchor? _anchor = new();
    private IJournal? _journal;
    private ICheckpointLog? _log;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    protected abstract Task<(IJournal Journal, ICheckpointLog Log)> OpenAsync();

    /// <summary>Puts the row over the one at this place, or where none is.</summary>
    protected abstract Task PutAsync(FactRecord row);

    protected abstract Task DeleteAsync(StreamId stream, long version);

    protected abstract Task PutAsync(StoredCheckpoint checkpoint);

    protected abstract Task DeleteAsync(long checkpoint);

    /// <summary>Six chains of eight facts over four hours, a checkpoint an hour, each anchored.</summary>
    public async ValueTask InitializeAsync()
    {
        (_journal, _log) = await OpenAsync();
        var anchor = new TestAnchor();
        var coverage = new Coverage(_time, TimeSpan.FromSeconds(60));
        var followed = new FollowedJournal(_journal, [coverage], _time);
        var standing = new JournalStanding();
        var anchoring = new Anchoring("test", [anchor], _log, standing, new CheckpointTrust(_signer), _time, NullLogger<Anchoring>.Instance);
        var checkpointer = new Checkpointer("test", followed, _log, _signer, coverage, anchoring, standing, _time, NullLogger<Checkpointer>.Instance);
        for (var hour = 0; hour < 4; hour++)
        {
            foreach (var stream in _streams)
                await AppendAsync(followed, stream, 2);
            _time.Advance(TimeSpan.FromHours(1));
            await checkpointer.AttendAsync(Cancellation);
        }
        await anchoring.CatchUpAsync(Cancellation);
        foreach (var held in anchor.Held)
            Assert.True(_anchor!.Add(held));
    }

    public virtual ValueTask DisposeAsync()
    {
        _signer.Dispose();
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task NothingWasDone_ThenIsClean()
    {
        var (report, found) = await VerifyAsync();
        Assert.Empty(found);
        Assert.Equal((48, 6, 4), (report.Facts, report.Streams, report.Checkpoints));
    }

    [Fact]
    public async Task AValueWasEdited_ThenNamesTheRow()
    {
        var row = await RowAsync(2, 3);
        await PutAsync(row with { Payload = "{\"reason\":\"Nothing to see\"}"u8.ToArray() });
        await AssertFoundAsync(nameof(Damage.ValueEdited), 2, 3);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public async Task ARowWasDeleted_ThenNamesIt(long version)
    {
        await DeleteAsync(_streams[1], version);
        await AssertFoundAsync(nameof(Damage.RowDeleted), 1, version);
    }

    [Fact]
    public async Task ARowWasAppendedWithAFreshHash_ThenNamesIt()
    {
        var last = await RowAsync(3, 8);
        await PutAsync(HashChain.Seal(last.Stream, 8, last.Hash, Line.NewId().Text, last.Kind, last.At.AddSeconds(1), last.Payload));
        // Later ones are covered: the row cannot have been written when it says.
        _time.Advance(TimeSpan.FromHours(1));
        await AssertFoundAsync(nameof(Damage.RowInserted), 3, 9, continues: true);
    }

    [Fact]
    public async Task RowsWereReordered_ThenNamesTheFirst()
    {
        var (one, other) = (await RowAsync(4, 3), await RowAsync(4, 6));
        await PutAsync(one with { Version = 6 });
        await PutAsync(other with { Version = 3 });
        await AssertFoundAsync(nameof(Damage.RowReordered), 4, 3);
    }

    [Fact]
    public async Task ATailWasCutOff_ThenNamesWhereItEnds()
    {
        await DeleteAsync(_streams[0], 8);
        await DeleteAsync(_streams[0], 7);
        await AssertFoundAsync(nameof(Damage.TailTruncated), 0, 7);
    }

    [Fact]
    public async Task RowsWereSwappedBetweenRequests_ThenNamesIt()
    {
        var (one, other) = (await RowAsync(1, 5), await RowAsync(2, 5));
        await PutAsync(one with { Stream = other.Stream });
        await PutAsync(other with { Stream = one.Stream });
        await AssertFoundAsync(nameof(Damage.RowSwapped), 1, 5);
    }

    [Fact]
    public async Task AWholeRequestWasRemoved_ThenNamesIt()
    {
        for (var version = 1; version <= 8; version++)
            await DeleteAsync(_streams[5], version);
        await AssertFoundAsync(nameof(Damage.RequestRemoved), 5, null);
    }

    [Fact]
    public async Task AChainWasRewrittenWithFreshHashes_ThenIsConvicted()
    {
        var previous = HashChain.Start;
        foreach (var row in await _journal!.ReadAsync(_streams[2], Cancellation))
        {
            var rewritten = HashChain.Seal(row.Stream, row.Version - 1, previous, row.FactId, row.Kind, row.At, row.Version < 4 ? row.Payload : "{\"reason\":\"Fine\"}"u8.ToArray());
            await PutAsync(rewritten);
            previous = rewritten.Hash;
        }
        var (_, found) = await VerifyAsync();
        var damage = Assert.Single(found);
        Assert.Equal((nameof(Damage.ChainRewritten), _streams[2]), (damage.Kind, damage.Stream));
        Assert.InRange(damage.Version!.Value, 1, 4);
    }

    [Fact]
    public async Task ACheckpointWasAltered_ThenNamesIt()
    {
        var stored = (await _log!.ReadAsync(2, Cancellation))!;
        await PutAsync(stored with { Leaves = [.. stored.Leaves.Skip(1)] });
        await AssertCheckpointFoundAsync(nameof(Damage.CheckpointAltered), 2);
    }

    [Fact]
    public async Task ACheckpointWasDropped_ThenNamesIt()
    {
        await DeleteAsync(3);
        await AssertCheckpointFoundAsync(nameof(Damage.CheckpointDropped), 3);
    }

    [Fact]
    public async Task ACheckpointWasSignedWithAnotherKey_ThenNamesIt()
    {
        using var forger = new TestSigner();
        var stored = (await _log!.ReadAsync(2, Cancellation))!;
        var body = (stored.Signed.Checkpoint with { PublicKey = forger.Key.PublicKey }).Encode();
        await PutAsync(stored with { Signed = SignedCheckpoint.Decode(body, await forger.SignAsync(body, Cancellation)) });
        await AssertCheckpointFoundAsync(nameof(Damage.CheckpointResigned), 2);
    }

    [Fact]
    public async Task AClockWasMovedBack_ThenNamesTheRow()
    {
        var last = await RowAsync(3, 8);
        await PutAsync(HashChain.Seal(last.Stream, 8, last.Hash, Line.NewId().Text, last.Kind, last.At.AddMinutes(-20), last.Payload));
        var (_, found) = await VerifyAsync();
        Assert.Contains(found, damage => damage.Kind == nameof(Damage.ClockMovedBack) && damage.Stream == _streams[3] && damage.Version == 9);
    }

    [Fact]
    public async Task AnOlderBackupWasRestored_ThenTheAnchorTells()
    {
        foreach (var stream in _streams)
            for (var version = 5; version <= 8; version++)
                await DeleteAsync(stream, version);
        await DeleteAsync(4);
        await DeleteAsync(3);
        var (_, found) = await VerifyAsync();
        Assert.Equal((nameof(Damage.StoreRestored), 3), (Assert.Single(found).Kind, found[0].Checkpoint));

        _anchor = null;
        var (report, unseen) = await VerifyAsync();
        Assert.Empty(unseen);
        Assert.Contains(report.NotExcluded, sentence => sentence.Contains("older backup", StringComparison.Ordinal));
    }

    private async Task AssertFoundAsync(string kind, int stream, long? version, bool continues = false)
    {
        if (continues)
            await ContinueAsync();
        var (_, found) = await VerifyAsync();
        Assert.Contains(found, damage => (damage.Kind, damage.Stream, damage.Version) == (kind, _streams[stream], version));
        Assert.All(found, damage => Assert.True(damage.Stream == _streams[stream] || kind == nameof(Damage.RowSwapped), damage.ToString()));
    }

    private async Task AssertCheckpointFoundAsync(string kind, long number)
    {
        var (_, found) = await VerifyAsync();
        Assert.Contains(found, damage => (damage.Kind, damage.Checkpoint) == (kind, number));
        Assert.All(found, damage => Assert.Null(damage.Stream));
    }

    private async Task<(VerificationReport Report, List<Damage> Found)> VerifyAsync()
    {
        var found = new List<Damage>();
        using var key = _signer.Key;
        using var verifier = new JournalVerifier(_anchor, [key], found.Add);
        await foreach (var row in _log!.ListAsync(1, Cancellation))
            verifier.Take(row);
        await foreach (var row in _journal!.ScanAsync(Cancellation))
            verifier.Take(row);
        var report = verifier.Finish(isWhole: true);
        found.ForEach(damage => TestContext.Current.TestOutputHelper?.WriteLine(damage.ToString()));
        return (report, found);
    }

    /// <summary>Another process goes on, on another stream.</summary>
    private async Task ContinueAsync()
    {
        var coverage = new Coverage(_time, TimeSpan.FromSeconds(60));
        var standing = new JournalStanding();
        var anchoring = new Anchoring("test", [], _log!, standing, new CheckpointTrust(_signer), _time, NullLogger<Anchoring>.Instance);
        var followed = new FollowedJournal(_journal!, [coverage], _time);
        await AppendAsync(followed, StreamId.Of(Sample.Id(99)), 1);
        _time.Advance(TimeSpan.FromMinutes(5));
        var checkpointer = new Checkpointer("test", followed, _log!, _signer, coverage, anchoring, standing, _time, NullLogger<Checkpointer>.Instance);
        // The streams are settled, so the insider's row is in nobody's way.
        foreach (var stream in _streams)
            await _journal!.SettleAsync(stream, 8, Cancellation);
        await checkpointer.AttendAsync(Cancellation);
        Assert.Null(standing.Objection);
    }

    private async Task AppendAsync(FollowedJournal journal, StreamId stream, int count)
    {
        var standing = await journal.ReadAsync(stream, Cancellation);
        var (version, hash) = standing is [.., var last] ? (last.Version, last.Hash) : (0, HashChain.Start);
        var facts = Enumerable.Range(0, count).Select(i => new RequestFact.GrantHeld($"Reason {version + i}"));
        var records = _sealing.Seal(stream, version, hash, facts, _time.GetUtcNow());
        Assert.IsType<AppendOutcome.Appended>(await journal.AppendAsync(
            new Append(stream, version, records, new Head("Active", false), _time.GetUtcNow().AddHours(5), null), Cancellation));
    }

    private async Task<FactRecord> RowAsync(int stream, int version) => (await _journal!.ReadAsync(_streams[stream], Cancellation))[version - 1];
}
