using AksArcJit.Broker.Evidence;
using AksArcJit.Broker.Ports;
using AksArcJit.Broker.Requests;
using AksArcJit.Journal.Evidence;
using AksArcJit.Lifecycle;
using AksArcJit.Lifecycle.Tickets;
using AksArcJit.Stores.Tables;
using AksArcJit.TestKit;
using AksArcJit.TestKit.Brokers;
using AksArcJit.TestKit.Cluster;
using Microsoft.Extensions.Time.Testing;

namespace AksArcJit.Stores.Tests.Tables;

/// <summary>An Idempotency-Key that comes again after a first try which ended between its index rows and its append: those rows stay.</summary>
public sealed class RepeatedAskTests(Azurite azurite)
{
    private static readonly TicketId Other = TicketId.Parse("CASE-1002");

    private readonly string _prefix = $"T{(uint)Guid.NewGuid().GetHashCode()}0{Random.Shared.Next()}0";
    private readonly FakeTimeProvider _time = new(Sample.Start);
    private readonly Wire _wire = new();

    [Fact]
    public async Task Ask_WhenItWasTriedBefore_ThenItsTicketsBundleHoldsItOnce()
    {
        var (journal, broker) = await StartAsync();
        var id = await AskTwiceAsync(broker, Sample.TicketId);
        await AssertBundleAsync(journal, Sample.TicketId, id);
    }

    [Fact]
    public async Task Ask_WhenItWasTriedBeforeUnderAnotherTicket_ThenThatOneHasNoPartInIt()
    {
        var (journal, broker) = await StartAsync();
        var id = await AskTwiceAsync(broker, Other);
        await AssertBundleAsync(journal, Other);
        await AssertBundleAsync(journal, Sample.TicketId, id);
    }

    private async Task<(TablesJournal Journal, TestBroker Broker)> StartAsync()
    {
        var journal = new TablesJournal(
            new TablesJournalOptions { ConnectionString = await azurite.ConnectionAsync(), Prefix = _prefix }, _time, _wire.Options());
        var broker = new TestBroker(journal, new FakeClusters(new FakeCluster(Sample.ClusterId, "test", _time)), _time, 1);
        foreach (var ticket in new[] { Sample.TicketId, Other })
            await broker.Tickets.HearAsync(ticket, new TicketSignal.Report(Sample.Ticket() with { Id = ticket }, Sample.Operator), CancellationToken.None);
        return (journal, broker);
    }

    private async Task<RequestId> AskTwiceAsync(TestBroker broker, TicketId first)
    {
        _wire.Before = call =>
        {
            if (call == "POST OpenRequests")
                _time.Advance(TimeSpan.FromSeconds(31));
            return Task.CompletedTask;
        };
        await Assert.ThrowsAsync<JournalUnavailableException>(() => AskAsync(first));
        _wire.Before = _ => Task.CompletedTask;
        return Assert.IsType<Submission.Recorded>(await AskAsync(Sample.TicketId)).History.Id;

        Task<Submission> AskAsync(TicketId ticket) => broker.Requests.AskAsync(
            new Asking(Sample.Engineer, "Erika Engineer", new Dictionary<string, string> { ["oid"] = Sample.Engineer.ObjectId }, ticket,
                Sample.ClusterId, new Scope.Cluster(), TimeSpan.FromHours(2), "Look at restarting pods", null, null, "key"), CancellationToken.None);
    }

    private static async Task AssertBundleAsync(TablesJournal journal, TicketId ticket, params RequestId[] requests)
    {
        var made = Assert.IsType<EvidenceOutcome.Made>(await new EvidenceDesk(journal, journal.Checkpoints).OfTicketAsync(ticket, CancellationToken.None));
        var verdict = BundleVerification.Verify(new MemoryStream(made.Zip.ToArray()), null);
        Assert.False(verdict.IsDamaged, string.Join('\n', verdict.Findings));
        Assert.Equal(1 + requests.Length, verdict.Chains);
    }
}
