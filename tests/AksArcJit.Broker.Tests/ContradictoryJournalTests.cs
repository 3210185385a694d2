using System.Text;
using AksArcJit.Broker.Consents;
using AksArcJit.Broker.Ports;
using AksArcJit.Broker.Requests;
using AksArcJit.Journal;
using AksArcJit.Lifecycle;
using AksArcJit.Lifecycle.Operations;
using AksArcJit.Lifecycle.Requests;
using AksArcJit.Lifecycle.Roles;
using AksArcJit.Lifecycle.Tickets;
using AksArcJit.TestKit;
using AksArcJit.TestKit.Brokers;
using AksArcJit.TestKit.Cluster;
using AksArcJit.TestKit.Journal;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace AksArcJit.Broker.Tests;

/// <summary>
/// A journal that somebody altered: the store calls every append stale, though nothing newer stands, or a fact is not what was sealed. No word
/// can be recorded any more; the access ends all the same.
/// </summary>
public class ContradictoryJournalTests
{
    private static readonly Signal Revoke = new Signal.Revoke(RevokedBy.Operator, Sample.Operator, "enough");

    private readonly FakeTimeProvider _time = new(Sample.Start);
    private readonly InMemoryJournal _store;
    private readonly StuckJournal _journal;
    private readonly FakeCluster _cluster;
    private readonly TestBroker _broker;

    public ContradictoryJournalTests()
    {
        _store = new InMemoryJournal(_time);
        _journal = new StuckJournal(_store);
        _cluster = new FakeCluster(Sample.ClusterId, "test", _time);
        _broker = Start(1);
    }

    [Fact]
    public async Task AGrant_WhenNothingCanBeAppendedAnyMore_ThenItsBindingIsRemovedOnTime()
    {
        await GrantAsync(isStuck: true);
        _time.Advance(TimeSpan.FromMinutes(6));
        await _broker.Loop.AttendDueAsync();
        Assert.Empty(_cluster.Bindings);
    }

    [Fact]
    public async Task ARevoke_WhenItCannotBeRecorded_ThenTheBindingGoesAtOnceAndTheAnswerSaysBoth()
    {
        var id = await GrantAsync(isStuck: true);
        var answer = Assert.IsType<Submission.Unrecorded>(await _broker.Requests.SayAsync(id, Revoke, CancellationToken.None));
        Assert.True(answer.IsGone);
        Assert.Contains("refuses row", answer.End.Why, StringComparison.Ordinal);
        Assert.Empty(_cluster.Bindings);
        Assert.IsType<RequestState.Active>(await _broker.StateAsync(id));
        Assert.Contains(_store.Streams[StreamId.Of(Sample.ClusterId)], record => record.Kind == nameof(ClusterFact.QuarantinedBindingRemoved));
    }

    [Fact]
    public async Task ARevoke_WhenItsChainIsDamaged_ThenTheBindingGoesInAnyProcess()
    {
        var id = await GrantAsync();
        _store.Tamper(StreamId.Of(id), _store.Streams[StreamId.Of(id)].Count, record => record with { Payload = Encoding.UTF8.GetBytes("{}") });
        var other = Start(2);
        // That the create has landed is what cannot be read: absence proves it gone when no create can be under way any more.
        Assert.False(Assert.IsType<Submission.Unrecorded>(await other.Requests.SayAsync(id, Revoke, CancellationToken.None)).IsGone);
        Assert.Empty(_cluster.Bindings);
        _time.Advance(Timing.SendWindow + Timing.AppearanceLimit);
        Assert.True(Assert.IsType<Submission.Unrecorded>(await other.Requests.SayAsync(id, Revoke, CancellationToken.None)).IsGone);
    }

    /// <summary>Only that it was asked still holds: neither consent nor grant can be read, nor whether a create is under way.</summary>
    [Fact]
    public async Task ARevoke_WhenOnlyTheAskingCanBeRead_ThenWhateverStandsOfItGoesUntilNoCreateCanLand()
    {
        var id = await GrantAsync();
        _store.Tamper(StreamId.Of(id), 2, record => record with { Hash = HashChain.Start });
        var other = Start(2);
        Assert.False(Assert.IsType<Submission.Unrecorded>(await other.Requests.SayAsync(id, Revoke, CancellationToken.None)).IsGone);
        Assert.Empty(_cluster.Bindings);
        await AssertALateBindingGoesAsync(other, id);
    }

