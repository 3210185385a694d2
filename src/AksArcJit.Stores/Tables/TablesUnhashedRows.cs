using System.Runtime.CompilerServices;
using AksArcJit.Broker.Ports;
using AksArcJit.Journal;
using Azure.Data.Tables;

namespace AksArcJit.Stores.Tables;

/// <summary>The head rows of table <c>AccessJournal</c>, and the <c>size!</c> rows of table <c>Checkpoints</c>.</summary>
internal sealed class TablesUnhashedRows(Table chains, Table checkpoints) : IUnhashedRows
{
    public async IAsyncEnumerable<HeadEntry> ListHeadsAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var page in chains.PagesAsync(TableClient.CreateQueryFilter($"RowKey eq {HeadRow.Key}"), 1000, cancellation))
            foreach (var row in page)
                yield return Entry(row);
    }

    public async Task<HeadEntry?> ReadHeadAsync(StreamId stream, CancellationToken cancellation) =>
        await chains.FindAsync(stream.Text, HeadRow.Key, cancellation) is { } row ? Entry(row) : null;

    public async IAsyncEnumerable<(long TreeSize, long Checkpoint)> ListSizesAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        var filter = TableClient.CreateQueryFilter(
            $"PartitionKey eq {CheckpointRow.Partition} and RowKey ge {CheckpointRow.FirstSizeKey} and RowKey lt {CheckpointRow.AfterSizeKeys}");
        await foreach (var page in checkpoints.PagesAsync(filter, 1000, cancellation))
            foreach (var row in page)
                yield return (CheckpointRow.SizeOf(row.RowKey) ?? -1, row.TryGetValue("Number", out var number) && number is long known ? known : 0);
    }

    private static HeadEntry Entry(TableEntity row)
    {
        var head = HeadRow.Read(row);
        return new HeadEntry(row.PartitionKey, head.Version, head.Hash, new Head(head.State, head.IsPending));
    }
}
