using AksArcJit.Broker.Ports;
using AksArcJit.Journal;
using AksArcJit.Lifecycle;

namespace AksArcJit.Broker.Following;

/// <summary>
/// The journal of an installation in which parts follow it: they are told what is appended and read, and no stream leaves the open index
/// before all of them are done with it. Everything else goes to the store as it is.
/// </summary>
/// <param name="followers">At least one: without any, the store itself is the journal.</param>
public sealed class FollowedJournal(IJournal store, IReadOnlyList<IFollower> followers, TimeProvider time) : IJournal
{
    public Task<IReadOnlyList<FactRecord>> ReadAsync(StreamId stream, CancellationToken cancellation) =>
        SeenAsync(stream, () => store.ReadAsync(stream, cancellation));

    public Task<IReadOnlyList<FactRecord>> ReadFromAsync(StreamId stream, long version, CancellationToken cancellation) =>
        SeenAsync(stream, () => store.ReadFromAsync(stream, version, cancellation));

    public async Task<AppendOutcome> AppendAsync(Append append, CancellationToken cancellation)
    {
        var kept = append.Due is null ? append with { Due = time.GetUtcNow(), Rests = true } : append;
        AppendOutcome? outcome = null;
        foreach (var follower in followers)
            follower.Begin(kept);
        try
        {
            return outcome = await store.AppendAsync(kept, cancellation);
        }
        finally
        {
            foreach (var follower in followers)
                follower.End(kept, outcome);
        }
    }

    public async Task SettleAsync(StreamId stream, long version, CancellationToken cancellation)
    {
        // All are asked, so that each knows that the stream waits for it.
        if (followers.Count(follower => follower.Rest(stream, version)) < followers.Count)
            return;
        await store.SettleAsync(stream, version, cancellation);
        foreach (var follower in followers)
            follower.Forget(stream, version);
    }

    public Task<bool> EnterAsync(RequestId id, RequestIndex index, CancellationToken cancellation) => store.EnterAsync(id, index, cancellation);

    public Task<RequestId?> ClaimPendingAsync(string key, RequestId id, RequestIndex index, CancellationToken cancellation) =>
        store.ClaimPendingAsync(key, id, index, cancellation);

    public IAsyncEnumerable<JournalRow> ScanAsync(CancellationToken cancellation) => store.ScanAsync(cancellation);

    public IAsyncEnumerable<OpenEntry> ListOpenAsync(CancellationToken cancellation) => store.ListOpenAsync(cancellation);

    public Task<OpenEntry?> FindOpenAsync(StreamId stream, CancellationToken cancellation) => store.FindOpenAsync(stream, cancellation);

    public Task MarkPublishedAsync(StreamId stream, IReadOnlyDictionary<string, long> upTo, CancellationToken cancellation) =>
        store.MarkPublishedAsync(stream, upTo, cancellation);

    public Task<Page> FindAsync(RequestQuery query, CancellationToken cancellation) => store.FindAsync(query, cancellation);

    public Task CheckAsync(CancellationToken cancellation) => store.CheckAsync(cancellation);

    private async Task<IReadOnlyList<FactRecord>> SeenAsync(StreamId stream, Func<Task<IReadOnlyList<FactRecord>>> read)
    {
        var askedAt = time.GetUtcNow();
        var records = await read();
        foreach (var follower in followers)
            follower.See(stream, records, askedAt);
        return records;
    }
}
