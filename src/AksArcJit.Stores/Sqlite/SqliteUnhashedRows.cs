using System.Runtime.CompilerServices;
using AksArcJit.Broker.Ports;
using AksArcJit.Journal;
using Microsoft.Data.Sqlite;

namespace AksArcJit.Stores.Sqlite;

/// <summary>Table <c>head</c>, and the column <c>tree_size</c> of table <c>checkpoint</c>.</summary>
internal sealed class SqliteUnhashedRows(Reads reads) : IUnhashedRows
{
    private const int PageSize = 500;
    private const string Heads = "SELECT stream, version, hash, state, is_pending FROM head";

    public async IAsyncEnumerable<HeadEntry> ListHeadsAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        var (after, page) = ("", (List<HeadEntry>?)null);
        while (page is null or { Count: PageSize })
        {
            var start = after;
            page = await reads.RunAsync(session => Read(session, $"{Heads} WHERE stream>$stream ORDER BY stream LIMIT {PageSize}", ("$stream", start), Head), cancellation);
            foreach (var head in page)
                yield return head;
            after = page is [.., var last] ? last.Name : after;
        }
    }

    public Task<HeadEntry?> ReadHeadAsync(StreamId stream, CancellationToken cancellation) => reads.RunAsync(
        session => Read(session, $"{Heads} WHERE stream=$stream", ("$stream", stream.Text), Head).FirstOrDefault(), cancellation);

    public async IAsyncEnumerable<(long TreeSize, long Checkpoint)> ListSizesAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        var (after, page) = (long.MinValue, (List<(long TreeSize, long Checkpoint)>?)null);
        while (page is null or { Count: PageSize })
        {
            var start = after;
            page = await reads.RunAsync(session => Read(session, $"SELECT tree_size, number FROM checkpoint WHERE number>$number ORDER BY number LIMIT {PageSize}", ("$number", start),
                row => (row.Number(0), row.Number(1))), cancellation);
            foreach (var size in page)
                yield return size;
            after = page is [.., var last] ? last.Checkpoint : after;
        }
    }

    private static List<T> Read<T>(ReadSession session, string text, (string, object?) value, Func<SqliteDataReader, T> read)
    {
        using var command = session.Connection.Command(text, value);
        using var row = command.ExecuteReader();
        var rows = new List<T>();
        while (row.Read())
            rows.Add(read(row));
        return rows;
    }

    private static HeadEntry Head(SqliteDataReader row) => new(row.Text(0), row.Number(1), row.Text(2), new Head(row.Text(3), row.Number(4) != 0));
}
