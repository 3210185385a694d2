using AksArcJit.Broker.Ports;
using AksArcJit.Journal;
using AksArcJit.Lifecycle;
using AksArcJit.Lifecycle.Requests;
using AksArcJit.Lifecycle.Tickets;
using AksArcJit.TestKit;
using AksArcJit.TestKit.Brokers;
using AksArcJit.TestKit.Cluster;
using AksArcJit.TestKit.Journal;

namespace AksArcJit.Broker.Tests.Tickets;

/// <summary>Which events count as delivered again.</summary>
public sealed class TicketDeskTests
{
    private static readonly SourceEvent Told = new("https://tickets.test/", Sample.TicketId.Text);
    private readonly World _world = new();

    [Theory]
    [InlineData(1L, 2L)]
    [InlineData(null, null)]
    [InlineData(1L, null)]
    public async Task AClose_WhenItsSourceUsesTheTicketsNumberAsEveryEventsId_ThenAccessEnds(long? opened, long? closed)
    {
        await HearAsync(Report(opened));
        var id = await _world.GrantAsync();

        Assert.Equal(TicketStatus.Closed, await HearAsync(Close(closed)));

        Assert.Empty(_world.Cluster.Bindings);
        Assert.IsType<RequestState.Closed>(await _world.Broker.StateAsync(id));
    }

    [Fact]
    public async Task AReportOfAClosedTicket_WhenItsIdWasUsedByAnOpen_ThenAccessEnds()
    {
        await HearAsync(Report(null));
        await _world.GrantAsync();

        Assert.Equal(TicketStatus.Closed, await HearAsync(Report(null, TicketStatus.Closed)));

        Assert.Empty(_world.Cluster.Bindings);
    }

    [Fact]
    public async Task AClose_WhenAnotherSenderUsedItsIdBefore_ThenItCloses()
    {
        await HearAsync(Report(1) with { Event = null });
        await HearAsync(Report(2) with { By = Sample.Approver });

        Assert.Equal(TicketStatus.Closed, await HearAsync(Close(3)));
    }

    [Fact]
    public async Task AClose_WhenItsIdWasUsedByAnEarlierCloseAndTheTicketWasOpenedAgain_ThenItCloses()
    {
        await HearAsync(Close(1));
        await HearAsync(Report(2));

        Assert.Equal(TicketStatus.Closed, await HearAsync(Close(3)));
    }

    [Fact]
    public async Task AClose_WhenDeliveredAgainAfterAReopening_ThenItChangesNothing()
    {
        await HearAsync(Report(1));
        await HearAsync(Close(2));
        await HearAsync(Report(3));
        var facts = await FactsAsync();

        Assert.Equal(TicketStatus.Active, await HearAsync(Close(2)));
        Assert.Equal(facts, await FactsAsync());
    }

    [Fact]
    public async Task AClose_WhenDeliveredAgain_ThenItLeavesOneFact()
    {
        await HearAsync(Report(null));
        await HearAsync(Close(null));
        await HearAsync(Close(null));
        await HearAsync(Close(null));

        Assert.Equal(2, await FactsAsync());
    }

    [Fact]
    public async Task AnEvent_WhenAnotherSenderUsedItsIdBefore_ThenItIsNews()
    {
        await HearAsync(Report(null) with { By = Sample.Approver });
        await HearAsync(Report(null) with { Ticket = Sample.Ticket() with { Sequence = null, Title = "Worse" } });

        Assert.Equal("Worse", (await _world.Broker.Tickets.ReadAsync(Sample.TicketId, CancellationToken.None))!.Title);
    }

