using System.Runtime.CompilerServices;
using AksArcJit.Broker.Ports;
using AksArcJit.Journal;
using Azure.Data.Tables;

namespace AksArcJit.Stores.Tables;

/// <summary>Table <c>AccessJournal</c>: each chain's facts and head in one partition.</summary>
internal sealed class Chains(Table table)
{
    // Storage limits of an entity-group transaction; the body is JSON, so binary grows by a third.
    private const int MostRows = 100;
    private const int MostBody = 4 * 1024 * 1024;
    private const int RowOverhead = 2 * 1024;

    private readonly Bounded<HeadRow> _heads = new();

    private static string Place(TableEntity row) => $"table AccessJournal, partition '{row.PartitionKey}', row '{row.RowKey}'";

    public async Task<IReadOnlyList<FactRecord>> ReadAsync(StreamId stream, string fromKey, CancellationToken cancellation)
    {
        var facts = new List<FactRecord>();
        var filter = TableClient.CreateQueryFilter($"PartitionKey eq {stream.Text} and RowKey ge {fromKey} and RowKey le {HeadRow.Key}");
        await foreach (var page in table.PagesAsync(filter, 1000, cancellation))
            foreach (var row in page)
                if (row.RowKey == HeadRow.Key)
                    _heads.Set(stream, HeadRow.Read(row));
                else
                    facts.Add(FactRow.Read(stream, row));
        return facts;
    }

    /// <summary>As last seen by this process, if that was at <paramref name="version"/>, else as it stands. The append's conditions catch what is outdated.</summary>
    public async Task<HeadRow?> HeadAtAsync(StreamId stream, long version, CancellationToken cancellation) =>
        _heads.Find(stream) is { } seen && (seen.Version == version || version == 0) ? seen
        : version == 0 ? null
        : await HeadAsync(stream, cancellation);

    /// <summary>As last seen by this process; null where it never was.</summary>
    public HeadRow? HeadSeen(StreamId stream) => _heads.Find(stream);

    /// <summary>Every row of the table, by stream and version.</summary>
    public async IAsyncEnumerable<JournalRow> ScanAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        StreamId? stream = null;
        await foreach (var page in table.PagesAsync(null, 1000, cancellation))
            foreach (var row in page)
            {
                if (stream?.Text != row.PartitionKey)
                    stream = StreamId.TryParse(row.PartitionKey, out var known) ? known : null;
                if (stream is null)
                    yield return new JournalRow.Unreadable(Place(row), "The partition is none that this journal gives.");
                else if (FactRow.VersionOf(row.RowKey) is { } version)
                    yield return FactRow.Read(stream, row) is var record && record.Version == version
                        ? new JournalRow.Fact(record)
                        : new JournalRow.Unreadable(Place(row), "The row is no fact.", stream, version);
                else if (row.RowKey != HeadRow.Key)
                    yield return new JournalRow.Unreadable(Place(row), "The row is neither a fact nor a head.", stream);
            }
    }

    /// <summary>As it stands; null where the chain does not exist.</summary>
    public async Task<HeadRow?> HeadAsync(StreamId stream, CancellationToken cancellation)
    {
        if (await table.FindAsync(stream.Text, HeadRow.Key, cancellation) is not { } row)
            return null;
        var head = HeadRow.Read(row);
        _heads.Set(stream, head);
        return head;
    }

    /// <exception cref="ArgumentException">More than one transaction can carry.</exception>
    public static IReadOnlyList<TableEntity> Rows(Append append)
    {
        if (append.Records.Count >= MostRows)
            throw new ArgumentException($"An append of {append.Records.Count} facts is more than the {MostRows - 1} that Table Storage takes at once.", nameof(append));
        var body = append.Records.Sum(record => (long)(record.Payload.Length + 2) / 3 * 4 + RowOverhead) + RowOverhead;
        if (body > MostBody)
            throw new ArgumentException($"An append of {body} bytes is more than the {MostBody} that Table Storage takes at once.", nameof(append));
        return [.. append.Records.Select(FactRow.Of)];
    }

    /// <param name="head">The head that the append follows; null for the first.</param>
    /// <returns>False where the chain has moved on, or had this append already.</returns>
    public async Task<bool> AppendAsync(Append append, IReadOnlyList<TableEntity> facts, HeadRow? head, CancellationToken cancellation)
    {
        var row = HeadRow.Of(append);
        var etags = await table.SubmitAsync(
            [
                .. facts.Select(fact => new TableTransactionAction(TableTransactionActionType.Add, fact)),
                head is null
                    ? new TableTransactionAction(TableTransactionActionType.Add, row)
                    : new TableTransactionAction(TableTransactionActionType.UpdateReplace, row, head.ETag),
            ], cancellation);
        if (etags is null)
        {
            _heads.Forget(append.Stream);
            return false;
        }
        row.ETag = etags[^1];
        _heads.Set(append.Stream, HeadRow.Read(row));
        return true;
    }

    /// <summary>True if the chain holds these very facts: written by an attempt whose answer was lost.</summary>
    public async Task<bool> HoldsAsync(Append append, CancellationToken cancellation)
    {
        var filter = TableClient.CreateQueryFilter(
            $"PartitionKey eq {append.Stream.Text} and RowKey ge {FactRow.Key(append.Records[0].Version)} and RowKey le {FactRow.Key(append.Records[^1].Version)}");
        var standing = new List<string>();
        await foreach (var page in table.PagesAsync(filter, append.Records.Count, cancellation))
            standing.AddRange(page.Select(row => FactRow.Read(append.Stream, row).FactId));
        return standing.SequenceEqual(append.Records.Select(record => record.FactId));
    }

    /// <summary>Marks the chain as one that has left the open index. False where it has moved on.</summary>
    public async Task<bool> MarkDoneAsync(StreamId stream, HeadRow head, CancellationToken cancellation)
    {
        // Written even where the mark stands: the new ETag turns away an append that has already looked at the open index.
        _heads.Forget(stream);
        return await table.ReplaceAsync(head.Done(stream), head.ETag, cancellation) is not null;
    }
}
