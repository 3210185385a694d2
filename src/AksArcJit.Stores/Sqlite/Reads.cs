using System.Collections.Concurrent;
using System.Text;
using AksArcJit.Broker.Ports;
using AksArcJit.Journal;
using AksArcJit.Lifecycle;
using Microsoft.Data.Sqlite;

namespace AksArcJit.Stores.Sqlite;

/// <summary>
/// Reads, each one statement, so that it sees one moment of the file. Connections are kept with their settings made and the commonest
/// statement prepared: opening one, even from a pool, cost more than a read.
/// </summary>
internal sealed class Reads(Database database) : IDisposable
{
    private const int MostKept = 32;

    private readonly ConcurrentStack<ReadSession> _kept = new();
    private volatile bool _isDisposed;

    public Task<T> RunAsync<T>(Func<ReadSession, T> read, CancellationToken cancellation)
    {
        if (cancellation.IsCancellationRequested)
            return Task.FromCanceled<T>(cancellation);
        try
        {
            var session = _kept.TryPop(out var kept) ? kept : new ReadSession(database.Open());
            var isSound = false;
            try
            {
                var result = read(session);
                isSound = true;
                return Task.FromResult(result);
            }
            finally
            {
                // After a fault the connection may be the reason; the next read gets a new one.
                if (isSound && !_isDisposed && _kept.Count < MostKept)
                    _kept.Push(session);
                else
                    session.Dispose();
            }
        }
        catch (Exception fault) when (Outage.Is(fault))
        {
            return Task.FromException<T>(Outage.From(fault));
        }
    }

    public void Dispose()
    {
        _isDisposed = true;
        while (_kept.TryPop(out var session))
            session.Dispose();
    }
}

/// <summary>Used by one read at a time.</summary>
internal sealed class ReadSession(SqliteConnection connection) : IDisposable
{
    private SqliteCommand? _facts;

    public SqliteConnection Connection => connection;

    public IReadOnlyList<FactRecord> Facts(StreamId stream, long from)
    {
        _facts ??= connection.Command(
            "SELECT version, fact_id, kind, at, payload, previous_hash, hash FROM fact WHERE stream=$stream AND version>=$from ORDER BY version", ("$stream", ""), ("$from", 0L));
        _facts.Parameters[0].Value = stream.Text;
        _facts.Parameters[1].Value = from;
        using var row = _facts.ExecuteReader();
        var facts = new List<FactRecord>();
        while (row.Read())
            facts.Add(new FactRecord(stream, row.Number(0), row.Text(1), row.Text(2), Time(row.Number(3)),
                row.Bytes(4), row.Text(5), row.Text(6)));
        return facts;
    }

    public void Dispose()
    {
        _facts?.Dispose();
        connection.Dispose();
    }

    /// <summary>The rows behind a place, by stream and version.</summary>
    /// <returns>Fewer than <paramref name="limit"/> at the end.</returns>
    public IReadOnlyList<(string Stream, long Version, JournalRow Row)> Scan(string stream, long version, int limit)
    {
        using var command = connection.Command(
            """
            SELECT stream, version, fact_id, kind, at, payload, previous_hash, hash FROM fact
            WHERE (stream, version) > ($stream, $version) ORDER BY stream, version LIMIT $limit
            """, ("$stream", stream), ("$version", version), ("$limit", limit));
        using var row = command.ExecuteReader();
        var (rows, id) = (new List<(string, long, JournalRow)>(limit), (StreamId?)null);
        while (row.Read())
        {
            var (text, number) = (row.Text(0), row.Number(1));
            if (id?.Text != text)
                id = StreamId.TryParse(text, out var known) ? known : null;
            rows.Add((text, number, id is null
                ? new JournalRow.Unreadable($"table fact, stream '{text}', version {number}", "The stream's name is none that this journal gives.")
                : new JournalRow.Fact(new FactRecord(id, number, row.Text(2), row.Text(3), Time(row.Number(4)),
                    row.Bytes(5), row.Text(6), row.Text(7)))));
        }
        return rows;
    }

    public IReadOnlyList<OpenEntry> Open()
    {
        using var command = connection.Command("SELECT stream, due, since, published FROM open");
        using var row = command.ExecuteReader();
        var entries = new List<OpenEntry>();
        while (row.Read())
            // A row that names no stream is not ours, and must not keep the others from being ended.
            if (StreamId.TryParse(row.Text(0), out var stream))
                entries.Add(Entry(stream, row));
        return entries;
    }

    public OpenEntry? Open(StreamId stream)
    {
        using var command = connection.Command("SELECT stream, due, since, published FROM open WHERE stream=$stream", ("$stream", stream.Text));
        using var row = command.ExecuteReader();
        return row.Read() ? Entry(stream, row) : null;
    }

    public Page Find(RequestQuery query, RequestCursor? cursor)
    {
        using var command = connection.Command("", ("$limit", query.Limit + 1));
        var text = new StringBuilder("SELECT request.id, request.requested_at FROM request JOIN head ON head.stream=request.id WHERE 1");
        And("request.ticket=$ticket", ("$ticket", query.Ticket?.Text));
        And("request.cluster=$cluster", ("$cluster", query.Cluster?.Text));
        And("request.engineer=$engineer", ("$engineer", query.Engineer is { } engineer ? PersonKey.Of(engineer) : null));
        And("request.requested_at>=$after", ("$after", query.After?.UtcTicks));
        And("request.requested_at<$before", ("$before", query.Before?.UtcTicks));
        And("(request.requested_at<$at OR request.requested_at=$at AND request.id>$id)", ("$at", cursor?.RequestedAt.UtcTicks), ("$id", cursor?.Id.Text));
        if (query.States.Count > 0)
            And($"head.state IN ({string.Join(',', query.States.Select((_, i) => $"$state{i}"))})",
                [.. query.States.Select((state, i) => ($"$state{i}", (object?)state))]);
        text.Append(" ORDER BY request.requested_at DESC, request.id LIMIT $limit");
#pragma warning disable CA2100 // Put together from the constants above; values are parameters.
        command.CommandText = text.ToString();
#pragma warning restore CA2100

        using var row = command.ExecuteReader();
        var found = new List<RequestCursor>();
        while (row.Read())
            // A row that names no request is not ours, and must not hide the others from their ticket's close.
            if (RequestId.TryParse(row.Text(0), out var id))
                found.Add(new RequestCursor(Time(row.Number(1)), id));
        var page = found.Take(query.Limit).ToList();
        return new Page([.. page.Select(request => request.Id)], found.Count > query.Limit ? page[^1].ToString() : null);

        void And(string condition, params ReadOnlySpan<(string Name, object? Value)> values)
        {
            if (values[0].Value is null)
                return;
            text.Append(" AND ").Append(condition);
            foreach (var (name, value) in values)
                command.Parameters.AddWithValue(name, value);
        }
    }

    private static OpenEntry Entry(StreamId stream, SqliteDataReader row) =>
        new(stream, Time(row.Number(1)), PublishedMarks.Parse(row.Number(2), row.Text(3)));

    // A time that no clock shows is damage in its own chain, which the hashes tell; it must not stop the reading of others.
    private static DateTimeOffset Time(long ticks) => new(Math.Clamp(ticks, 0, DateTimeOffset.MaxValue.UtcTicks), TimeSpan.Zero);
}