    [Fact]
    public async Task Updates_WhenThousandsComeOfOneTicket_ThenItsChainIsReadOnce()
    {
        var journal = new FaultyJournal(_world.Journal);
        var desk = new TestBroker(journal, new FakeClusters(_world.Cluster), _world.Clock, 77).Tickets;
        for (var update = 1; update <= 2_000; update++)
            await desk.HearAsync(Sample.TicketId, Update(update), CancellationToken.None);
        await desk.HearAsync(Sample.TicketId, Close(null), CancellationToken.None);

        Assert.Equal(1, journal.Count(JournalCall.Read));
        Assert.Equal(2_001, await FactsAsync());
    }

    [Fact]
    public async Task AnEvent_WhenAnotherInstanceHeardMoreMeanwhile_ThenItIsDecidedOnWhatStands()
    {
        var other = _world.Start().Tickets;
        await HearAsync(Close(1));
        await other.HearAsync(Sample.TicketId, Report(2), CancellationToken.None);
        var id = await _world.GrantAsync();

        // As this instance remembers it, the ticket is closed already, and this close is no news.
        await HearAsync(new TicketSignal.Close(Sample.TicketId, 1, Sample.Operator));
        Assert.IsType<RequestState.Active>(await _world.Broker.StateAsync(id));
        Assert.Equal(TicketStatus.Closed, await HearAsync(new TicketSignal.Close(Sample.TicketId, 3, Sample.Operator)));

        Assert.Empty(_world.Cluster.Bindings);
        // Nor does the other, which remembers it as open, take a report for one that changes nothing.
        var (ticket, refusal) = await other.HearAsync(Sample.TicketId, Report(2) with { Event = null }, CancellationToken.None);
        Assert.Equal(TicketStatus.Closed, ticket!.Status);
        Assert.Equal(RefusalReason.TicketEventStale, refusal?.Reason);
    }

    [Fact]
    public async Task AnEvent_WhenTheChainWasRewrittenSinceItWasRemembered_ThenTheTicketIsQuarantinedAndACloseEndsAccess()
    {
        await HearAsync(Report(1));
        await _world.GrantAsync();
        await HearAsync(Report(2));
        _world.Journal.Tamper(StreamId.Of(Sample.TicketId), 2, record => record with { Hash = new string('f', 64) });

        await Assert.ThrowsAsync<Requests.QuarantineException>(() => HearAsync(new TicketSignal.Close(Sample.TicketId, 1, Sample.Operator)));

        Assert.Empty(_world.Cluster.Bindings);
    }

    [Fact]
    public async Task AClose_WhenTheRecordOfAnEndGotNoAnswer_ThenHearingItAgainRemovesTheBinding()
    {
        await HearAsync(Report(1));
        await _world.GrantAsync();
        var journal = new FaultyJournal(_world.Journal);
        var desk = new TestBroker(journal, new FakeClusters(_world.Cluster), _world.Clock, 77).Tickets;
        // The first append is the ticket's; the end's stands, and none of its three tries is answered.
        journal.Fail(JournalCall.Append, 2, JournalFault.AppliedButUnknown).Fail(JournalCall.Append, 3).Fail(JournalCall.Append, 4);
        await Assert.ThrowsAsync<JournalUnavailableException>(() => desk.HearAsync(Sample.TicketId, Close(2), CancellationToken.None));

        await desk.HearAsync(Sample.TicketId, Close(2), CancellationToken.None);

        Assert.Empty(_world.Cluster.Bindings);
    }

    [Fact]
    public async Task AClose_WhenTheProcessDiesWhileItsEndIsCarriedOut_ThenTheNextOneFindsItInTheOpenIndex()
    {
        await HearAsync(Report(1));
        var id = await _world.GrantAsync();
        _world.Cluster.BeforeRemove = () => new TaskCompletionSource().Task;
        var (_, _, ends) = await _world.Broker.Tickets.RecordAsync(Sample.TicketId, Close(2), CancellationToken.None);
        Assert.False(ends.IsCompleted);
        _world.Cluster.BeforeRemove = null;

        var next = _world.Start();
        await next.Loop.RereadOnceAsync(CancellationToken.None);
        await next.Loop.AttendDueAsync();

        Assert.Empty(_world.Cluster.Bindings);
        Assert.IsType<RequestState.Closed>(await next.StateAsync(id));
    }

