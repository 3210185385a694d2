using AksArcJit.Broker.Consents;
using AksArcJit.Broker.Ports;
using AksArcJit.Broker.Requests;
using AksArcJit.Lifecycle;
using AksArcJit.Lifecycle.Requests;
using AksArcJit.Lifecycle.Tickets;
using AksArcJit.Stores.Tables;
using AksArcJit.TestKit;
using AksArcJit.TestKit.Brokers;
using AksArcJit.TestKit.Cluster;
using Microsoft.Extensions.Time.Testing;

namespace AksArcJit.Stores.Tests.Tables;

/// <summary>
/// What a whole lifecycle costs on Table Storage, from the POST of the request to the removal of its open row, by a real broker: asked,
/// approved, granted, expired. Limit: 20 storage transactions, reads and index rows included; polling, the sweep, checkpoints, notices
/// and the ticket's own calls are counted apart. An Idempotency-Key costs nothing more: that its id was never entered is told by the insert
/// of a mark beside the engineer's index row, in the transaction which that row takes anyway.
/// </summary>
public sealed class LifecycleCostTests(Azurite azurite)
{
    private readonly string _prefix = $"T{(uint)Guid.NewGuid().GetHashCode()}0{Random.Shared.Next()}0";
    private readonly FakeTimeProvider _time = new(Sample.Start);
    private readonly Wire _wire = new();

    [Theory]
    [InlineData(null, "1 GET AccessJournal of a ticket, 1 GET AccessJournal of the system, 1 POST OpenRequests, 2 POST $batch, 3 POST RequestIndex")]
    [InlineData("key", "1 GET AccessJournal of a ticket, 1 GET AccessJournal of the system, 1 POST OpenRequests, 2 POST RequestIndex, 3 POST $batch")]
    public async Task Lifecycle_FromThePostToTheRemovalOfTheOpenRow_ThenCostsTwentyTransactions(string? key, string asking)
    {
        var journal = new TablesJournal(
            new TablesJournalOptions { ConnectionString = await azurite.ConnectionAsync(), Prefix = _prefix }, _time, _wire.Options());
        var broker = new TestBroker(journal, new FakeClusters(new FakeCluster(Sample.ClusterId, "test", _time)), _time, 1);
        await broker.Tickets.HearAsync(Sample.TicketId, new TicketSignal.Report(Sample.Ticket(), Sample.Operator), CancellationToken.None);
        await journal.CheckAsync(CancellationToken.None);
        _wire.Forget();

        var id = Assert.IsType<Submission.Recorded>(await broker.AskAsync(key, TimeSpan.FromHours(2))).History.Id;
        var asked = Taken();
        _time.Advance(TimeSpan.FromMinutes(3));
        var link = broker.LinkFor(id, Sample.Approver);
        var shown = await broker.Consents.ReadAsync(link, CancellationToken.None);
        // Shown as often as somebody looks: polling.
        _wire.Forget();
        Assert.IsType<ConsentResult.Decided>(await broker.Consents.DecideAsync(
            link, new ConsentAnswer(ConsentVerb.Approve, shown!.Terms.Hash(), "Edge 01", null, null, ""), CancellationToken.None));
        var granted = Taken();
        Assert.IsType<RequestState.Active>(await broker.StateAsync(id));
        _wire.Forget();
        _time.Advance(TimeSpan.FromHours(2));
        await broker.Loop.AttendDueAsync();
        var ended = Taken();
        Assert.IsType<RequestState.Closed>(await broker.StateAsync(id));
        await foreach (var _ in journal.ListOpenAsync(CancellationToken.None))
            Assert.Fail("The open row stands.");

        Tell("asked", asked);
        Tell("approved and granted", granted);
        Tell("ended", ended);
        Assert.Equal(asking, Kinds(asked));
        // The ticket and the pauses at approval and between intent and create, the ticket after the create.
        Assert.Equal(
            "1 GET AccessJournal of a request, 2 GET AccessJournal of the system, 2 POST $batch, 2 PUT OpenRequests, 3 GET AccessJournal of a ticket", Kinds(granted));
        Assert.Equal("1 DELETE OpenRequests, 1 POST $batch", Kinds(ended));
        Assert.Equal(20, asked.Count + granted.Count + ended.Count);
    }

    [Fact]
    public async Task Ask_WhenTheKeyComesAgain_ThenTheFirstRequestAnswersAndNothingIsWritten()
    {
        var journal = new TablesJournal(
            new TablesJournalOptions { ConnectionString = await azurite.ConnectionAsync(), Prefix = _prefix }, _time, _wire.Options());
        var broker = new TestBroker(journal, new FakeClusters(new FakeCluster(Sample.ClusterId, "test", _time)), _time, 1);
        await broker.Tickets.HearAsync(Sample.TicketId, new TicketSignal.Report(Sample.Ticket(), Sample.Operator), CancellationToken.None);
        var first = Assert.IsType<Submission.Recorded>(await broker.AskAsync("key", TimeSpan.FromHours(2))).History.Id;
        _time.Advance(TimeSpan.FromMinutes(1));
        _wire.Forget();

        Assert.Equal(first, Assert.IsType<Submission.Recorded>(await broker.AskAsync("key", TimeSpan.FromHours(2))).History.Id);
        // The batch is the one that fails.
        Assert.Equal("1 GET AccessJournal of a request, 1 GET AccessJournal of a ticket, 1 GET AccessJournal of the system, 1 POST $batch", Kinds(Taken()));
        Assert.Equal(RefusalReason.RequestExists, Assert.IsType<Submission.Refused>(await broker.AskAsync("key", TimeSpan.FromHours(1))).Refusal.Reason);

        await broker.Tickets.HearAsync(Sample.TicketId, new TicketSignal.Report(Sample.Ticket() with { Status = TicketStatus.Closed, Sequence = 9 }, Sample.Operator), CancellationToken.None);
        Assert.Equal(first, Assert.IsType<Submission.Recorded>(await broker.AskAsync("key", TimeSpan.FromHours(2))).History.Id);
        Assert.Equal([first], (await journal.FindAsync(new RequestQuery(null, null, Sample.Engineer, [], null, null, null, 10), CancellationToken.None)).Requests);
    }

