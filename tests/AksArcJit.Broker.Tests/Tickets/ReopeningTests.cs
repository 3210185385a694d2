using AksArcJit.Broker.Consents;
using AksArcJit.Broker.Ports;
using AksArcJit.Broker.Sweeping;
using AksArcJit.Journal;
using AksArcJit.Lifecycle;
using AksArcJit.Lifecycle.Requests;
using AksArcJit.Lifecycle.Tickets;
using AksArcJit.TestKit;
using AksArcJit.TestKit.Brokers;
using AksArcJit.TestKit.Cluster;
using AksArcJit.TestKit.Journal;

namespace AksArcJit.Broker.Tests.Tickets;

/// <summary>A ticket that is opened again gives back nothing that its close took, whatever failed between.</summary>
public sealed class ReopeningTests
{
    private readonly World _world = new();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task AReopening_WhenTheClosesEndsWereNotRecorded_ThenTheyAreRecordedBeforeIt(bool isToldElsewhere)
    {
        await HearAsync(Report(1));
        var id = await _world.GrantAsync();
        var first = await CloseUndistributedAsync();

        await (isToldElsewhere ? _world.Start().Tickets : first.Tickets).HearAsync(Sample.TicketId, Report(3), CancellationToken.None);

        await _world.AssertEndedAsync(id, EndCause.TicketClosed);
        Assert.Equal(TicketStatus.Active, (await _world.Broker.Tickets.ReadAsync(Sample.TicketId, CancellationToken.None))!.Status);
        var (_, refusal) = await first.Tickets.HearAsync(Sample.TicketId, Close(2), CancellationToken.None);
        Assert.Equal(RefusalReason.TicketEventStale, refusal?.Reason);
    }

