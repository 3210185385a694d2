using AksArcJit.Broker.Ports;
using AksArcJit.Broker.Requests;
using AksArcJit.Journal;
using AksArcJit.Lifecycle;
using AksArcJit.Lifecycle.Requests;
using AksArcJit.TestKit;
using AksArcJit.TestKit.Brokers;
using AksArcJit.TestKit.Cluster;
using AksArcJit.TestKit.Journal;
using Microsoft.Extensions.Time.Testing;

namespace AksArcJit.Broker.Tests;

/// <summary>A store that calls every append stale, though nothing newer stands: somebody altered what it compares with.</summary>
public class ContradictoryJournalTests
{
    private readonly FakeTimeProvider _time = new(Sample.Start);

    [Fact]
    public async Task AGrant_WhenNothingCanBeAppendedAnyMore_ThenIsQuarantinedAndItsBindingRemovedOnTime()
    {
        var (journal, cluster) = (new StuckJournal(new InMemoryJournal(_time)), new FakeCluster(Sample.ClusterId, "test", _time));
        var broker = new TestBroker(journal, new FakeClusters(cluster), _time, 1);
        await broker.Tickets.HearAsync(Sample.TicketId, new Lifecycle.Tickets.TicketSignal.Report(Sample.Ticket(), Sample.Operator), CancellationToken.None);
        var id = Assert.IsType<Submission.Recorded>(await broker.AskAsync("key", TimeSpan.FromMinutes(5))).History.Id;
        await broker.ApproveAsync(id, Sample.Approver);
        Assert.Single(cluster.Bindings);
        journal.IsStuck = true;
        var refused = await Assert.ThrowsAsync<QuarantineException>(() =>
            broker.Engine.SubmitAsync(id, new Signal.Revoke(RevokedBy.Operator, Sample.Operator, "enough"), CancellationToken.None));
        Assert.Contains("refuses row", refused.Message, StringComparison.Ordinal);
        _time.Advance(TimeSpan.FromMinutes(6));
        await broker.Loop.AttendDueAsync();
        Assert.Empty(cluster.Bindings);
    }

    private sealed class StuckJournal(IJournal inner) : IJournal
    {
        public bool IsStuck { get; set; }

        public Task<AppendOutcome> AppendAsync(Append append, CancellationToken cancellation) =>
            IsStuck ? Task.FromResult<AppendOutcome>(new AppendOutcome.Conflict()) : inner.AppendAsync(append, cancellation);

        public Task<IReadOnlyList<FactRecord>> ReadAsync(StreamId stream, CancellationToken cancellation) => inner.ReadAsync(stream, cancellation);

        public Task<RequestId?> ClaimPendingAsync(string key, RequestId id, RequestIndex index, CancellationToken cancellation) =>
            inner.ClaimPendingAsync(key, id, index, cancellation);

        public IAsyncEnumerable<JournalRow> ScanAsync(CancellationToken cancellation) => inner.ScanAsync(cancellation);

        public IAsyncEnumerable<OpenEntry> ListOpenAsync(CancellationToken cancellation) => inner.ListOpenAsync(cancellation);

        public Task SettleAsync(StreamId stream, long version, CancellationToken cancellation) => inner.SettleAsync(stream, version, cancellation);

        public Task<Page> FindAsync(RequestQuery query, CancellationToken cancellation) => inner.FindAsync(query, cancellation);

        public Task CheckAsync(CancellationToken cancellation) => inner.CheckAsync(cancellation);
    }
}