    [Fact]
    public async Task AReportOfAClosedTicket_WhenTheTicketsChainCannotBeRead_ThenAccessEnds()
    {
        await HearAsync(Report(1));
        await _world.GrantAsync();
        _world.Journal.Tamper(StreamId.Of(Sample.TicketId), 1, record => record with { Hash = new string('f', 64) });
        var afterAStart = _world.Start().Tickets;

        await Assert.ThrowsAsync<Requests.QuarantineException>(() => afterAStart.HearAsync(Sample.TicketId, Report(2), CancellationToken.None));
        Assert.Single(_world.Cluster.Bindings);
        await Assert.ThrowsAsync<Requests.QuarantineException>(() => afterAStart.HearAsync(Sample.TicketId, Report(3, TicketStatus.Closed), CancellationToken.None));

        Assert.Empty(_world.Cluster.Bindings);
    }

    [Theory]
    [InlineData(Sample.Customer, true)]
    [InlineData("fabrikam", false)]
    public async Task AClose_WhenTheTicketsChainCannotBeRead_ThenASenderEndsOnlyTheAccessOfItsCustomers(string speaksFor, bool ends)
    {
        await HearAsync(Report(1));
        await _world.GrantAsync();
        _world.Journal.Tamper(StreamId.Of(Sample.TicketId), 1, record => record with { Hash = new string('f', 64) });

        await Assert.ThrowsAsync<Requests.QuarantineException>(() =>
            _world.Start().Tickets.HearAsync(Sample.TicketId, Close(2) with { SpeaksFor = [speaksFor] }, CancellationToken.None));

        Assert.Equal(ends, _world.Cluster.Bindings.Count == 0);
    }

    [Fact]
    public async Task Tickets_WhenEachNamesAHundredPersons_ThenAsManyFewerAreRemembered()
    {
        var journal = new FaultyJournal(_world.Journal);
        var desk = new TestBroker(journal, new FakeClusters(_world.Cluster), _world.Clock, 77).Tickets;
        var persons = Enumerable.Range(0, 100).Select(number => new Person(Sample.Issuer, $"{number}")).ToList();
        for (var number = 0; number <= 1_000; number++)
            await TellAsync(number, 1);
        var reads = journal.Count(JournalCall.Read);

        await TellAsync(1_000, 2);
        Assert.Equal(reads, journal.Count(JournalCall.Read));
        await TellAsync(0, 2);
        Assert.Equal(reads + 1, journal.Count(JournalCall.Read));

        Task TellAsync(int number, long sequence)
        {
            var ticket = Sample.Ticket() with { Id = TicketId.Parse($"CASE-{number}"), Assignees = persons, Sequence = sequence };
            return desk.HearAsync(ticket.Id, new TicketSignal.Report(ticket, Sample.Operator, Told), CancellationToken.None);
        }
    }

    private static TicketSignal.Report Update(int number) => new(
        Sample.Ticket() with { Sequence = number, Title = $"As of {number}" }, Sample.Operator, new SourceEvent("https://tickets.test/", $"e-{number}"));

    private async Task<TicketStatus> HearAsync(TicketSignal signal) =>
        (await _world.Broker.Tickets.HearAsync(Sample.TicketId, signal, CancellationToken.None)).Ticket!.Status;

    private async Task<int> FactsAsync() => (await _world.Journal.ReadAsync(StreamId.Of(Sample.TicketId), CancellationToken.None)).Count;

    private static TicketSignal.Report Report(long? sequence, TicketStatus status = TicketStatus.Active) =>
        new(Sample.Ticket() with { Sequence = sequence, Status = status }, Sample.Operator, Told);

    private static TicketSignal.Close Close(long? sequence) => new(Sample.TicketId, sequence, Sample.Operator, Told);
}
