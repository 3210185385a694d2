using AksArcJit.Broker.Following;
using AksArcJit.Broker.Ports;
using AksArcJit.Journal;
using AksArcJit.Lifecycle.Requests;
using AksArcJit.TestKit;
using AksArcJit.TestKit.Brokers;
using AksArcJit.TestKit.Journal;
using Microsoft.Extensions.Time.Testing;

namespace AksArcJit.Broker.Tests.Following;

public sealed class FollowedJournalTests
{
    private static readonly StreamId Stream = StreamId.Of(Sample.Id(1));

    private readonly FakeTimeProvider _time = new(Sample.Start);
    private readonly FaultyJournal _store;
    private readonly Follower _one = new();
    private readonly Follower _other = new();
    private readonly FollowedJournal _journal;
    private readonly Sealing _sealing = new(new SeededEntropy(1), TestBroker.Key);

    public FollowedJournalTests()
    {
        _store = new FaultyJournal(new InMemoryJournal(_time));
        _journal = new FollowedJournal(_store, [_one, _other], _time);
    }

    [Fact]
    public async Task AStreamThatIsDone_ThenLeavesTheOpenIndexWhenTheLastFollowerIs()
    {
        Assert.IsType<AppendOutcome.Appended>(await _journal.AppendAsync(await NextAsync(null), TestContext.Current.CancellationToken));
        await SettleAsync(1);
        Assert.Equal(Stream, Assert.Single(await OpenAsync()).Stream);
        _one.Done = 1;
        await SettleAsync(1);
        Assert.Single(await OpenAsync());
        Assert.Equal([1, 1], _other.Rested);
        _other.Done = 1;
        await SettleAsync(1);
        Assert.Empty(await OpenAsync());
        Assert.Equal([1], _one.Forgotten);
        Assert.Equal([1], _other.Forgotten);
    }

    [Fact]
    public async Task AStreamThatMovedOn_ThenStaysOpenWhateverTheFollowersSay()
    {
        (_one.Done, _other.Done) = (9, 9);
        await _journal.AppendAsync(await NextAsync(null), TestContext.Current.CancellationToken);
        await _journal.AppendAsync(await NextAsync(_time.GetUtcNow()), TestContext.Current.CancellationToken);
        await SettleAsync(1);
        Assert.Single(await OpenAsync());
    }

    [Theory]
    [InlineData(JournalFault.NotApplied)]
    [InlineData(JournalFault.AppliedButUnknown)]
    public async Task AnAppend_ThenIsToldToEachFollowerWithItsOutcome(JournalFault fault)
    {
        var append = await NextAsync(null);
        _store.Fail(JournalCall.Append, 1, fault);
        await Assert.ThrowsAsync<JournalUnavailableException>(() => _journal.AppendAsync(append, TestContext.Current.CancellationToken));
        await _journal.AppendAsync(append, TestContext.Current.CancellationToken);
        var foreign = append with { Records = _sealing.Seal(Stream, 0, HashChain.Start, [new RequestFact.GrantHeld("late")], _time.GetUtcNow()) };
        Assert.IsType<AppendOutcome.Conflict>(await _journal.AppendAsync(foreign, TestContext.Current.CancellationToken));
        foreach (var follower in new[] { _one, _other })
        {
            Assert.Equal(3, follower.Begun);
            Assert.Collection(follower.Ended, Assert.Null, outcome => Assert.IsType<AppendOutcome.Appended>(outcome), outcome => Assert.IsType<AppendOutcome.Conflict>(outcome));
            Assert.True(follower.SaidToRest);
        }
    }

    [Fact]
    public async Task ARead_ThenIsToldWithTheTimeItBegan()
    {
        await _journal.AppendAsync(await NextAsync(_time.GetUtcNow()), TestContext.Current.CancellationToken);
        _one.Seen.Clear();
        await _journal.ReadAsync(Stream, TestContext.Current.CancellationToken);
        Assert.Equal([(1, _time.GetUtcNow())], _one.Seen);
    }

    private async Task<Append> NextAsync(DateTimeOffset? due)
    {
        var standing = await _journal.ReadAsync(Stream, TestContext.Current.CancellationToken);
        var (version, hash) = standing is [.., var last] ? (last.Version, last.Hash) : (0, HashChain.Start);
        var records = _sealing.Seal(Stream, version, hash, [new RequestFact.GrantHeld("Paused.")], _time.GetUtcNow());
        return new Append(Stream, version, records, new Head("Active", false), due, null);
    }

    private Task SettleAsync(long version) => _journal.SettleAsync(Stream, version, TestContext.Current.CancellationToken);

    private async Task<List<OpenEntry>> OpenAsync()
    {
        var open = new List<OpenEntry>();
        await foreach (var entry in _journal.ListOpenAsync(TestContext.Current.CancellationToken))
            open.Add(entry);
        return open;
    }

    private sealed class Follower : IFollower
    {
        public int Begun { get; private set; }

        public List<AppendOutcome?> Ended { get; } = [];

        public bool SaidToRest { get; private set; }

        public List<(int Records, DateTimeOffset AskedAt)> Seen { get; } = [];

        public List<long> Rested { get; } = [];

        public List<long> Forgotten { get; } = [];

        public long Done { get; set; }

        public void Begin(Append append) => Begun++;

        public void End(Append append, AppendOutcome? outcome)
        {
            Ended.Add(outcome);
            SaidToRest = append.Rests;
        }

        public void See(StreamId stream, IReadOnlyList<FactRecord> records, DateTimeOffset askedAt) => Seen.Add((records.Count, askedAt));

        public bool Rest(StreamId stream, long version)
        {
            Rested.Add(version);
            return version <= Done;
        }

        public void Forget(StreamId stream, long version) => Forgotten.Add(version);
    }
}
