using System.Runtime.CompilerServices;
using AksArcJit.Broker.Ports;
using AksArcJit.Journal;
using AksArcJit.Journal.Checkpoints;
using AksArcJit.Stores.Checkpoints;
using Microsoft.Data.Sqlite;

namespace AksArcJit.Stores.Sqlite;

/// <summary>Table <c>checkpoint</c> of the journal's file.</summary>
internal sealed class SqliteCheckpointLog(Reads reads, GroupCommit writer) : ICheckpointLog
{
    private const string Whole = "SELECT number, body, signature, leaves, nodes FROM checkpoint";
    private const int PageSize = 64;

    public Task<SignedCheckpoint?> ReadNewestAsync(CancellationToken cancellation) => reads.RunAsync(session =>
    {
        using var command = session.Connection.Command("SELECT body, signature FROM checkpoint ORDER BY number DESC LIMIT 1");
        using var row = command.ExecuteReader();
        return row.Read() ? SignedCheckpoint.Decode(row.Bytes(0), row.Bytes(1)) : null;
    }, cancellation);

    public Task<StoredCheckpoint?> ReadAsync(long number, CancellationToken cancellation) =>
        OneAsync($"{Whole} WHERE number=$key", number, cancellation);

    public Task<StoredCheckpoint?> FindAsync(long treeSize, CancellationToken cancellation) =>
        OneAsync($"{Whole} WHERE tree_size>=$key ORDER BY tree_size, number LIMIT 1", treeSize, cancellation);

    public async IAsyncEnumerable<JournalRow> ListAsync(long from, [EnumeratorCancellation] CancellationToken cancellation)
    {
        while (true)
        {
            var start = from;
            var page = await reads.RunAsync(session => Page(session, start), cancellation);
            foreach (var row in page.Rows)
                yield return row;
            if (page.Rows.Count < PageSize)
                yield break;
            from = page.Last + 1;
        }
    }

    public Task<bool> AppendAsync(StoredCheckpoint checkpoint, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(checkpoint.Leaves.Count, ICheckpointLog.MostLeaves, nameof(checkpoint));
        var (signed, leaves, nodes) = (checkpoint.Signed, CheckpointBytes.Of(checkpoint.Leaves), CheckpointBytes.Of(checkpoint.Nodes ?? []));
        return writer.RunAsync(session => session.Append(signed.Checkpoint.Number, signed.Checkpoint.TreeSize, signed.Body.ToArray(), signed.Signature.ToArray(), leaves, nodes), cancellation);
    }

    private Task<StoredCheckpoint?> OneAsync(string text, long key, CancellationToken cancellation) => reads.RunAsync(session =>
    {
        using var command = session.Connection.Command(text, ("$key", key));
        using var row = command.ExecuteReader();
        return row.Read() ? Read(row) : null;
    }, cancellation);

    private static (List<JournalRow> Rows, long Last) Page(ReadSession session, long from)
    {
        using var command = session.Connection.Command($"{Whole} WHERE number>=$from ORDER BY number LIMIT {PageSize}", ("$from", from));
        using var row = command.ExecuteReader();
        var (rows, last) = (new List<JournalRow>(), from);
        while (row.Read())
        {
            last = row.Number(0);
            try
            {
                rows.Add(Read(row) is var stored && stored.Signed.Checkpoint.Number == last
                    ? new JournalRow.Checkpoint(stored)
                    : new JournalRow.Unreadable(Place(last), $"It holds checkpoint {stored.Signed.Checkpoint.Number}.", Number: last));
            }
            catch (FormatException fault)
            {
                rows.Add(new JournalRow.Unreadable(Place(last), fault.Message, Number: last));
            }
        }
        return (rows, last);
    }

    private static string Place(long number) => $"table checkpoint, number {number}";

    private static StoredCheckpoint Read(SqliteDataReader row) => CheckpointBytes.Read(
        row.Bytes(1), row.Bytes(2), row.Bytes(3), row.Bytes(4));
}
