using AksArcJit.Journal;
using AksArcJit.Lifecycle;
using AksArcJit.Lifecycle.Requests;

namespace AksArcJit.Broker.Ports;

/// <summary>
/// The append-only facts of every stream, and the small indexes that find them (design section 5). Stores implement it; a conformance
/// suite holds them to this text. Every method throws <see cref="JournalUnavailableException"/> where the store cannot be reached or does
/// not answer in time: after a write its outcome is then unknown.
/// </summary>
public interface IJournal
{
    /// <summary>All records of a stream, by version from 1, read consistently; empty where there are none.</summary>
    Task<IReadOnlyList<FactRecord>> ReadAsync(StreamId stream, CancellationToken cancellation);

    /// <summary>As <see cref="ReadAsync"/>, from a version on; a store reads no more than that.</summary>
    async Task<IReadOnlyList<FactRecord>> ReadFromAsync(StreamId stream, long version, CancellationToken cancellation) =>
        [.. (await ReadAsync(stream, cancellation)).Where(record => record.Version >= version)];

    /// <summary>
    /// All of the records or none, if the stream's last version is <see cref="Append.ExpectedVersion"/>. Appending the same records again
    /// after an unknown outcome is <see cref="AppendOutcome.Appended"/> where they stand already, recognised by fact id.
    /// </summary>
    Task<AppendOutcome> AppendAsync(Append append, CancellationToken cancellation);

    /// <summary>
    /// Enters a request that may have been asked before, under the same Idempotency-Key. True is certain: this id was never entered, and has no
    /// chain. False says nothing: read the chain.
    /// </summary>
    /// <param name="index">As it will be given with the first append: a store may write part of it here.</param>
    async Task<bool> EnterAsync(RequestId id, RequestIndex index, CancellationToken cancellation) =>
        (await ReadAsync(StreamId.Of(id), cancellation)).Count == 0;

    /// <summary>Claims the one place of a pending request. The request that holds it already, or null where the claim is ours.</summary>
    /// <param name="key">Hash of engineer, ticket, cluster and scope, 64 hexadecimal digits.</param>
    /// <param name="index">As it will be given with the first append: a store may write part of it with the claim.</param>
    /// <remarks>A claim passes to the next when its request is no longer pending (<see cref="Head.IsPending"/>), or has no chain 60 s after it claimed.</remarks>
    Task<RequestId?> ClaimPendingAsync(string key, RequestId id, RequestIndex index, CancellationToken cancellation);

    /// <summary>
    /// Every row of every stream, for verification and for the first checkpoint: a stream's rows together and in order. What is no fact is
    /// told as <see cref="JournalRow.Unreadable"/> at its place. Read page by page, each consistent in itself; what is appended meanwhile
    /// may or may not be among it, but never with a gap.
    /// </summary>
    IAsyncEnumerable<JournalRow> ScanAsync(CancellationToken cancellation);

    /// <summary>Every stream that is not yet done, with the time it is due: never later than the truth.</summary>
    IAsyncEnumerable<OpenEntry> ListOpenAsync(CancellationToken cancellation);

    /// <summary>One entry as <see cref="ListOpenAsync"/> tells it; null where the stream is not in the open index.</summary>
    Task<OpenEntry?> FindOpenAsync(StreamId stream, CancellationToken cancellation);

    /// <summary>
    /// Records how far a stream is published, in its entry of the open index: raised, never lowered. Nothing where the stream has no entry.
    /// </summary>
    /// <param name="upTo">By outlet, the version up to which everything was taken there.</param>
    Task MarkPublishedAsync(StreamId stream, IReadOnlyDictionary<string, long> upTo, CancellationToken cancellation);

    /// <summary>Drops a stream from the open index if its last version is still <paramref name="version"/>; else leaves it.</summary>
    Task SettleAsync(StreamId stream, long version, CancellationToken cancellation);