    /// <summary>Not even what was asked can be read: the index and the binding alone name the request.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task AnEnd_WhenNothingOfTheChainCanBeRead_ThenWhateverStandsOfItGoesUntilNoCreateCanLand(bool isTicketsClose)
    {
        var id = await GrantAsync();
        Damage(id, 1);
        var other = Start(2);
        if (isTicketsClose)
            await other.Tickets.HearAsync(Sample.TicketId, new TicketSignal.Close(Sample.TicketId, null, Sample.Operator), CancellationToken.None);
        else
            Assert.Equal(1, await other.Operations.RevokeAllAsync(new PauseScope.Everything(), RevokedBy.Operator, Sample.Operator, "enough", CancellationToken.None));
        Assert.Empty(_cluster.Bindings);
        await AssertALateBindingGoesAsync(other, id);
    }

    /// <summary>Where it was, and whose, nobody can tell.</summary>
    [Fact]
    public async Task RevokeAllOfOneCluster_WhenNothingOfAChainCanBeRead_ThenItsBindingIsLeftToItsEnd()
    {
        var id = await GrantAsync();
        Damage(id, 1);
        Assert.Equal(0, await Start(2).Operations.RevokeAllAsync(new PauseScope.OfCluster(Sample.ClusterId), RevokedBy.Operator, Sample.Operator, "enough", CancellationToken.None));
        Assert.Single(_cluster.Bindings);
    }

    /// <summary>Its hash is right; what the lifecycle adds to such a time would leave what a time can hold.</summary>
    [Fact]
    public async Task ARevoke_WhenAFactIsDatedAsNoClockShows_ThenTheBindingGoesInAnyProcess()
    {
        var id = await GrantAsync();
        await ForgeAsync(StreamId.Of(id), new RequestFact.GrantOutcomeUnknown(1, "forged"), DateTimeOffset.MaxValue);
        var other = Start(2);
        await Assert.ThrowsAsync<QuarantineException>(() => other.Engine.ReadAsync(id, CancellationToken.None));
        Assert.True(Assert.IsType<Submission.Unrecorded>(await other.Requests.SayAsync(id, Revoke, CancellationToken.None)).IsGone);
        Assert.Empty(_cluster.Bindings);
    }

    [Fact]
    public async Task ARevoke_WhenAFactNamesATimeThatNoClockShows_ThenTheBindingGoesInAnyProcess()
    {
        var id = await GrantAsync();
        await ForgeAsync(StreamId.Of(id), new RequestFact.BindingObserved("uid-1", DateTimeOffset.MaxValue, "forged"), _time.GetUtcNow());
        var other = Start(2);
        await Assert.ThrowsAsync<QuarantineException>(() => other.Engine.ReadAsync(id, CancellationToken.None));
        Assert.True(Assert.IsType<Submission.Unrecorded>(await other.Requests.SayAsync(id, Revoke, CancellationToken.None)).IsGone);
        Assert.Empty(_cluster.Bindings);
    }

    [Fact]
    public async Task ATicketsClose_WhenItsChainIsDatedAsNoClockShows_ThenTheAccessEndsAndTheCallerIsTold()
    {
        await GrantAsync();
        await ForgeAsync(StreamId.Of(Sample.TicketId), new TicketFact.TicketRecorded(Sample.Ticket(), Sample.Operator), DateTimeOffset.MaxValue);
        await Assert.ThrowsAsync<QuarantineException>(() => Start(2).Tickets.HearAsync(Sample.TicketId, new TicketSignal.Close(Sample.TicketId, null, Sample.Operator), CancellationToken.None));
        Assert.Empty(_cluster.Bindings);
    }

