using Microsoft.Data.Sqlite;

namespace AksArcJit.Stores.Sqlite;

/// <summary>Opens the file, with its schema in place and the settings that the journal's promises rest on.</summary>
/// <param name="busy">How long to wait for another process's write, whole seconds, at least one.</param>
internal sealed class Database(string file, TimeSpan busy)
{
    private readonly Lock _creating = new();
    private readonly SqliteConnectionStringBuilder _address = new() { DataSource = file, DefaultTimeout = (int)busy.TotalSeconds, Pooling = false };
    private volatile bool _created;

    /// <summary>A connection that takes its unfinished transaction with it when it closes, whatever state it is in.</summary>
    /// <exception cref="SqliteException">The file cannot be opened, or is no journal.</exception>
    public SqliteConnection Open()
    {
        EnsureCreated();
        return OpenAsIs();
    }

    private SqliteConnection OpenAsIs()
    {
        var connection = new SqliteConnection(_address.ToString());
        try
        {
            connection.Open();
            // FULL: an acknowledged append survives a power cut. SQLite's own wait on a lock is finer than the client's retry.
            connection.Execute($"PRAGMA synchronous=FULL; PRAGMA busy_timeout={busy.TotalMilliseconds};");
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private void EnsureCreated()
    {
        if (_created)
            return;
        lock (_creating)
        {
            if (_created)
                return;
            if (Path.GetDirectoryName(Path.GetFullPath(file)) is { } folder)
                Directory.CreateDirectory(folder);
            using var connection = OpenAsIs();
            Schema.Ensure(connection);
            _created = true;
        }
    }
}
