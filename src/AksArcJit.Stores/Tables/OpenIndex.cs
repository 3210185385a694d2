using System.Runtime.CompilerServices;
using AksArcJit.Broker.Ports;
using AksArcJit.Journal;
using Azure;
using Azure.Data.Tables;

namespace AksArcJit.Stores.Tables;

/// <summary>
/// Table <c>OpenRequests</c>: one row for each chain that is not done, due never later than the truth (design section 5).
/// </summary>
/// <remarks>
/// Row and chain are written apart, so three rules keep them in line. A row is lowered before the append that wants it sooner. It is
/// raised or removed only after an append, and only if nobody has written it since before that append. And who appends without writing
/// the row first must know that no raise or removal is still under way: <see cref="OpenRow.SafeVersion"/> and <see cref="HeadRow.IsDone"/>
/// tell; where they do not, the row is written as it is, which makes a late one fail.
/// </remarks>
internal sealed class OpenIndex(Table table, Chains chains, TimeProvider time)
{
    /// <summary>A row whose chain was never begun is kept this long; no chain begins later than <see cref="FirstAppendLimit"/> after its row.</summary>
    private static readonly TimeSpan ChainlessLifetime = TimeSpan.FromHours(24);

    private static readonly TimeSpan FirstAppendLimit = TimeSpan.FromSeconds(60);
    private const int MostRounds = 100;

    private readonly Bounded<OpenRow> _rows = new();

    /// <summary>Makes sure that the row stands and is due no later than <paramref name="due"/>, whatever others are doing.</summary>
    /// <param name="head">The head that the append will follow; null for the first.</param>
    public async Task<OpenRow> EnterAsync(StreamId stream, DateTimeOffset due, HeadRow? head, CancellationToken cancellation)
    {
        var version = head?.Version ?? 0;
        // A done chain's row may have gone since it was seen here; one that stands is met by the insert.
        var row = head is { IsDone: false } ? await FindAtAsync(stream, version, cancellation) : null;
        for (var round = 0; round < MostRounds; round++)
        {
            var now = time.GetUtcNow();
            // A done chain's row is written whatever it says: that turns away a removal that is still under way.
            if (row is not null && head is not { IsDone: true }
                && row.SafeVersion == version && row.Due <= due && (head is not null || now - row.WrittenAt < FirstAppendLimit / 2))
                return Remember(stream, row);
            var wanted = row is null
                ? new OpenRow(due, version, now, PublishedMarks.From(version), default)
                : row with { Due = row.Due < due ? row.Due : due, SafeVersion = version, WrittenAt = head is null ? now : row.WrittenAt };
            var etag = row is null
                ? await table.InsertAsync(wanted.Row(stream), cancellation)
                : await table.ReplaceAsync(wanted.Row(stream), row.ETag, cancellation);
            if (etag is { } written)
                return Remember(stream, wanted with { ETag = written });
            row = await ReadAsync(stream, cancellation);
        }
        throw new JournalUnavailableException($"The open row of {stream} is being written by too many at once.");
    }

    /// <summary>The row before an append that may remove it; null where there is none.</summary>
    public Task<OpenRow?> FindAtAsync(StreamId stream, long version, CancellationToken cancellation) =>
        _rows.Find(stream) is { } seen && seen.SafeVersion == version ? Task.FromResult<OpenRow?>(seen) : ReadAsync(stream, cancellation);

    /// <exception cref="JournalUnavailableException">The row was written too long ago: it may be dropped before the chain shows.</exception>
    public void RequireFresh(OpenRow row)
    {
        if (time.GetUtcNow() - row.WrittenAt > FirstAppendLimit)
            throw Append.TooLate();
    }

    /// <summary>After the append: raises the row to what is due now, or removes it. Somebody else's write in between wins.</summary>
    /// <param name="row">As it was before the append.</param>
    public async Task LeaveAsync(Append append, OpenRow row, CancellationToken cancellation)
    {
        var (stream, version) = (append.Stream, append.Records[^1].Version);
        _rows.Forget(stream);
        if (append.Due is not { } raised)
            await table.DeleteAsync(stream.Text, OpenRow.Key, row.ETag, cancellation);
        else if (raised <= row.Due || append.Rests)
            Remember(stream, row with { SafeVersion = version });
        else if (row with { Due = raised, SafeVersion = version } is var wanted
                 && await table.ReplaceAsync(wanted.Row(stream), row.ETag, cancellation) is { } etag)
            Remember(stream, wanted with { ETag = etag });
    }

