using Microsoft.Data.Sqlite;

namespace AksArcJit.Stores.Sqlite;

/// <summary>The tables of design section 5, in SQLite's terms. Times are UTC ticks (100 ns since year 1).</summary>
internal static class Schema
{
    /// <summary>That of the newest schema, which this program makes.</summary>
    public const long Version = 3;

    private const string Journal = """
        CREATE TABLE fact(
            stream TEXT NOT NULL, version INTEGER NOT NULL, fact_id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, at INTEGER NOT NULL,
            payload BLOB NOT NULL, previous_hash TEXT NOT NULL, hash TEXT NOT NULL,
            PRIMARY KEY(stream, version)) STRICT;
        CREATE TRIGGER fact_is_not_altered BEFORE UPDATE ON fact BEGIN SELECT RAISE(ABORT, 'facts are immutable'); END;
        CREATE TRIGGER fact_is_not_deleted BEFORE DELETE ON fact BEGIN SELECT RAISE(ABORT, 'facts are immutable'); END;

        CREATE TABLE head(
            stream TEXT NOT NULL PRIMARY KEY, version INTEGER NOT NULL, hash TEXT NOT NULL, state TEXT NOT NULL, is_pending INTEGER NOT NULL)
            STRICT, WITHOUT ROWID;

        CREATE TABLE open(stream TEXT NOT NULL PRIMARY KEY, due INTEGER NOT NULL) STRICT, WITHOUT ROWID;

        CREATE TABLE request(
            id TEXT NOT NULL PRIMARY KEY, ticket TEXT NOT NULL, cluster TEXT NOT NULL, engineer TEXT NOT NULL, requested_at INTEGER NOT NULL)
            STRICT, WITHOUT ROWID;
        CREATE INDEX request_by_ticket ON request(ticket, requested_at DESC, id);
        CREATE INDEX request_by_cluster ON request(cluster, requested_at DESC, id);
        CREATE INDEX request_by_engineer ON request(engineer, requested_at DESC, id);
        CREATE INDEX request_by_time ON request(requested_at DESC, id);

        CREATE TABLE pending(key TEXT NOT NULL PRIMARY KEY, request TEXT NOT NULL, claimed_at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
        """;

    private const string Checkpoints = """
        CREATE TABLE checkpoint(
            number INTEGER NOT NULL PRIMARY KEY, tree_size INTEGER NOT NULL, body BLOB NOT NULL, signature BLOB NOT NULL,
            leaves BLOB NOT NULL, nodes BLOB NOT NULL) STRICT;
        CREATE INDEX checkpoint_by_size ON checkpoint(tree_size, number);
        CREATE TRIGGER checkpoint_is_not_altered BEFORE UPDATE ON checkpoint BEGIN SELECT RAISE(ABORT, 'checkpoints are immutable'); END;
        CREATE TRIGGER checkpoint_is_not_deleted BEFORE DELETE ON checkpoint BEGIN SELECT RAISE(ABORT, 'checkpoints are immutable'); END;
        """;

    private const string Published = """
        ALTER TABLE open ADD COLUMN since INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE open ADD COLUMN published TEXT NOT NULL DEFAULT '';
        """;

    /// <exception cref="SqliteException">The file is no database, or cannot be written.</exception>
    /// <exception cref="NotSupportedException">A newer version made the file.</exception>
    public static void Ensure(SqliteConnection connection)
    {
        connection.Execute("PRAGMA journal_mode=WAL;");
        // Two processes may start at once: the second waits here, then finds the tables.
        using var transaction = connection.BeginTransaction(deferred: false);
        var version = VersionOf(connection);
        if (version > Version)
            throw new NotSupportedException($"The journal's file has schema {version}; this program knows schema {Version}. Run the newer program.");
        if (version < 1)
            connection.Execute(Journal);
        if (version < 2)
            connection.Execute(Checkpoints);
        if (version < 3)
            connection.Execute($"{Published} PRAGMA user_version={Version};");
        transaction.Commit();
    }

    /// <summary>Of the file; 0 where it is no journal.</summary>
    public static long VersionOf(SqliteConnection connection)
    {
        using var asked = connection.Command("PRAGMA user_version;");
        return (long)asked.ExecuteScalar()!;
    }
}