    // A claim without a chain passes to the next after 60 s: whoever is slower must not append.
    [Fact]
    public async Task Ask_WhenThePreparationOutlastsItsClaim_ThenNothingIsAppended()
    {
        var journal = new TablesJournal(
            new TablesJournalOptions { ConnectionString = await azurite.ConnectionAsync(), Prefix = _prefix }, _time, _wire.Options());
        var broker = new TestBroker(journal, new FakeClusters(new FakeCluster(Sample.ClusterId, "test", _time)), _time, 1);
        await broker.Tickets.HearAsync(Sample.TicketId, new TicketSignal.Report(Sample.Ticket(), Sample.Operator), CancellationToken.None);
        _wire.Before = call =>
        {
            if (call == "POST OpenRequests")
                _time.Advance(TimeSpan.FromSeconds(31));
            return Task.CompletedTask;
        };

        await Assert.ThrowsAsync<JournalUnavailableException>(() => broker.AskAsync(null, TimeSpan.FromHours(2)));

        _wire.Before = _ => Task.CompletedTask;
        Assert.Empty((await journal.FindAsync(new RequestQuery(null, null, Sample.Engineer, [], null, null, null, 10), CancellationToken.None)).Requests);
        _time.Advance(TimeSpan.FromSeconds(60));
        Assert.IsType<Submission.Recorded>(await broker.AskAsync(null, TimeSpan.FromHours(2)));
    }

    /// <summary>
    /// Who is told what, and what that costs: one read, one append with its open row, at each of the three times at which something is
    /// told, and the open row's removal, which then follows the last notice. It disturbs no other call.
    /// </summary>
    [Fact]
    public async Task Lifecycle_WhenPeopleAreTold_ThenThatCostsAFewTransactionsApart()
    {
        var journal = new TablesJournal(
            new TablesJournalOptions { ConnectionString = await azurite.ConnectionAsync(), Prefix = _prefix }, _time, _wire.Options());
        var channel = new RecordingChannel("files");
        var broker = new TestBroker(journal, new FakeClusters(new FakeCluster(Sample.ClusterId, "test", _time)), _time, 1, [channel]);
        await broker.Tickets.HearAsync(Sample.TicketId, new TicketSignal.Report(Sample.Ticket(), Sample.Operator), CancellationToken.None);
        await journal.CheckAsync(CancellationToken.None);
        _wire.Forget();

        var id = Assert.IsType<Submission.Recorded>(await broker.AskAsync(null, TimeSpan.FromMinutes(4))).History.Id;
        var lifecycle = Taken().ToList();
        await broker.Notices!.AttendDueAsync();
        var notices = Taken().ToList();
        var link = broker.LinkFor(id, Sample.Approver);
        var shown = await broker.Consents.ReadAsync(link, CancellationToken.None);
        _wire.Forget();
        Assert.IsType<ConsentResult.Decided>(await broker.Consents.DecideAsync(
            link, new ConsentAnswer(ConsentVerb.Approve, shown!.Terms.Hash(), "Edge 01", null, null, ""), CancellationToken.None));
        lifecycle.AddRange(Taken());
        _time.Advance(TimeSpan.FromSeconds(1));
        await broker.Notices.AttendDueAsync();
        notices.AddRange(Taken());
        _time.Advance(TimeSpan.FromMinutes(4));
        await broker.Loop.AttendDueAsync();
        lifecycle.AddRange(Taken());
        _time.Advance(TimeSpan.FromSeconds(1));
        await broker.Notices.AttendDueAsync();
        notices.AddRange(Taken());
        Assert.IsType<RequestState.Closed>(await broker.StateAsync(id));
        Tell("lifecycle", lifecycle);
        Tell("notices", notices);
        // The ticket's own row waits for the next look at the open index.
        await foreach (var open in journal.ListOpenAsync(CancellationToken.None))
            Assert.Null(open.Stream.Request);
        Assert.Equal(6, channel.Taken.Count);
        Assert.Equal(19, lifecycle.Count);
        Assert.Equal(11, notices.Count);
    }

    private IReadOnlyList<string> Taken()
    {
        var sent = _wire.Sent;
        _wire.Forget();
        return sent;
    }

    private static string Kinds(IEnumerable<string> sent) => string.Join(", ", sent.GroupBy(call => call).Select(kind => $"{kind.Count()} {kind.Key}").Order(StringComparer.Ordinal));

    private static void Tell(string phase, IReadOnlyList<string> sent) => TestContext.Current.TestOutputHelper?.WriteLine(
        $"{phase}: {sent.Count}\n{string.Join('\n', sent.GroupBy(call => call).Select(kind => $"  {kind.Count()} {kind.Key}").Order(StringComparer.Ordinal))}");
}
