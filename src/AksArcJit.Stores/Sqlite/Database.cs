using Microsoft.Data.Sqlite;

namespace AksArcJit.Stores.Sqlite;

/// <summary>Opens the file, with its schema in place and the settings that the journal's promises rest on.</summary>
/// <param name="busy">How long to wait for another process's write, whole seconds, at least one.</param>
/// <param name="isReadOnly">The file is evidence: it is read as it is, never made, migrated or written.</param>
internal sealed class Database(string file, TimeSpan busy, bool isReadOnly = false)
{
    private const int CannotWrite = 8; // SQLITE_READONLY
    private const int CannotOpen = 14; // SQLITE_CANTOPEN

    private readonly Lock _creating = new();
    private readonly SqliteConnectionStringBuilder _address = new() { DataSource = file, DefaultTimeout = (int)busy.TotalSeconds, Pooling = false };
    private volatile bool _created;

    /// <summary>A connection that takes its unfinished transaction with it when it closes, whatever state it is in.</summary>
    /// <exception cref="SqliteException">The file cannot be opened, or is no journal.</exception>
    /// <exception cref="IOException">Of a read-only one: its newest writes are in a <c>-wal</c> file that cannot be read where it stands.</exception>
    /// <exception cref="NotSupportedException">Another version made the file.</exception>
    public SqliteConnection Open()
    {
        if (isReadOnly)
            return OpenReadOnly();
        EnsureCreated();
        return Open(_address, Write);
    }

    private SqliteConnection OpenReadOnly()
    {
        // Asked before SQLite, which makes an empty one where it may.
        var hasLog = File.Exists(file + "-wal");
        try
        {
            return Open(new(_address.ToString()) { Mode = SqliteOpenMode.ReadOnly }, Read);
        }
        catch (SqliteException fault) when (fault.SqliteErrorCode is CannotWrite or CannotOpen && File.Exists(file))
        {
            // A file in WAL mode is read with the help of files beside it, which cannot be made on a read-only disk (SQLite: Write-Ahead Logging,
            // "Read-Only Databases"). Whoever writes keeps a log there: without one nobody writes, and the file may be taken as it lies.
            if (hasLog)
                throw new IOException($"'{file}-wal' holds the journal's newest writes and cannot be read where it stands ({fault.Message}). "
                    + "Copy the file together with its -wal to a folder that can be written, and name the copy.", fault);
            return Open(new(_address.ToString()) { Mode = SqliteOpenMode.ReadOnly, DataSource = $"{new Uri(Path.GetFullPath(file)).AbsoluteUri}?immutable=1" }, Read);
        }
    }

    // FULL: an acknowledged append survives a power cut. SQLite's own wait on a lock is finer than the client's retry.
    private void Write(SqliteConnection connection) => connection.Execute($"PRAGMA synchronous=FULL; PRAGMA busy_timeout={busy.TotalMilliseconds};");

    private void Read(SqliteConnection connection)
    {
        connection.Execute($"PRAGMA busy_timeout={busy.TotalMilliseconds};");
        var version = Schema.VersionOf(connection);
        if (version > Schema.Version)
            throw new NotSupportedException($"The journal's file has schema {version}; this program knows schema {Schema.Version}. Run the newer program.");
        if (version < 1)
            throw new NotSupportedException("The file is a database, but no journal: nothing of a journal was ever made in it. Name the journal's file.");
        if (version < Schema.Version)
            throw new NotSupportedException($"The journal's file has schema {version}; this program reads schema {Schema.Version}, and changes nothing in what it is to verify. "
                + "Verify it with the version of the program that wrote it; or copy the file together with its -wal, start this version's server on the copy once, "
                + "which brings the copy to the new schema, and verify the copy.");
    }

    private static SqliteConnection Open(SqliteConnectionStringBuilder address, Action<SqliteConnection> prepare)
    {
        var connection = new SqliteConnection(address.ToString());
        try
        {
            connection.Open();
            prepare(connection);
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
            using var connection = Open(_address, Write);
            Schema.Ensure(connection);
            _created = true;
        }
    }
}
