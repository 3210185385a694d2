using AksArcJit.Broker.Ports;
using AksArcJit.Journal;
using AksArcJit.Stores.Sqlite;
using AksArcJit.Stores.Tests.Sqlite;
using Microsoft.Data.Sqlite;

namespace AksArcJit.Stores.Tests.Damages;

public sealed class SqliteUnhashedDamageTests : UnhashedDamage
{
    private readonly Folder _folder = new();
    private SqliteJournal? _journal;

    protected override Task<(IJournal Journal, ICheckpointLog Log, IUnhashedRows Unhashed)> OpenAsync(TimeProvider time)
    {
        _journal = new SqliteJournal(_folder.File, time, TimeSpan.FromSeconds(5));
        return Task.FromResult<(IJournal, ICheckpointLog, IUnhashedRows)>((_journal, _journal.Checkpoints, _journal.Unhashed));
    }

    public override async ValueTask DisposeAsync()
    {
        _journal?.Dispose();
        _folder.Dispose();
        await base.DisposeAsync();
    }

    protected override Task SetHeadAsync(string column, object value) =>
        DoAsync($"UPDATE head SET {column}=$value WHERE stream=$stream", ("$value", value is bool is1 ? (is1 ? 1L : 0L) : value), ("$stream", Stream.Text));

    protected override Task DeleteHeadAsync() => DoAsync("DELETE FROM head WHERE stream=$stream", ("$stream", Stream.Text));

    protected override Task CopyHeadAsync(StreamId to) =>
        DoAsync("INSERT INTO head SELECT $to, version, hash, state, is_pending FROM head WHERE stream=$stream", ("$to", to.Text), ("$stream", Stream.Text));

    protected override Task SetOpenAsync(DateTimeOffset? due) => due is { } at
        ? DoAsync("UPDATE open SET due=$due WHERE stream=$stream", ("$due", at.UtcTicks), ("$stream", Stream.Text))
        : DoAsync("DELETE FROM open WHERE stream=$stream", ("$stream", Stream.Text));

    protected override Task ClearNodesAsync(long checkpoint) => DoAsync("UPDATE checkpoint SET nodes=x'' WHERE number=$number", ("$number", checkpoint));

    protected override Task SetSizeAsync(long checkpoint, long treeSize) =>
        DoAsync("UPDATE checkpoint SET tree_size=$size WHERE number=$number", ("$size", treeSize), ("$number", checkpoint));

    private Task DoAsync(string statement, params ReadOnlySpan<(string, object?)> values)
    {
        using var connection = new SqliteConnection($"Data Source={_folder.File};Pooling=False");
        connection.Open();
        connection.Execute("DROP TRIGGER IF EXISTS checkpoint_is_not_altered");
        using var command = connection.Command(statement, values);
        Assert.Equal(1, command.ExecuteNonQuery());
        return Task.CompletedTask;
    }
}
