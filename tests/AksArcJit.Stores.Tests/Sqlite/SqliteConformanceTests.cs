using AksArcJit.Broker.Ports;
using AksArcJit.Stores.Sqlite;

namespace AksArcJit.Stores.Tests.Sqlite;

public sealed class SqliteConformanceTests : JournalConformance
{
    private readonly Folder _folder = new();
    private readonly List<SqliteJournal> _opened = [];

    protected override Task<IJournal> OpenAsync()
    {
        _opened.Add(new SqliteJournal(_folder.File, Time, TimeSpan.FromSeconds(5)));
        return Task.FromResult<IJournal>(_opened[^1]);
    }

    public override async ValueTask DisposeAsync()
    {
        _opened.ForEach(journal => journal.Dispose());
        _folder.Dispose();
        await base.DisposeAsync();
    }
}