    [Fact]
    public async Task AReopening_WhenARequestWaitsThatTheCloseDidNotReach_ThenItIsCancelled()
    {
        await HearAsync(Report(1));
        var id = await _world.AskAsync();
        await CloseUndistributedAsync();

        await HearAsync(Report(3));

        await AssertCancelledAsync(id);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task AReopening_WhenTheClosesEndsCannotBeRecorded_ThenItIsNotEitherAndTheOpenIndexEndsThem(bool isFound)
    {
        await HearAsync(Report(1));
        var id = await _world.GrantAsync();
        await CloseUndistributedAsync();
        var journal = isFound
            ? new FaultyJournal(_world.Journal) { Missing = StreamId.Of(id) }
            : new FaultyJournal(_world.Journal).Fail(JournalCall.Find);
        var other = new TestBroker(journal, new FakeClusters(_world.Cluster), _world.Clock, 79);

        await Assert.ThrowsAsync<JournalUnavailableException>(() => other.Tickets.HearAsync(Sample.TicketId, Report(3), CancellationToken.None));

        Assert.Equal(TicketStatus.Closed, (await _world.Broker.Tickets.ReadAsync(Sample.TicketId, CancellationToken.None))!.Status);
        Assert.Single(_world.Cluster.Bindings);
        var next = _world.Start();
        await next.Loop.RereadOnceAsync(CancellationToken.None);
        await next.Loop.AttendDueAsync();
        await _world.AssertEndedAsync(id, EndCause.TicketClosed);
        Assert.Equal(TicketStatus.Active, await HearAsync(Report(3)));
    }

    [Fact]
    public async Task ARequest_WhenAskedAfterTheReopening_ThenItLives()
    {
        await HearAsync(Report(1));
        var before = await _world.GrantAsync();
        var first = await CloseUndistributedAsync();
        await HearAsync(Report(3));
        _world.Time.Advance(TimeSpan.FromSeconds(1));

        var after = await _world.GrantAsync("key-2");
        await first.Tickets.HearAsync(Sample.TicketId, Close(2), CancellationToken.None);
        await HearAsync(Report(3));
        await HearAsync(Report(4));
        await _world.Start().Tickets.DistributeAsync(Sample.TicketId);
        await _world.PassAsync(TimeSpan.FromMinutes(2));
        await _world.Broker.Sweeper.SweepAsync(CancellationToken.None);

        Assert.IsType<RequestState.Closed>(await _world.Broker.StateAsync(before));
        Assert.IsType<RequestState.Active>(await _world.Broker.StateAsync(after));
        Assert.Single(_world.Cluster.Bindings);
    }

    /// <summary>One instance has recorded the close and not yet read the index, when another opens the ticket again.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ARequest_WhenTheCloseIsStillBeingDistributedElsewhere_ThenItLivesIfItWasAskedAfterTheReopening(bool isReopened)
    {
        await HearAsync(Report(1));
        var before = await _world.GrantAsync();
        var gate = new TaskCompletionSource();
        var journal = new FaultyJournal(_world.Journal);
        journal.Before = () => journal.Count(JournalCall.Find) == 1 ? gate.Task : Task.CompletedTask;
        var closer = new TestBroker(journal, new FakeClusters(_world.Cluster), _world.Clock, 78);
        var closing = closer.Tickets.HearAsync(Sample.TicketId, Close(2), CancellationToken.None);
        // Its own clock is ahead, or the ticket was opened again.
        _world.Time.Advance(TimeSpan.FromSeconds(1));
        if (isReopened)
            await HearAsync(Report(3));
        var after = await AskedAsync(_world.Clock.GetUtcNow());

        gate.SetResult();
        await closing;

        Assert.IsType<RequestState.Closed>(await _world.Broker.StateAsync(before));
        if (isReopened)
            Assert.IsType<RequestState.AwaitingConsent>(await _world.Broker.StateAsync(after));
        else
            await AssertCancelledAsync(after);
    }

    /// <summary>A request under an Idempotency-Key that was first asked under another ticket, and died before its first append, leaves its id in that one's index.</summary>
    [Fact]
    public async Task AClose_WhenTheIndexNamesARequestOfAnotherTicket_ThenItLives()
    {
        var other = TicketId.Parse("CASE-2002");
        await _world.Broker.Tickets.HearAsync(other, new TicketSignal.Report(Sample.Ticket() with { Id = other }, Sample.Operator), CancellationToken.None);
        var id = await AskedAsync(_world.Clock.GetUtcNow(), listedUnder: other);

        await _world.Broker.Tickets.HearAsync(other, new TicketSignal.Close(other, null, Sample.Operator), CancellationToken.None);

        Assert.IsType<RequestState.AwaitingConsent>(await _world.Broker.StateAsync(id));
    }

    [Fact]
    public async Task ARequest_WhenAnInstanceThatRemembersTheTicketAsClosedHearsOfItNext_ThenItLives()
    {
        await HearAsync(Report(1));
        await HearAsync(Close(2));
        await _world.Start().Tickets.HearAsync(Sample.TicketId, Report(3), CancellationToken.None);
        _world.Time.Advance(TimeSpan.FromSeconds(1));
        var id = Assert.IsType<Requests.Submission.Recorded>(await _world.Broker.AskAsync("key-1", TimeSpan.FromMinutes(30))).History.Id;
        await _world.Broker.ApproveAsync(id, Sample.Approver);

        Assert.Equal(TicketStatus.Active, await HearAsync(Report(4)));

        Assert.IsType<RequestState.Active>(await _world.Broker.StateAsync(id));
    }

    [Fact]
    public async Task ARequest_WhenItsFirstAppendCameAfterACloseAndAReopening_ThenItIsNotConsentedToAndTheSweepCancelsIt()
    {
        await HearAsync(Report(1));
        var id = await _world.AskAsync();
        await CloseAndReopenUnheardAsync();

        var refused = Assert.IsType<ConsentResult.Refused>(await _world.Broker.ApproveAsync(id, Sample.Approver));
        Assert.Equal(RefusalReason.TicketNotActive, refused.Refusal.Reason);
        await _world.Broker.Sweeper.SweepAsync(CancellationToken.None);

        await AssertCancelledAsync(id);
    }

    [Fact]
    public async Task AScheduledStart_WhenItsTicketWasClosedAndReopenedUnheard_ThenNothingIsBound()
    {
        await HearAsync(Report(1));
        var id = await _world.AskAsync(startAt: _world.Clock.GetUtcNow().AddMinutes(10));
        Assert.IsType<ConsentResult.Decided>(await _world.Broker.ApproveAsync(id, Sample.Approver));
        await CloseAndReopenUnheardAsync();

        await _world.PassAsync(TimeSpan.FromMinutes(11), TimeSpan.FromSeconds(5));

        await AssertCancelledAsync(id);
        Assert.Empty(_world.Cluster.Log);
    }

    [Fact]
    public async Task ACreate_WhenItsTicketWasClosedAndReopenedAfterTheIntent_ThenNothingIsBound()
    {
        await HearAsync(Report(1));
        var id = await _world.AskAsync();
        _world.Cluster.CreateAnswers.Enqueue((false, new BindingOutcome.Failed("busy")));
        await _world.Broker.ApproveAsync(id, Sample.Approver);
        Assert.IsType<RequestState.Granting>(await _world.Broker.StateAsync(id));
        await CloseAndReopenUnheardAsync();

        await _world.PassAsync(TimeSpan.FromMinutes(3));

        await AssertCancelledAsync(id);
        Assert.Empty(_world.Cluster.Bindings);
    }

    [Fact]
    public async Task Sweep_WhenATicketWasClosedAndReopenedSinceAnAccessWasAskedFor_ThenItEndsTheAccess()
    {
        await HearAsync(Report(1));
        var id = await _world.GrantAsync();
        await CloseAndReopenUnheardAsync();

        var report = await _world.Broker.Sweeper.SweepAsync(CancellationToken.None);

        Assert.Equal(FindingKind.TicketClosed, Assert.Single(report.Findings).Finding.Kind);
        await _world.DriveAsync();
        await _world.AssertEndedAsync(id, EndCause.TicketClosed);
    }

    [Fact]
    public async Task ARequest_WhenItsTicketWasClosedBeforeItsCustomerWasKnown_ThenThatCloseIsNoneOfIts()
    {
        await HearAsync(Close(1));
        await HearAsync(Report(2));

        var id = await _world.GrantAsync();
        await _world.Broker.Sweeper.SweepAsync(CancellationToken.None);

        Assert.IsType<RequestState.Active>(await _world.Broker.StateAsync(id));
    }

    private async Task<RequestId> AskedAsync(DateTimeOffset at, TicketId? listedUnder = null)
    {
        var request = Sample.Request(Sample.Id(7)) with { RequestedAt = at, ConsentDeadline = at.AddHours(4) };
        var stream = StreamId.Of(request.Id);
        var records = new Sealing(new SeededEntropy(98), TestBroker.Key).Seal(stream, 0, HashChain.Start, [new RequestFact.AccessRequested(request, Sample.Rules.Rules)], at);
        var index = RequestIndex.Of(request);
        await _world.Journal.AppendAsync(
            new Append(stream, 0, records, new Head(nameof(RequestState.AwaitingConsent), true), request.ConsentDeadline, index with { Ticket = listedUnder ?? index.Ticket }),
            CancellationToken.None);
        return request.Id;
    }

    /// <returns>The broker that recorded the close, and found none of the ticket's requests.</returns>
    private async Task<TestBroker> CloseUndistributedAsync()
    {
        var journal = new FaultyJournal(_world.Journal).Fail(JournalCall.Find);
        var broker = new TestBroker(journal, new FakeClusters(_world.Cluster), _world.Clock, 78);
        await Assert.ThrowsAsync<JournalUnavailableException>(() => broker.Tickets.HearAsync(Sample.TicketId, Close(2), CancellationToken.None));
        return broker;
    }

    /// <summary>As if both had been distributed before the request could be seen.</summary>
    private async Task CloseAndReopenUnheardAsync()
    {
        var stream = StreamId.Of(Sample.TicketId);
        var last = (await _world.Journal.ReadAsync(stream, CancellationToken.None))[^1];
        var records = new Sealing(new SeededEntropy(99), TestBroker.Key).Seal(stream, last.Version, last.Hash,
            [new TicketFact.TicketClosed(Sample.TicketId, 2, Sample.Operator), new TicketFact.TicketRecorded(Sample.Ticket() with { Sequence = 3 }, Sample.Operator)], _world.Clock.GetUtcNow());
        await _world.Journal.AppendAsync(new Append(stream, last.Version, records, new Head("", false), null, null), CancellationToken.None);
    }

    private async Task AssertCancelledAsync(RequestId id) =>
        Assert.Equal(new Outcome.Cancelled(CancelCause.TicketClosed), Assert.IsType<RequestState.Closed>(await _world.Broker.StateAsync(id)).Outcome);

    private async Task<TicketStatus> HearAsync(TicketSignal signal) =>
        (await _world.Broker.Tickets.HearAsync(Sample.TicketId, signal, CancellationToken.None)).Ticket!.Status;

    private static TicketSignal.Report Report(long sequence) =>
        new(Sample.Ticket() with { Sequence = sequence }, Sample.Operator, new SourceEvent("https://tickets.test/", $"opened-{sequence}"));

    private static TicketSignal.Close Close(long sequence) =>
        new(Sample.TicketId, sequence, Sample.Operator, new SourceEvent("https://tickets.test/", $"closed-{sequence}"));
}
