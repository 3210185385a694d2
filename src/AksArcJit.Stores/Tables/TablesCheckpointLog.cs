using System.Runtime.CompilerServices;
using AksArcJit.Broker.Ports;
using AksArcJit.Journal;
using AksArcJit.Journal.Checkpoints;
using Azure.Data.Tables;

namespace AksArcJit.Stores.Tables;

/// <summary>
/// Table <c>Checkpoints</c>: one partition, so that a checkpoint, the head and the pointer of its tree size are one entity-group
/// transaction. The insert of the checkpoint's own row decides between two instances.
/// </summary>
internal sealed class TablesCheckpointLog(Table table) : ICheckpointLog
{
    // The largest rows are half a megabyte.
    private const int PageSize = 16;

    public async Task<SignedCheckpoint?> ReadNewestAsync(CancellationToken cancellation) =>
        await table.FindAsync(CheckpointRow.Partition, CheckpointRow.HeadKey, cancellation) is { } row ? CheckpointRow.ReadSigned(row) : null;

    public async Task<StoredCheckpoint?> ReadAsync(long number, CancellationToken cancellation) =>
        await table.FindAsync(CheckpointRow.Partition, CheckpointRow.Key(number), cancellation) is { } row ? CheckpointRow.Read(row) : null;

    public async Task<StoredCheckpoint?> FindAsync(long treeSize, CancellationToken cancellation)
    {
        var filter = TableClient.CreateQueryFilter(
            $"PartitionKey eq {CheckpointRow.Partition} and RowKey ge {CheckpointRow.SizeKey(treeSize)} and RowKey lt {CheckpointRow.AfterSizeKeys}");
        await foreach (var page in table.PagesAsync(filter, 1, cancellation))
            foreach (var row in page)
                return await ReadAsync(row.TryGetValue("Number", out var value) && value is long number ? number : throw new FormatException($"The row '{row.RowKey}' names no checkpoint."), cancellation);
        return null;
    }

    public async IAsyncEnumerable<JournalRow> ListAsync(long from, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var filter = TableClient.CreateQueryFilter(
            $"PartitionKey eq {CheckpointRow.Partition} and RowKey ge {CheckpointRow.Key(from)} and RowKey lt {CheckpointRow.AfterKeys}");
        await foreach (var page in table.PagesAsync(filter, PageSize, cancellation))
            foreach (var row in page)
                yield return Row(row);
    }

    public async Task<bool> AppendAsync(StoredCheckpoint checkpoint, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(checkpoint.Leaves.Count, ICheckpointLog.MostLeaves, nameof(checkpoint));
        return await table.SubmitAsync(
            [
                new TableTransactionAction(TableTransactionActionType.Add, CheckpointRow.Of(checkpoint)),
                new TableTransactionAction(TableTransactionActionType.UpsertReplace, CheckpointRow.Head(checkpoint.Signed)),
                new TableTransactionAction(TableTransactionActionType.UpsertReplace, CheckpointRow.Size(checkpoint.Signed.Checkpoint)),
            ], cancellation) is not null;
    }

    private static JournalRow Row(TableEntity row)
    {
        try
        {
            return new JournalRow.Checkpoint(CheckpointRow.Read(row));
        }
        catch (FormatException fault)
        {
            return new JournalRow.Unreadable($"table Checkpoints, row '{row.RowKey}'", fault.Message, Number: CheckpointRow.NumberOf(row.RowKey));
        }
    }
}
