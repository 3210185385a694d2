using AksArcJit.Broker.Ports;
using AksArcJit.Journal;
using AksArcJit.Journal.Checkpoints;
using AksArcJit.Stores.Checkpoints;
using AksArcJit.Stores.Sqlite;
using AksArcJit.Stores.Tests.Sqlite;
using AksArcJit.TestKit;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Time.Testing;

namespace AksArcJit.Stores.Tests.Damages;

public sealed class SqliteDamageTests : Damaging
{
    private readonly Folder _folder = new();
    private SqliteJournal? _journal;

    protected override Task<(IJournal Journal, ICheckpointLog Log)> OpenAsync()
    {
        _journal = new SqliteJournal(_folder.File, new FakeTimeProvider(Sample.Start), TimeSpan.FromSeconds(5));
        return Task.FromResult<(IJournal, ICheckpointLog)>((_journal, _journal.Checkpoints));
    }

    public override async ValueTask DisposeAsync()
    {
        _journal?.Dispose();
        _folder.Dispose();
        await base.DisposeAsync();
    }

    protected override Task PutAsync(FactRecord row) => DoAsync(
        """
        DELETE FROM fact WHERE stream=$stream AND version=$version OR fact_id=$fact_id AND stream=$stream;
        INSERT INTO fact(stream, version, fact_id, kind, at, payload, previous_hash, hash)
        VALUES($stream, $version, iif(EXISTS(SELECT 1 FROM fact WHERE fact_id=$fact_id), $fact_id || '~', $fact_id), $kind, $at, $payload, $previous_hash, $hash);
        """,
        ("$stream", row.Stream.Text), ("$version", row.Version), ("$fact_id", row.FactId), ("$kind", row.Kind), ("$at", row.At.UtcTicks),
        ("$payload", row.Payload.ToArray()), ("$previous_hash", row.PreviousHash), ("$hash", row.Hash));

    protected override Task DeleteAsync(StreamId stream, long version) =>
        DoAsync("DELETE FROM fact WHERE stream=$stream AND version=$version", ("$stream", stream.Text), ("$version", version));

    protected override Task PutAsync(StoredCheckpoint checkpoint) => DoAsync(
        "UPDATE checkpoint SET body=$body, signature=$signature, leaves=$leaves, nodes=$nodes WHERE number=$number",
        ("$number", checkpoint.Signed.Checkpoint.Number), ("$body", checkpoint.Signed.Body.ToArray()), ("$signature", checkpoint.Signed.Signature.ToArray()),
        ("$leaves", CheckpointBytes.Of(checkpoint.Leaves)), ("$nodes", CheckpointBytes.Of(checkpoint.Nodes ?? [])));

    protected override Task DeleteAsync(long checkpoint) => DoAsync("DELETE FROM checkpoint WHERE number=$number", ("$number", checkpoint));

    /// <summary>With the triggers out of the way: whoever has the file has those too.</summary>
    private Task DoAsync(string statement, params ReadOnlySpan<(string, object?)> values)
    {
        using var connection = new SqliteConnection($"Data Source={_folder.File};Pooling=False");
        connection.Open();
        connection.Execute("""
            DROP TRIGGER IF EXISTS fact_is_not_altered; DROP TRIGGER IF EXISTS fact_is_not_deleted;
            DROP TRIGGER IF EXISTS checkpoint_is_not_altered; DROP TRIGGER IF EXISTS checkpoint_is_not_deleted;
            """);
        using var command = connection.Command(statement, values);
        command.ExecuteNonQuery();
        return Task.CompletedTask;
    }
}