    [Fact]
    public async Task ASweep_WhenTheSystemsAndTheClustersChainsAreDatedAsNoClockShows_ThenGoesOnAndNothingIsGranted()
    {
        await GrantAsync();
        await ForgeAsync(StreamId.System, new SystemFact.GrantsResumed(new PauseScope.Everything(), Sample.Operator, "forged"), DateTimeOffset.MaxValue);
        await ForgeAsync(StreamId.Of(Sample.ClusterId), new ClusterFact.UnmanagedCopyFound(Sample.ClusterId, new BindingName("copy", ""), "uid-9"), DateTimeOffset.MaxValue);
        var other = Start(2);
        await Assert.ThrowsAsync<QuarantineException>(() => other.Operations.ReadPausesAsync(CancellationToken.None));
        Assert.IsType<Submission.Refused>(await other.AskAsync("another key", TimeSpan.FromMinutes(5), new Scope.Namespace("web")));
        _time.Advance(TimeSpan.FromHours(1));
        var report = await other.Sweeper.SweepAsync(CancellationToken.None);
        Assert.Contains(report.Findings, finding => finding.Done == "removed, but not journaled");
        Assert.Empty(_cluster.Bindings);
    }

    /// <summary>The create is still under way when its end is ordered: that its binding is absent proves nothing yet.</summary>
    [Fact]
    public async Task ARevoke_WhenACreateMayStillTakeEffect_ThenIsTriedAgainUntilNoneCan()
    {
        _cluster.CreateAnswers.Enqueue((false, new BindingOutcome.Unknown("the answer was lost")));
        var id = await AskAsync();
        await _broker.ApproveAsync(id, Sample.Approver);
        _journal.Stuck = StreamId.Of(id);
        Assert.False(Assert.IsType<Submission.Unrecorded>(await _broker.Requests.SayAsync(id, Revoke, CancellationToken.None)).IsGone);

        _cluster.Place(new StandingBinding(BindingName.For(id, new Scope.Cluster()), "uid-late", "test", id, Sample.Start.AddHours(1), [$"User/{Sample.Engineer.ObjectId}"], "ClusterRole/aks-service", Sample.TicketId));
        _time.Advance(Timing.LongestRevocationPause);
        await _broker.Loop.AttendDueAsync();
        Assert.Empty(_cluster.Bindings);

        _time.Advance(Timing.AppearanceLimit);
        await _broker.Loop.AttendDueAsync();
        Assert.Null(_broker.Queue.TakeDue(DateTimeOffset.MaxValue));
    }

    /// <summary>As a host runs it after a start: memory knows no grant, and the chain gives none.</summary>
    [Fact(Timeout = 20_000)]
    public async Task ARevoke_WhenTheChainIsDamagedAndTheClusterIsAway_ThenTheRunningLoopTriesAgain()
    {
        var id = await GrantAsync();
        Damage(id, _store.Streams[StreamId.Of(id)].Count);
        var other = Start(2);
        _cluster.IsDown = true;
        Assert.False(Assert.IsType<Submission.Unrecorded>(await other.Requests.SayAsync(id, Revoke, CancellationToken.None)).IsGone);
        _cluster.IsDown = false;
        await RunUntilNothingStandsAsync(other, TestContext.Current.CancellationToken);
    }