    public async Task SettleAsync(StreamId stream, long version, CancellationToken cancellation)
    {
        // Where the chain is known to rest at this version, whoever appends to it changes the row first, and then the removal fails.
        if (_rows.Find(stream) is { } known && known.SafeVersion == version && chains.HeadSeen(stream) is { IsDone: true } seen && seen.Version == version)
        {
            _rows.Forget(stream);
            if (await table.DeleteAsync(stream.Text, OpenRow.Key, known.ETag, cancellation))
                return;
        }
        // The row first: whoever enters the index after the mark changes it, and then the removal fails.
        if (await ReadAsync(stream, cancellation) is { } row
            && await chains.HeadAsync(stream, cancellation) is { } head && head.Version == version
            && await chains.MarkDoneAsync(stream, head, cancellation))
        {
            _rows.Forget(stream);
            await table.DeleteAsync(stream.Text, OpenRow.Key, row.ETag, cancellation);
        }
    }

    public async IAsyncEnumerable<OpenEntry> ListAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var page in table.PagesAsync(null, 1000, cancellation))
            foreach (var entity in page)
            {
                // A row that names no stream is not ours, and must not keep the others from being ended.
                if (!StreamId.TryParse(entity.PartitionKey, out var stream))
                    continue;
                var row = OpenRow.Read(entity);
                if (await HasChainOrIsYoungAsync(stream, row, cancellation))
                    yield return new OpenEntry(stream, row.Due, row.Published);
                else
                    await table.DeleteAsync(stream.Text, OpenRow.Key, row.ETag, cancellation);
            }
    }

    public async Task<OpenEntry?> FindAsync(StreamId stream, CancellationToken cancellation) =>
        await ReadAsync(stream, cancellation) is { } row ? new OpenEntry(stream, row.Due, row.Published) : null;

    /// <summary>Writes the row as it is but for the marks, so that the rules above hold; a raise that is under way is lost, and the row stays early.</summary>
    public async Task MarkPublishedAsync(StreamId stream, IReadOnlyDictionary<string, long> upTo, CancellationToken cancellation)
    {
        var row = _rows.Find(stream) ?? await ReadAsync(stream, cancellation);
        for (var round = 0; round < MostRounds && row is not null; round++)
        {
            var marked = row with { Published = row.Published.Raise(upTo) };
            if (ReferenceEquals(marked.Published, row.Published))
                return;
            if (await table.ReplaceAsync(marked.Row(stream), row.ETag, cancellation) is { } etag)
            {
                Remember(stream, marked with { ETag = etag });
                return;
            }
            row = await ReadAsync(stream, cancellation);
        }
        if (row is not null)
            throw new JournalUnavailableException($"The open row of {stream} is being written by too many at once.");
    }

    public Task CheckAsync(CancellationToken cancellation) => table.FindAsync("check!", OpenRow.Key, cancellation);

    private async Task<bool> HasChainOrIsYoungAsync(StreamId stream, OpenRow row, CancellationToken cancellation) =>
        row.SafeVersion > 0
        || time.GetUtcNow() - row.WrittenAt <= ChainlessLifetime
        || await chains.HeadAsync(stream, cancellation) is not null;

    private async Task<OpenRow?> ReadAsync(StreamId stream, CancellationToken cancellation) =>
        await table.FindAsync(stream.Text, OpenRow.Key, cancellation) is { } row ? OpenRow.Read(row) : null;

    private OpenRow Remember(StreamId stream, OpenRow row)
    {
        _rows.Set(stream, row);
        return row;
    }
}

/// <param name="SafeVersion">No raise that belongs to this version or an earlier one can still succeed.</param>
/// <param name="WrittenAt">When the row was entered, by its writer's clock.</param>
internal sealed record OpenRow(DateTimeOffset Due, long SafeVersion, DateTimeOffset WrittenAt, PublishedMarks Published, ETag ETag)
{
    public const string Key = "open";

    public TableEntity Row(StreamId stream) => new(stream.Text, Key)
    {
        ["Due"] = Due.UtcTicks,
        ["SafeVersion"] = SafeVersion,
        ["WrittenAt"] = WrittenAt.UtcTicks,
        ["Published"] = Published.Since,
        ["Marks"] = Published.Text,
    };

    public static OpenRow Read(TableEntity row) => new(
        Time(row, "Due"), Number(row, "SafeVersion"), Time(row, "WrittenAt"),
        PublishedMarks.Parse(Number(row, "Published"), row.TryGetValue("Marks", out var marks) ? marks as string : null), row.ETag);

    // What is missing, or no time at all, is due at once: early is safe, and one such row must not keep the others from being read.
    private static DateTimeOffset Time(TableEntity row, string name) =>
        Number(row, name) is var ticks && ticks >= 0 && ticks <= DateTimeOffset.MaxValue.UtcTicks ? new DateTimeOffset(ticks, TimeSpan.Zero) : DateTimeOffset.MinValue;

    private static long Number(TableEntity row, string name) => row.TryGetValue(name, out var value) && value is long number ? number : 0;
}
