using AksArcJit.Broker.Ports;
using AksArcJit.Lifecycle;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace AksArcJit.Stores.Sqlite;

/// <summary>The writer's connection with its statements prepared. Used by one thread, within <see cref="InTransaction"/>.</summary>
internal sealed class WriteSession(SqliteConnection connection) : IDisposable
{
    private readonly Dictionary<string, SqliteCommand> _commands = [];

    /// <summary>All of the work or none. After an exception other than the work's own, the session is of no more use.</summary>
    public void InTransaction(Action work)
    {
        // Plain statements: the client's transaction object would have to be told to every prepared statement.
        Run("BEGIN IMMEDIATE");
        try
        {
            work();
            Run("COMMIT");
        }
        catch
        {
            // A full disk or a failed write has ended the transaction already.
            if (raw.sqlite3_get_autocommit(connection.Handle) == 0)
                Run("ROLLBACK");
            throw;
        }
    }

    public AppendOutcome Append(Append append, DateTimeOffset now)
    {
        var last = Head(append.Stream.Text)?.Version ?? 0;
        if (last != append.ExpectedVersion)
            return Stands(append) ? new AppendOutcome.Appended() : new AppendOutcome.Conflict();

        append.RequireInTime(now);
        foreach (var record in append.Records)
            Run("""
                INSERT INTO fact(stream, version, fact_id, kind, at, payload, previous_hash, hash)
                VALUES($stream, $version, $fact_id, $kind, $at, $payload, $previous_hash, $hash)
                """,
                ("$stream", record.Stream.Text), ("$version", record.Version), ("$fact_id", record.FactId), ("$kind", record.Kind),
                ("$at", record.At.UtcTicks), ("$payload", record.Payload.ToArray()), ("$previous_hash", record.PreviousHash), ("$hash", record.Hash));
        Run("""
            INSERT INTO head(stream, version, hash, state, is_pending) VALUES($stream, $version, $hash, $state, $is_pending)
            ON CONFLICT(stream) DO UPDATE SET version=excluded.version, hash=excluded.hash, state=excluded.state, is_pending=excluded.is_pending
            """,
            ("$stream", append.Stream.Text), ("$version", append.Records[^1].Version), ("$hash", append.Records[^1].Hash),
            ("$state", append.Head.State), ("$is_pending", append.Head.IsPending ? 1 : 0));
        if (append.Due is { } due)
            Run("INSERT INTO open(stream, due, since) VALUES($stream, $due, $since) ON CONFLICT(stream) DO UPDATE SET due=excluded.due",
                ("$stream", append.Stream.Text), ("$due", due.UtcTicks), ("$since", append.ExpectedVersion));
        else
            RemoveOpen(append.Stream.Text);
        if (append.Index is { } index)
            Run("INSERT INTO request(id, ticket, cluster, engineer, requested_at) VALUES($id, $ticket, $cluster, $engineer, $requested_at)",
                ("$id", append.Stream.Text), ("$ticket", index.Ticket.Text), ("$cluster", index.Cluster.Text),
                ("$engineer", PersonKey.Of(index.Engineer)), ("$requested_at", index.RequestedAt.UtcTicks));
        return new AppendOutcome.Appended();
    }

    /// <summary>False where the number is taken.</summary>
    public bool Append(long number, long treeSize, byte[] body, byte[] signature, byte[] leaves, byte[] nodes) => Prepared(
        """
        INSERT INTO checkpoint(number, tree_size, body, signature, leaves, nodes) VALUES($number, $tree_size, $body, $signature, $leaves, $nodes)
        ON CONFLICT(number) DO NOTHING
        """,
        ("$number", number), ("$tree_size", treeSize), ("$body", body), ("$signature", signature), ("$leaves", leaves), ("$nodes", nodes)).ExecuteNonQuery() == 1;

    public RequestId? Claim(string key, RequestId id, DateTimeOffset now)
    {
        if (Holder(key) is { } holder && holder.Id != id
            && (Head(holder.Id.Text)?.IsPending ?? now < holder.ClaimedAt + Claims.Lifetime))
            return holder.Id;
        Run("INSERT INTO pending(key, request, claimed_at) VALUES($key, $request, $claimed_at) ON CONFLICT(key) DO UPDATE SET request=excluded.request, claimed_at=excluded.claimed_at",
            ("$key", key), ("$request", id.Text), ("$claimed_at", now.UtcTicks));
        return null;
    }

    public void MarkPublished(string stream, IReadOnlyDictionary<string, long> upTo)
    {
        if (Marks(stream) is { } marks && marks.Raise(upTo) is var raised && !ReferenceEquals(raised, marks))
            Run("UPDATE open SET published=$published WHERE stream=$stream", ("$stream", stream), ("$published", raised.Text));
    }

    public void Settle(string stream, long version)
    {
        if (Head(stream)?.Version == version)
            RemoveOpen(stream);
    }

    public void Dispose()
    {
        foreach (var command in _commands.Values)
            command.Dispose();
        connection.Dispose();
    }

    private void RemoveOpen(string stream) => Run("DELETE FROM open WHERE stream=$stream", ("$stream", stream));

    private (long Version, bool IsPending)? Head(string stream)
    {
        using var row = Prepared("SELECT version, is_pending FROM head WHERE stream=$stream", ("$stream", stream)).ExecuteReader();
        return row.Read() ? (row.Number(0), row.Number(1) != 0) : null;
    }

    private PublishedMarks? Marks(string stream)
    {
        using var row = Prepared("SELECT since, published FROM open WHERE stream=$stream", ("$stream", stream)).ExecuteReader();
        return row.Read() ? PublishedMarks.Parse(row.Number(0), row.Text(1)) : null;
    }

    /// <summary>Null where the row names no request: then nobody holds the place.</summary>
    private (RequestId Id, DateTimeOffset ClaimedAt)? Holder(string key)
    {
        using var row = Prepared("SELECT request, claimed_at FROM pending WHERE key=$key", ("$key", key)).ExecuteReader();
        return row.Read() && RequestId.TryParse(row.Text(0), out var id) ? (id, Claims.Time(row.Number(1))) : null;
    }

    private bool Stands(Append append) => append.Records.All(record =>
        Equals(record.FactId, Prepared("SELECT fact_id FROM fact WHERE stream=$stream AND version=$version",
            ("$stream", record.Stream.Text), ("$version", record.Version)).ExecuteScalar()));

    private void Run(string text, params ReadOnlySpan<(string Name, object Value)> values) => Prepared(text, values).ExecuteNonQuery();

    private SqliteCommand Prepared(string text, params ReadOnlySpan<(string Name, object Value)> values)
    {
        if (!_commands.TryGetValue(text, out var command))
        {
            _commands[text] = command = connection.Command(text);
            foreach (var (name, _) in values)
                command.Parameters.Add(new SqliteParameter { ParameterName = name });
        }
        for (var i = 0; i < values.Length; i++)
            command.Parameters[i].Value = values[i].Value;
        return command;
    }
}
