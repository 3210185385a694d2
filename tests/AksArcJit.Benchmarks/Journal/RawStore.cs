using AksArcJit.Broker.Ports;
using AksArcJit.Journal;
using AksArcJit.Stores.Sqlite;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Options;

namespace AksArcJit.Benchmarks.Journal;

/// <summary>The same statements with nothing around them: prepared once, on one connection, in transactions of a size. What is hashed is hashed here too.</summary>
internal sealed class RawStore : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly SqliteCommand _begin, _commit, _head, _fact, _newHead, _open;

    public RawStore(string file)
    {
        // The schema is the product's own.
        using (var journal = new SqliteJournal(Options.Create(new SqliteJournalOptions { File = file }), TimeProvider.System))
            journal.CheckAsync(CancellationToken.None).GetAwaiter().GetResult();
        _connection = new SqliteConnection($"Data Source={file};Pooling=False");
        _connection.Open();
        Prepare("PRAGMA synchronous=FULL").ExecuteNonQuery();
        if (Prepare("PRAGMA journal_mode").ExecuteScalar() is not "wal" || Prepare("PRAGMA synchronous").ExecuteScalar() is not 2L)
            throw new InvalidOperationException("The raw store is not set as the journal is.");
        (_begin, _commit) = (Prepare("BEGIN IMMEDIATE"), Prepare("COMMIT"));
        _head = Prepare("SELECT version, is_pending FROM head WHERE stream=$stream", "$stream");
        _fact = Prepare("""
            INSERT INTO fact(stream, version, fact_id, kind, at, payload, previous_hash, hash)
            VALUES($stream, $version, $fact_id, $kind, $at, $payload, $previous_hash, $hash)
            """, "$stream", "$version", "$fact_id", "$kind", "$at", "$payload", "$previous_hash", "$hash");
        _newHead = Prepare("""
            INSERT INTO head(stream, version, hash, state, is_pending) VALUES($stream, $version, $hash, $state, $is_pending)
            ON CONFLICT(stream) DO UPDATE SET version=excluded.version, hash=excluded.hash, state=excluded.state, is_pending=excluded.is_pending
            """, "$stream", "$version", "$hash", "$state", "$is_pending");
        _open = Prepare("INSERT INTO open(stream, due) VALUES($stream, $due) ON CONFLICT(stream) DO UPDATE SET due=excluded.due", "$stream", "$due");
    }

    public void Write(IEnumerable<Append> appends)
    {
        _begin.ExecuteNonQuery();
        foreach (var append in appends)
        {
            var record = append.Records[0];
            Set(_head, record.Stream.Text);
            _head.ExecuteScalar();
            Set(_fact, record.Stream.Text, record.Version, record.FactId, record.Kind, record.At.UtcTicks, record.Payload.ToArray(), record.PreviousHash, record.Hash);
            _fact.ExecuteNonQuery();
            Set(_newHead, record.Stream.Text, record.Version, record.Hash, append.Head.State, 0);
            _newHead.ExecuteNonQuery();
            Set(_open, record.Stream.Text, append.Due!.Value.UtcTicks);
            _open.ExecuteNonQuery();
        }
        _commit.ExecuteNonQuery();
    }

    /// <summary>Reads every row in the journal's order, in one statement, and hashes what the chain hashes.</summary>
    public static long ReadAndHash(string file)
    {
        using var connection = new SqliteConnection($"Data Source={file};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT stream, version, fact_id, kind, at, payload, previous_hash, hash FROM fact ORDER BY stream, version";
        using var row = command.ExecuteReader();
        var count = 0L;
        while (row.Read())
        {
            var hash = HashChain.Hash(row.GetString(6), StreamId.Parse(row.GetString(0)), row.GetInt64(1), row.GetString(2), row.GetString(3),
                new DateTimeOffset(row.GetInt64(4), TimeSpan.Zero), row.GetFieldValue<byte[]>(5));
            count += hash == row.GetString(7) ? 1 : throw new InvalidOperationException("The row does not match its hash.");
        }
        return count;
    }

    public void Dispose() => _connection.Dispose();

    private SqliteCommand Prepare(string text, params ReadOnlySpan<string> names)
    {
        var command = _connection.CreateCommand();
#pragma warning disable CA2100 // Constants of this file.
        command.CommandText = text;
#pragma warning restore CA2100
        foreach (var name in names)
            command.Parameters.Add(new SqliteParameter { ParameterName = name });
        return command;
    }

    private static void Set(SqliteCommand command, params ReadOnlySpan<object> values)
    {
        for (var i = 0; i < values.Length; i++)
            command.Parameters[i].Value = values[i];
    }
}
