using AksArcJit.Broker.Ports;
using AksArcJit.Journal;
using AksArcJit.Lifecycle;

namespace AksArcJit.Broker.Checkpoints;

/// <summary>
/// The journal of an installation that makes checkpoints: what is appended and read is noted, and no stream leaves the open index before a
/// checkpoint covers it (design section 5). Everything else goes to the store as it is.
/// </summary>
public sealed class CoveredJournal(IJournal store, Coverage coverage, TimeProvider time) : IJournal
{
    public async Task<IReadOnlyList<FactRecord>> ReadAsync(StreamId stream, CancellationToken cancellation)
    {
        var askedAt = time.GetUtcNow();
        var records = await store.ReadAsync(stream, cancellation);
        coverage.See(stream, records, askedAt);
        return records;
    }

    public async Task<AppendOutcome> AppendAsync(Append append, CancellationToken cancellation)
    {
        var kept = append.Due is null ? append with { Due = time.GetUtcNow(), Rests = true } : append;
        AppendOutcome? outcome = null;
        coverage.Begin(kept);
        try
        {
            return outcome = await store.AppendAsync(kept, cancellation);
        }
        finally
        {
            coverage.End(kept, outcome);
        }
    }

    public async Task SettleAsync(StreamId stream, long version, CancellationToken cancellation)
    {
        if (!coverage.Rest(stream, version))
            return;
        await store.SettleAsync(stream, version, cancellation);
        coverage.Forget(stream, version);
    }

    public Task<RequestId?> ClaimPendingAsync(string key, RequestId id, RequestIndex index, CancellationToken cancellation) =>
        store.ClaimPendingAsync(key, id, index, cancellation);

    public IAsyncEnumerable<JournalRow> ScanAsync(CancellationToken cancellation) => store.ScanAsync(cancellation);

    public IAsyncEnumerable<OpenEntry> ListOpenAsync(CancellationToken cancellation) => store.ListOpenAsync(cancellation);

    public Task<Page> FindAsync(RequestQuery query, CancellationToken cancellation) => store.FindAsync(query, cancellation);

    public Task CheckAsync(CancellationToken cancellation) => store.CheckAsync(cancellation);
}
