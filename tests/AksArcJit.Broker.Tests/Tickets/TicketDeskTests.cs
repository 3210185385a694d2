using AksArcJit.Journal;
using AksArcJit.Lifecycle.Requests;
using AksArcJit.Lifecycle.Tickets;
using AksArcJit.TestKit;
using AksArcJit.TestKit.Brokers;

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

    private async Task<TicketStatus> HearAsync(TicketSignal signal) =>
        (await _world.Broker.Tickets.HearAsync(Sample.TicketId, signal, CancellationToken.None)).Ticket!.Status;

    private async Task<int> FactsAsync() => (await _world.Journal.ReadAsync(StreamId.Of(Sample.TicketId), CancellationToken.None)).Count;

    private static TicketSignal.Report Report(long? sequence, TicketStatus status = TicketStatus.Active) =>
        new(Sample.Ticket() with { Sequence = sequence, Status = status }, Sample.Operator, Told);

    private static TicketSignal.Close Close(long? sequence) => new(Sample.TicketId, sequence, Sample.Operator, Told);
}
