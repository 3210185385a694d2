using AksArcJit.Broker.Ports;
using AksArcJit.Journal;
using AksArcJit.Stores.Sqlite;
using AksArcJit.TestKit;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Time.Testing;

namespace AksArcJit.Stores.Tests.Sqlite;

public sealed class SqliteJournalTests : IDisposable
{
    private readonly Folder _folder = new();
    private readonly FakeTimeProvider _time = new(Sample.Start);
    private readonly List<IDisposable> _opened = [];

    private static RequestIndex Index => new(Sample.TicketId, Sample.ClusterId, Sample.Engineer, Sample.Start);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _opened.ForEach(opened => opened.Dispose());
        _folder.Dispose();
    }

    [Fact]
    public async Task Read_AfterReopening_ThenEverythingStands()
    {
        var line = Line.NewRequest();
        using (var first = new SqliteJournal(_folder.File, _time, TimeSpan.FromSeconds(5)))
            await line.AppendAsync(first, Sample.Start, count: 3);
        var records = await Open().ReadAsync(line.Stream, Cancellation);
        Assert.Equal(line.Records.Select(record => record.Hash), records.Select(record => record.Hash));
        Assert.Null(HashChain.FirstDamage(line.Stream, records));
    }

    [Fact]
    public async Task Facts_WhenAlteredOrDeletedByStatement_ThenAreRefused()
    {
        await Line.NewRequest().AppendAsync(Open(), Sample.Start);
        using var connection = Beside();
        foreach (var statement in new[] { "UPDATE fact SET kind='x'", "DELETE FROM fact" })
            Assert.Throws<SqliteException>(() => connection.Execute(statement));
    }

    /// <summary>Whoever has the file makes its tables anew, without their constraints: what a row lacks is damage of that row, and of no other.</summary>
    [Fact]
    public async Task Rows_WhenColumnsHoldNothing_ThenAreDamagedAndTheOthersAreRead()
    {
        var journal = Open();
        var (victim, other) = (Line.NewRequest(), Line.NewRequest());
        await victim.AppendAsync(journal, Sample.Start, index: Index);
        await other.AppendAsync(journal, Sample.Start, index: Index);
        Assert.Null(await journal.ClaimPendingAsync("key", victim.Stream.Request!, Index, Cancellation));
        using (var connection = Beside())
        {
            foreach (var table in new[] { "fact", "head", "open", "request" })
                connection.Execute($"CREATE TABLE loose AS SELECT * FROM {table}; DROP TABLE {table}; ALTER TABLE loose RENAME TO {table};");
            foreach (var column in new[] { "fact_id", "kind", "at", "payload", "previous_hash", "hash" })
                connection.Execute($"UPDATE fact SET {column}=NULL WHERE stream='{victim.Stream.Text}'");
            connection.Execute($"INSERT INTO fact(stream, version, fact_id, kind, at, payload) VALUES('{victim.Stream.Text}', 2, x'00', 7, 'then', 7)");
            connection.Execute($"UPDATE head SET hash=NULL, is_pending=NULL WHERE stream='{victim.Stream.Text}'");
            connection.Execute($"UPDATE open SET due=NULL, since=NULL, published=NULL WHERE stream='{victim.Stream.Text}'");
            connection.Execute("INSERT INTO open(stream, due) VALUES(NULL, 0); INSERT INTO fact(stream, version) VALUES('none', NULL)");
            connection.Execute("INSERT INTO head(stream, version) VALUES('none', 1); INSERT INTO request(id, ticket) VALUES('none', NULL)");
            connection.Execute("UPDATE pending SET claimed_at=9223372036854775807");
        }

        Assert.Equal(1, HashChain.FirstDamage(victim.Stream, await journal.ReadAsync(victim.Stream, Cancellation))?.Version);
        Assert.Null(HashChain.FirstDamage(other.Stream, await journal.ReadAsync(other.Stream, Cancellation)));
        var rows = new List<JournalRow>();
        await foreach (var row in journal.ScanAsync(Cancellation))
            rows.Add(row);
        Assert.Contains(rows, row => row is JournalRow.Fact { Record: var record } && record == other.Records[0] with { Payload = record.Payload });
        Assert.Single(rows, row => row is JournalRow.Unreadable);
        var open = new List<StreamId>();
        await foreach (var entry in journal.ListOpenAsync(Cancellation))
            open.Add(entry.Stream);
        Assert.Equal(new[] { victim.Stream.Text, other.Stream.Text }.Order(), open.Select(stream => stream.Text).Order());
        Assert.Equal(2, (await journal.FindAsync(new(null, null, null, [], null, null, null, 9), Cancellation)).Requests.Count);
        var heads = new List<string>();
        await foreach (var head in journal.Unhashed.ListHeadsAsync(Cancellation))
            heads.Add(head.Name);
        Assert.Equal(3, heads.Count);
        Assert.Null(await journal.ClaimPendingAsync("key", Line.NewId(), Index, Cancellation));
        using (var connection = Beside())
            connection.Execute("UPDATE pending SET request='none'");
        Assert.Null(await journal.ClaimPendingAsync("key", Line.NewId(), Index, Cancellation));
    }

    [Fact]
    public async Task Settings_ThenAreDurable()
    {
        await Open().CheckAsync(Cancellation);
        using var asked = new Database(_folder.File, TimeSpan.FromSeconds(1)).Open();
        using var mode = asked.Command("PRAGMA journal_mode");
        using var synchronous = asked.Command("PRAGMA synchronous");
        Assert.Equal("wal", mode.ExecuteScalar());
        Assert.Equal(2L, synchronous.ExecuteScalar());
    }

    /// <summary>The writes that pile up while another process holds the lock become one transaction: a conflict and a fault in it touch no other.</summary>
    [Fact]
    public async Task Append_WhenABatchHoldsAConflictAndAFault_ThenTheOthersCommit()
    {
        var journal = Open();
        var line = Line.NewRequest();
        await line.AppendAsync(journal, Sample.Start);
        var stale = line.Copy().Next(Sample.Start);
        await line.AppendAsync(journal, Sample.Start);
        var faulty = Line.NewRequest().Next(Sample.Start, count: 2);
        // A fact id that stands elsewhere: no conflict, but a writer's bug, and found when the first fact is written already.
        faulty = faulty with { Records = [faulty.Records[0], faulty.Records[1] with { FactId = line.Records[0].FactId }] };
        var good = Enumerable.Range(0, 60).Select(_ => Line.NewRequest().Next(Sample.Start)).ToList();

        Task<AppendOutcome>[] waiting;
        Task<AppendOutcome> staleOne, faultyOne;
        using (var connection = Beside())
        {
            connection.Execute("BEGIN IMMEDIATE");
            waiting = [.. good[..30].Select(append => journal.AppendAsync(append, Cancellation))];
            staleOne = journal.AppendAsync(stale, Cancellation);
            faultyOne = journal.AppendAsync(faulty, Cancellation);
            waiting = [.. waiting, .. good[30..].Select(append => journal.AppendAsync(append, Cancellation))];
            connection.Execute("ROLLBACK");
        }
        Assert.All(await Task.WhenAll(waiting), outcome => Assert.IsType<AppendOutcome.Appended>(outcome));
        Assert.IsType<AppendOutcome.Conflict>(await staleOne);
        await Assert.ThrowsAsync<SqliteException>(() => faultyOne);
        foreach (var append in good)
            Assert.Single(await journal.ReadAsync(append.Stream, Cancellation));
        Assert.Empty(await journal.ReadAsync(faulty.Stream, Cancellation));
    }

    [Fact]
    public async Task Append_WhenAnotherProcessKeepsTheLock_ThenIsUnavailableAndWorksAfterwards()
    {
        var journal = Open(busy: 1);
        await journal.CheckAsync(Cancellation);
        var line = Line.NewRequest();
        using (var connection = Beside())
        {
            connection.Execute("BEGIN IMMEDIATE");
            await Assert.ThrowsAsync<JournalUnavailableException>(() => journal.AppendAsync(line.Next(Sample.Start), Cancellation));
            await Assert.ThrowsAsync<JournalUnavailableException>(() => journal.CheckAsync(Cancellation));
            Assert.Empty(await journal.ReadAsync(line.Stream, Cancellation));
            connection.Execute("ROLLBACK");
        }
        await line.AppendAsync(journal, Sample.Start);
    }

    [Fact]
    public async Task Append_WhenTheDiskIsFull_ThenIsUnavailableAndWritesNothing()
    {
        var line = Line.NewRequest();
        var journal = Open();
        await line.AppendAsync(journal, Sample.Start);
        // The page limit is the one way to a full disk without a disk; it belongs to the connection, so the session is asked for directly.
        var connection = new Database(_folder.File, TimeSpan.FromSeconds(1)).Open();
        connection.Execute("PRAGMA max_page_count=1");
        using var session = new WriteSession(connection);
        var huge = line.Next(Sample.Start, payload: new byte[500_000]);
        var full = Assert.Throws<SqliteException>(() => session.InTransaction(() => session.Append(huge, Sample.Start)));
        Assert.Equal(13, full.SqliteErrorCode);
        Assert.IsType<JournalUnavailableException>(Outage.From(full));
        Assert.Single(await journal.ReadAsync(line.Stream, Cancellation));
        await line.AppendAsync(journal, Sample.Start);
    }

    [Fact]
    public async Task Calls_WhenTheFileIsNoDatabase_ThenAreUnavailable()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_folder.File)!);
        await File.WriteAllTextAsync(_folder.File, new string('x', 5000), Cancellation);
        await AssertUnavailableAsync(Open());
    }

    [Fact]
    public async Task Calls_WhenTheFolderCannotBeMade_ThenAreUnavailableUntilItCan()
    {
        var inTheWay = Path.GetDirectoryName(_folder.File)!;
        await File.WriteAllTextAsync(inTheWay, "", Cancellation);
        var journal = Open();
        await AssertUnavailableAsync(journal);
        File.Delete(inTheWay);
        await journal.CheckAsync(Cancellation);
    }

    [Fact]
    public async Task Calls_WhenANewerVersionMadeTheFile_ThenSayWhatToDo()
    {
        using (var connection = Beside())
            connection.Execute("PRAGMA user_version=99");
        var fault = await Assert.ThrowsAsync<NotSupportedException>(() => Open().CheckAsync(Cancellation));
        Assert.Contains("newer program", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Calls_AfterDisposal_ThenAreRefused()
    {
        var journal = Open();
        await journal.CheckAsync(Cancellation);
        journal.Dispose();
        journal.Dispose();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => journal.CheckAsync(Cancellation));
    }

    [Fact]
    public async Task OpenReadOnly_WhenThereIsAJournal_ThenReadsItAndNeverWrites()
    {
        var line = await WrittenAsync();
        var before = await File.ReadAllBytesAsync(_folder.File, Cancellation);
        using (var evidence = SqliteJournal.OpenReadOnly(_folder.File, _time))
        {
            Assert.Equal(line.Records.Select(record => record.Hash), (await evidence.ReadAsync(line.Stream, Cancellation)).Select(record => record.Hash));
            await Assert.ThrowsAsync<JournalUnavailableException>(() => evidence.AppendAsync(Line.NewRequest().Next(Sample.Start), Cancellation));
        }
        Assert.Equal(before, await File.ReadAllBytesAsync(_folder.File, Cancellation));
    }

    [Fact]
    public async Task OpenReadOnly_WhenAnotherProcessWrites_ThenSeesWhatItsLogHolds()
    {
        var journal = Open();
        var line = Line.NewRequest();
        await line.AppendAsync(journal, Sample.Start);
        using var evidence = SqliteJournal.OpenReadOnly(_folder.File, _time);
        Assert.Single(await evidence.ReadAsync(line.Stream, Cancellation));
        await line.AppendAsync(journal, Sample.Start);
        Assert.Equal(2, (await evidence.ReadAsync(line.Stream, Cancellation)).Count);
    }

    // A link to nowhere in the place of the shared-memory file keeps SQLite from making it, as a read-only disk does; file modes do not stop root.
    [Fact]
    public async Task OpenReadOnly_WhenNothingCanBeMadeBesideTheFile_ThenReadsItAsItLies()
    {
        var line = await WrittenAsync();
        File.CreateSymbolicLink(_folder.File + "-shm", "nowhere/at all");
        using var evidence = SqliteJournal.OpenReadOnly(_folder.File, _time);
        Assert.Equal(line.Records.Count, (await evidence.ReadAsync(line.Stream, Cancellation)).Count);
    }

    [Fact]
    public async Task OpenReadOnly_WhenALogCannotBeReadWhereItStands_ThenSaysWhatToDo()
    {
        var line = await WrittenAsync();
        File.CreateSymbolicLink(_folder.File + "-shm", "nowhere/at all");
        await File.WriteAllTextAsync(_folder.File + "-wal", "newest writes", Cancellation);
        using var evidence = SqliteJournal.OpenReadOnly(_folder.File, _time);
        var fault = await Assert.ThrowsAsync<JournalUnavailableException>(() => evidence.ReadAsync(line.Stream, Cancellation));
        Assert.Contains("together with its -wal", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OpenReadOnly_WhenTheSchemaIsOlder_ThenSaysWhatToDoAndMigratesNothing()
    {
        var line = await WrittenAsync();
        using (var connection = Beside())
            connection.Execute("ALTER TABLE open DROP COLUMN since; PRAGMA user_version=2;");
        var before = await File.ReadAllBytesAsync(_folder.File, Cancellation);
        using (var evidence = SqliteJournal.OpenReadOnly(_folder.File, _time))
        {
            var fault = await Assert.ThrowsAsync<NotSupportedException>(() => evidence.ReadAsync(line.Stream, Cancellation));
            Assert.Contains("verify the copy", fault.Message, StringComparison.Ordinal);
        }
        Assert.Equal(before, await File.ReadAllBytesAsync(_folder.File, Cancellation));
    }

    [Fact]
    public async Task OpenReadOnly_WhenThereIsNone_ThenMakesNone()
    {
        using var evidence = SqliteJournal.OpenReadOnly(_folder.File, _time);
        await Assert.ThrowsAsync<JournalUnavailableException>(() => evidence.ReadAsync(Line.NewRequest().Stream, Cancellation));
        Assert.False(Directory.Exists(Path.GetDirectoryName(_folder.File)));
    }

    /// <summary>A journal that nobody has open.</summary>
    private async Task<Line> WrittenAsync()
    {
        var line = Line.NewRequest();
        using var journal = new SqliteJournal(_folder.File, _time, TimeSpan.FromSeconds(5));
        await line.AppendAsync(journal, Sample.Start, count: 3);
        return line;
    }

    private static async Task AssertUnavailableAsync(SqliteJournal journal)
    {
        var line = Line.NewRequest();
        await Assert.ThrowsAsync<JournalUnavailableException>(() => journal.ReadAsync(line.Stream, Cancellation));
        await Assert.ThrowsAsync<JournalUnavailableException>(() => journal.AppendAsync(line.Next(Sample.Start), Cancellation));
        await Assert.ThrowsAsync<JournalUnavailableException>(() => journal.ClaimPendingAsync("k", line.Stream.Request!, new(Sample.TicketId, Sample.ClusterId, Sample.Engineer, Sample.Start), Cancellation));
        await Assert.ThrowsAsync<JournalUnavailableException>(() => journal.FindAsync(new(null, null, null, [], null, null, null, 1), Cancellation));
        await Assert.ThrowsAsync<JournalUnavailableException>(() => journal.SettleAsync(line.Stream, 1, Cancellation));
        await Assert.ThrowsAsync<JournalUnavailableException>(() => journal.CheckAsync(Cancellation));
        await Assert.ThrowsAsync<JournalUnavailableException>(async () =>
        {
            await foreach (var _ in journal.ListOpenAsync(Cancellation)) { }
        });
    }

    private SqliteJournal Open(int busy = 5)
    {
        var journal = new SqliteJournal(_folder.File, _time, TimeSpan.FromSeconds(busy));
        _opened.Add(journal);
        return journal;
    }

    /// <summary>What another process would hold.</summary>
    private SqliteConnection Beside()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_folder.File)!);
        var connection = new SqliteConnection($"Data Source={_folder.File};Pooling=False");
        connection.Open();
        return connection;
    }
}