    [Fact(Timeout = 20_000)]
    public async Task ASweep_WhenTheTicketIsClosedAndTheChainIsDamaged_ThenTheRunningLoopRemovesTheBinding()
    {
        var id = await GrantAsync();
        _journal.HidesRequests = true;
        await _broker.Tickets.HearAsync(Sample.TicketId, new TicketSignal.Close(Sample.TicketId, null, Sample.Operator), CancellationToken.None);
        Damage(id, _store.Streams[StreamId.Of(id)].Count);
        var other = Start(2);
        await other.Sweeper.SweepAsync(CancellationToken.None);
        await RunUntilNothingStandsAsync(other, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task ARevoke_WhenTheClusterIsAwayToo_ThenIsTriedAgainUntilItIsGone()
    {
        var id = await GrantAsync(isStuck: true);
        _cluster.IsDown = true;
        Assert.False(Assert.IsType<Submission.Unrecorded>(await _broker.Requests.SayAsync(id, Revoke, CancellationToken.None)).IsGone);
        _cluster.IsDown = false;
        _time.Advance(TimeSpan.FromSeconds(30));
        await _broker.Loop.AttendDueAsync();
        Assert.Empty(_cluster.Bindings);
    }

    [Fact]
    public async Task ARevoke_WhenItCannotBeRecordedNorCarriedOutForLong_ThenIsToldEveryTwoMinutes()
    {
        var id = await GrantAsync();
        Damage(id, _store.Streams[StreamId.Of(id)].Count);
        var log = new RecordingLog();
        var other = new TestBroker(_journal, new FakeClusters(_cluster), _time, 2, logging: log);
        _cluster.IsDown = true;
        await other.Requests.SayAsync(id, Revoke, CancellationToken.None);
        await PassAsync(TimeSpan.FromMinutes(10));
        Assert.Equal(6, Told("is not gone yet"));
        _cluster.IsDown = false;
        await PassAsync(Timing.LongestRevocationPause);
        Assert.Equal(1, Told("is gone."));

        int Told(string what) => log.Entries.Count(entry => entry.Level == LogLevel.Critical && entry.Text.Contains(what, StringComparison.Ordinal));

        async Task PassAsync(TimeSpan span)
        {
            for (var passed = TimeSpan.Zero; passed < span; passed += Timing.LongestRevocationPause)
            {
                _time.Advance(Timing.LongestRevocationPause);
                await other.Loop.AttendDueAsync();
            }
        }
    }

    [Fact]
    public async Task ARevoke_WhenTheStoreTakesAppendsAgain_ThenIsRecordedAsWhatItWas()
    {
        var id = await GrantAsync(isStuck: true);
        await _broker.Requests.SayAsync(id, Revoke, CancellationToken.None);
        _journal.Stuck = null;
        await _broker.Sweeper.SweepAsync(CancellationToken.None);
        await _broker.Loop.AttendDueAsync();
        Assert.Equal(new Outcome.Ended(EndCause.OperatorRevoked), Assert.IsType<RequestState.Closed>(await _broker.StateAsync(id)).Outcome);
    }

    [Fact]
    public async Task AnApproversEnd_WhenItCannotBeRecorded_ThenTheBindingGoes()
    {
        var id = await GrantAsync(isStuck: true);
        var answer = new ConsentAnswer(ConsentVerb.End, "", "Edge 01", null, null, "");
        Assert.True(Assert.IsType<ConsentResult.EndedUnrecorded>(await _broker.Consents.DecideAsync(_broker.LinkFor(id, Sample.Approver), answer, CancellationToken.None)).IsGone);
        Assert.Empty(_cluster.Bindings);
    }

    [Fact]
    public async Task AnApproversEnd_WhenTheChainIsDamaged_ThenThePageStillOffersIt()
    {
        var id = await GrantAsync();
        _store.Tamper(StreamId.Of(id), _store.Streams[StreamId.Of(id)].Count, record => record with { FactId = "x" });
        var (other, link) = (Start(2), _broker.LinkFor(id, Sample.Approver));
        Assert.NotNull((await other.Consents.ReadAsync(link, CancellationToken.None))?.History.Quarantine);
        var answer = new ConsentAnswer(ConsentVerb.End, "", "Edge 01", null, null, "");
        Assert.IsType<ConsentResult.EndedUnrecorded>(await other.Consents.DecideAsync(link, answer, CancellationToken.None));
        Assert.Empty(_cluster.Bindings);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ATicketsClose_WhenTheEndsCannotBeRecorded_ThenTheBindingsGo(bool isDamaged)
    {
        var id = await GrantAsync(isStuck: !isDamaged);
        if (isDamaged)
            _store.Tamper(StreamId.Of(id), 3, record => record with { FactId = "x" });
        await Start(2).Tickets.HearAsync(Sample.TicketId, new TicketSignal.Close(Sample.TicketId, null, Sample.Operator), CancellationToken.None);
        Assert.Empty(_cluster.Bindings);
    }

    [Fact]
    public async Task ATicketsClose_WhenItsOwnChainTakesNothing_ThenTheAccessEndsAndTheCallerIsTold()
    {
        await GrantAsync();
        _journal.Stuck = StreamId.Of(Sample.TicketId);
        await Assert.ThrowsAsync<QuarantineException>(() => _broker.Tickets.HearAsync(Sample.TicketId, new TicketSignal.Close(Sample.TicketId, null, Sample.Operator), CancellationToken.None));
        Assert.Empty(_cluster.Bindings);
    }

    [Fact]
    public async Task RevokeAll_WhenTheEndsCannotBeRecorded_ThenTheBindingsGo()
    {
        await GrantAsync(isStuck: true);
        Assert.Equal(1, await _broker.Operations.RevokeAllAsync(new PauseScope.Everything(), RevokedBy.Operator, Sample.Operator, "enough", CancellationToken.None));
        Assert.Empty(_cluster.Bindings);
    }

    /// <summary>The close was heard by a broker that died before it ended anything.</summary>
    [Fact]
    public async Task ASweep_WhenTheTicketIsClosedAndTheChainTakesNothing_ThenTheBindingGoes()
    {
        var id = await GrantAsync();
        _journal.HidesRequests = true;
        await _broker.Tickets.HearAsync(Sample.TicketId, new TicketSignal.Close(Sample.TicketId, null, Sample.Operator), CancellationToken.None);
        Assert.Single(_cluster.Bindings);
        (_journal.HidesRequests, _journal.Stuck) = (false, StreamId.Of(id));
        await _broker.Sweeper.SweepAsync(CancellationToken.None);
        await _broker.Loop.AttendDueAsync();
        Assert.Empty(_cluster.Bindings);
    }

    /// <summary>Somebody deleted the rows of the open index, and the broker starts anew: only the binding itself still names its request.</summary>
    [Fact]
    public async Task AGrant_WhenTheOpenIndexHasForgottenIt_ThenEndsOnTimeAndIsRecorded()
    {
        var id = await GrantAsync();
        _journal.HidesOpen = true;
        var other = Start(2);
        await other.Sweeper.SweepAsync(CancellationToken.None);
        _time.Advance(TimeSpan.FromMinutes(5));
        await other.Loop.AttendDueAsync();
        Assert.Empty(_cluster.Bindings);
        Assert.Equal(new Outcome.Ended(EndCause.Expired), Assert.IsType<RequestState.Closed>(await other.StateAsync(id)).Outcome);
    }

    [Fact]
    public async Task ASweep_WhenTheOpenIndexHasForgottenAGrantOfAClosedTicket_ThenEndsIt()
    {
        await GrantAsync();
        (_journal.HidesRequests, _journal.HidesOpen) = (true, true);
        await _broker.Tickets.HearAsync(Sample.TicketId, new TicketSignal.Close(Sample.TicketId, null, Sample.Operator), CancellationToken.None);
        await _broker.Sweeper.SweepAsync(CancellationToken.None);
        await _broker.Loop.AttendDueAsync();
        Assert.Empty(_cluster.Bindings);
    }

    [Fact]
    public async Task APause_WhenItCannotBeRecorded_ThenNothingIsGranted()
    {
        await _broker.Tickets.HearAsync(Sample.TicketId, new TicketSignal.Report(Sample.Ticket(), Sample.Operator), CancellationToken.None);
        _journal.Stuck = StreamId.System;
        await Assert.ThrowsAsync<QuarantineException>(() => _broker.Operations.PauseAsync(new PauseScope.Everything(), Sample.Operator, "stop", CancellationToken.None));
        Assert.IsType<Submission.Refused>(await _broker.AskAsync("key", TimeSpan.FromMinutes(5)));
    }

    [Fact]
    public async Task AFinding_WhenItsChainTakesNothing_ThenTheSweepGoesOn()
    {
        await GrantAsync();
        _journal.Stuck = StreamId.Of(Sample.ClusterId);
        _time.Advance(TimeSpan.FromHours(1));
        var report = await _broker.Sweeper.SweepAsync(CancellationToken.None);
        Assert.Contains(report.Findings, finding => finding.Done == "removed, but not journaled");
        Assert.Empty(_cluster.Bindings);
    }

    private async Task AssertALateBindingGoesAsync(TestBroker broker, RequestId id)
    {
        _cluster.Place(new StandingBinding(BindingName.For(id, new Scope.Cluster()), "uid-late", "test", id, Sample.Start.AddHours(1), [$"User/{Sample.Engineer.ObjectId}"], "ClusterRole/aks-service", Sample.TicketId));
        _time.Advance(Timing.LongestRevocationPause);
        await broker.Loop.AttendDueAsync();
        Assert.Empty(_cluster.Bindings);

        _time.Advance(Timing.SendWindow + Timing.AppearanceLimit);
        await broker.Loop.AttendDueAsync();
        Assert.Null(broker.Queue.TakeDue(DateTimeOffset.MaxValue));
    }

    private async Task RunUntilNothingStandsAsync(TestBroker broker, CancellationToken cancellation)
    {
        using var stop = new CancellationTokenSource();
        var loop = broker.Loop.RunAsync(stop.Token);
        _time.Advance(Timing.LongestRevocationPause);
        while (_cluster.Bindings.Count > 0)
        {
            cancellation.ThrowIfCancellationRequested();
            await Task.Yield();
        }
        await stop.CancelAsync();
        await loop;
    }

    private void Damage(RequestId id, int version) => _store.Tamper(StreamId.Of(id), version, record => record with { FactId = "x" });

    private TestBroker Start(int seed) => new(_journal, new FakeClusters(_cluster), _time, seed);

    /// <summary>Somebody who can write the store appends a fact, and computes its hash right.</summary>
    private async Task ForgeAsync(StreamId stream, Fact fact, DateTimeOffset at)
    {
        var (version, hash) = await _store.ReadAsync(stream, CancellationToken.None) is [.., var last] ? (last.Version, last.Hash) : (0, HashChain.Start);
        var (kind, payload) = FactText.Encode(fact);
        var forged = HashChain.Seal(stream, version, hash, $"forged {stream}", kind, at, payload);
        await _store.AppendAsync(new Append(stream, version, [forged], new Head("Active", false), _time.GetUtcNow(), null), CancellationToken.None);
    }

    private async Task<RequestId> AskAsync()
    {
        await _broker.Tickets.HearAsync(Sample.TicketId, new TicketSignal.Report(Sample.Ticket(), Sample.Operator), CancellationToken.None);
        return Assert.IsType<Submission.Recorded>(await _broker.AskAsync("key", TimeSpan.FromMinutes(5))).History.Id;
    }

    private async Task<RequestId> GrantAsync(bool isStuck = false)
    {
        var id = await AskAsync();
        await _broker.ApproveAsync(id, Sample.Approver);
        Assert.Single(_cluster.Bindings);
        if (isStuck)
            _journal.Stuck = StreamId.Of(id);
        return id;
    }

    private sealed class StuckJournal(IJournal inner) : IJournal
    {
        /// <summary>The stream that takes nothing any more; null for none.</summary>
        public StreamId? Stuck { get; set; }

        public bool HidesRequests { get; set; }

        public bool HidesOpen { get; set; }

        public Task<AppendOutcome> AppendAsync(Append append, CancellationToken cancellation) =>
            Stuck == append.Stream ? Task.FromResult<AppendOutcome>(new AppendOutcome.Conflict()) : inner.AppendAsync(append, cancellation);

        public Task<IReadOnlyList<FactRecord>> ReadAsync(StreamId stream, CancellationToken cancellation) => inner.ReadAsync(stream, cancellation);

        public Task<RequestId?> ClaimPendingAsync(string key, RequestId id, RequestIndex index, CancellationToken cancellation) =>
            inner.ClaimPendingAsync(key, id, index, cancellation);

        public IAsyncEnumerable<JournalRow> ScanAsync(CancellationToken cancellation) => inner.ScanAsync(cancellation);

        public IAsyncEnumerable<OpenEntry> ListOpenAsync(CancellationToken cancellation) =>
            HidesOpen ? AsyncEnumerable.Empty<OpenEntry>() : inner.ListOpenAsync(cancellation);

        public Task SettleAsync(StreamId stream, long version, CancellationToken cancellation) => inner.SettleAsync(stream, version, cancellation);

        public Task<OpenEntry?> FindOpenAsync(StreamId stream, CancellationToken cancellation) => inner.FindOpenAsync(stream, cancellation);

        public Task MarkPublishedAsync(StreamId stream, IReadOnlyDictionary<string, long> upTo, CancellationToken cancellation) =>
            inner.MarkPublishedAsync(stream, upTo, cancellation);

        public Task<Page> FindAsync(RequestQuery query, CancellationToken cancellation) =>
            HidesRequests ? Task.FromResult(new Page([], null)) : inner.FindAsync(query, cancellation);

        public Task CheckAsync(CancellationToken cancellation) => inner.CheckAsync(cancellation);
    }
}