    /// <summary>Requests by index, newest first.</summary>
    Task<Page> FindAsync(RequestQuery query, CancellationToken cancellation);

    /// <summary>Throws <see cref="JournalUnavailableException"/> unless a read and a write would work now, as far as can be told cheaply.</summary>
    Task CheckAsync(CancellationToken cancellation);
}

/// <summary>One all-or-nothing append.</summary>
/// <param name="Records">At least one, sealed to follow <paramref name="ExpectedVersion"/>.</param>
/// <param name="Head">The stream as it stands after the append.</param>
/// <param name="Due">When the stream wants attention next; null where it is done and leaves the open index.</param>
/// <param name="Index">Given with a request's first append, else null.</param>
/// <param name="Rests">
/// With a <paramref name="Due"/>: the stream itself wants nothing more and only waits in the open index, until it is settled
/// (<see cref="IJournal.SettleAsync"/>), for parts that follow it, such as a checkpoint.
/// </param>
/// <param name="Before">
/// UTC; later than that nothing is appended, and the journal answers as unavailable. For a first append that a claim allows: when the claim
/// passes to another, this one stands or never will.
/// </param>
public sealed record Append(
    StreamId Stream, long ExpectedVersion, IReadOnlyList<FactRecord> Records, Head Head, DateTimeOffset? Due, RequestIndex? Index, bool Rests = false,
    DateTimeOffset? Before = null)
{
    /// <exception cref="JournalUnavailableException">It is too late for this append.</exception>
    public void RequireInTime(DateTimeOffset now)
    {
        if (now > Before)
            throw TooLate();
    }

    /// <summary>What a first append ends in that is not sent because it would come too late: an earlier try of it may have been applied.</summary>
    public static JournalUnavailableException TooLate() =>
        new("Recording the request took too long. Whether an earlier try stands is not known: look at the list of requests, or ask again with the same Idempotency-Key.");
}

/// <summary>What the newest record makes of a stream, so that lists need not read the facts.</summary>
/// <param name="State">The state's name; empty for streams other than requests.</param>
/// <param name="IsPending">AwaitingConsent, Scheduled or Granting.</param>
public sealed record Head(string State, bool IsPending);

/// <summary>The immutable index entries of a request.</summary>
public sealed record RequestIndex(TicketId Ticket, ClusterId Cluster, Person Engineer, DateTimeOffset RequestedAt)
{
    public static RequestIndex Of(AccessRequest request) => new(request.Ticket, request.Terms.Cluster, request.Terms.Engineer, request.RequestedAt);
}

public abstract record AppendOutcome
{
    private AppendOutcome() { }

    public sealed record Appended : AppendOutcome;

    /// <summary>The stream has moved on: read it, look for our own fact ids, decide again.</summary>
    public sealed record Conflict : AppendOutcome;
}

/// <param name="Due">UTC.</param>
public sealed record OpenEntry(StreamId Stream, DateTimeOffset Due, PublishedMarks Published);

/// <summary>Null means any. At least one index serves every combination; the rest is filtered.</summary>
/// <param name="States">Names of states; empty means any.</param>
/// <param name="After">Requested at or after.</param>
/// <param name="Before">Requested before.</param>
/// <param name="Cursor">From the page before; throws <see cref="FormatException"/> where it is none of ours.</param>
/// <param name="Limit">1 to 200.</param>
public sealed record RequestQuery(
    TicketId? Ticket, ClusterId? Cluster, Person? Engineer, IReadOnlyList<string> States,
    DateTimeOffset? After, DateTimeOffset? Before, string? Cursor, int Limit);

/// <param name="Cursor">For the next page; null at the end.</param>
public sealed record Page(IReadOnlyList<RequestId> Requests, string? Cursor);

/// <summary>The journal cannot be reached, or did not answer: what was being written may or may not stand.</summary>
public sealed class JournalUnavailableException(string message, Exception? inner = null) : Exception(message, inner);
