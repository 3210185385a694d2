using System.Runtime.CompilerServices;
using AksArcJit.Broker.Ports;
using AksArcJit.Journal;
using AksArcJit.Lifecycle;
using Microsoft.Extensions.Options;

namespace AksArcJit.Stores.Sqlite;

/// <summary>The journal in one SQLite file (design section 5): write-ahead log, synchronous=FULL, group commit. Touches the file on first use.</summary>
public sealed class SqliteJournal : IJournal, IDisposable
{
    private const int ScanPage = 500;

    private readonly TimeProvider _time;
    private readonly Reads _reads;
    private readonly GroupCommit _writer;

    public SqliteJournal(IOptions<SqliteJournalOptions> options, TimeProvider time)
        : this(options.Value.File, time, TimeSpan.FromSeconds(5))
    {
    }

    internal SqliteJournal(string file, TimeProvider time, TimeSpan busy, bool isReadOnly = false)
    {
        _time = time;
        var database = new Database(file, busy, isReadOnly);
        _reads = new Reads(database);
        _writer = new GroupCommit(database);
        Checkpoints = new SqliteCheckpointLog(_reads, _writer);
        Unhashed = new SqliteUnhashedRows(_reads);
    }

    /// <summary>A journal that is evidence: the file is read as it is, on a read-only disk too. Writes end in <see cref="JournalUnavailableException"/>.</summary>
    public static SqliteJournal OpenReadOnly(string file, TimeProvider time) => new(file, time, TimeSpan.FromSeconds(5), isReadOnly: true);

    /// <summary>In the same file.</summary>
    public ICheckpointLog Checkpoints { get; }

    /// <summary>In the same file.</summary>
    public IUnhashedRows Unhashed { get; }

    public Task<IReadOnlyList<FactRecord>> ReadAsync(StreamId stream, CancellationToken cancellation) =>
        _reads.RunAsync(session => session.Facts(stream, long.MinValue), cancellation);

    public Task<IReadOnlyList<FactRecord>> ReadFromAsync(StreamId stream, long version, CancellationToken cancellation) =>
        _reads.RunAsync(session => session.Facts(stream, version), cancellation);

    public Task<AppendOutcome> AppendAsync(Append append, CancellationToken cancellation)
    {
        Sequence.Require(append.Stream, append.ExpectedVersion, append.Records);
        return _writer.RunAsync(session => session.Append(append, _time.GetUtcNow()), cancellation);
    }

    public Task<RequestId?> ClaimPendingAsync(string key, RequestId id, RequestIndex index, CancellationToken cancellation) =>
        _writer.RunAsync(session => session.Claim(key, id, _time.GetUtcNow()), cancellation);

    public async IAsyncEnumerable<JournalRow> ScanAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        var (stream, version, isMore) = ("", 0L, true);
        while (isMore)
        {
            var (afterStream, afterVersion) = (stream, version);
            var page = await _reads.RunAsync(session => session.Scan(afterStream, afterVersion, ScanPage), cancellation);
            foreach (var row in page)
                yield return row.Row;
            isMore = page.Count == ScanPage;
            if (isMore)
                (stream, version, _) = page[^1];
        }
    }

    public async IAsyncEnumerable<OpenEntry> ListOpenAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        // Read whole before the first is given: a slow consumer must not hold the log back from its checkpoint.
        foreach (var entry in await _reads.RunAsync(session => session.Open(), cancellation))
            yield return entry;
    }

    public Task<OpenEntry?> FindOpenAsync(StreamId stream, CancellationToken cancellation) =>
        _reads.RunAsync(session => session.Open(stream), cancellation);

    public Task MarkPublishedAsync(StreamId stream, IReadOnlyDictionary<string, long> upTo, CancellationToken cancellation) =>
        _writer.RunAsync(session =>
        {
            session.MarkPublished(stream.Text, upTo);
            return true;
        }, cancellation);

    public Task SettleAsync(StreamId stream, long version, CancellationToken cancellation) =>
        _writer.RunAsync(session =>
        {
            session.Settle(stream.Text, version);
            return true;
        }, cancellation);

    public Task<Page> FindAsync(RequestQuery query, CancellationToken cancellation)
    {
        Limits.Require(query);
        var cursor = RequestCursor.Parse(query.Cursor);
        return _reads.RunAsync(session => session.Find(query, cursor), cancellation);
    }

    /// <remarks>Takes the write lock and lets it go. A full disk shows only when something is written.</remarks>
    public Task CheckAsync(CancellationToken cancellation) => _writer.RunAsync(_ => true, cancellation);

    public void Dispose()
    {
        _writer.Dispose();
        _reads.Dispose();
    }
}
