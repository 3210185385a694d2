using AksArcJit.Broker.Ports;
using AksArcJit.Stores.Tables;
using Azure.Data.Tables;

namespace AksArcJit.Stores.Tests.Tables;

public sealed class TablesConformanceTests(Azurite azurite) : JournalConformance
{
    // Tables of its own for each test.
    private readonly string _prefix = $"T{Guid.NewGuid():N}"[..20];

    protected override async Task<IJournal> OpenAsync() =>
        new TablesJournal(new TablesJournalOptions { ConnectionString = await azurite.ConnectionAsync(), Prefix = _prefix }, Time, new TableClientOptions());
}
