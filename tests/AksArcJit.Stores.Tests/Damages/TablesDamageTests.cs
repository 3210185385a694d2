using AksArcJit.Broker.Ports;
using AksArcJit.Journal;
using AksArcJit.Journal.Checkpoints;
using AksArcJit.Stores.Tables;
using AksArcJit.TestKit;
using Azure.Data.Tables;
using Microsoft.Extensions.Time.Testing;

namespace AksArcJit.Stores.Tests.Damages;

public sealed class TablesDamageTests(Azurite azurite) : Damaging
{
    private readonly string _prefix = $"T{Guid.NewGuid():N}"[..20];
    private TableServiceClient? _account;

    private TableClient Facts => _account!.GetTableClient(_prefix + "AccessJournal");

    private TableClient Checkpoints => _account!.GetTableClient(_prefix + "Checkpoints");

    protected override async Task<(IJournal Journal, ICheckpointLog Log)> OpenAsync()
    {
        var connection = await azurite.ConnectionAsync();
        _account = new TableServiceClient(connection);
        var journal = new TablesJournal(new TablesJournalOptions { ConnectionString = connection, Prefix = _prefix }, new FakeTimeProvider(Sample.Start), new TableClientOptions());
        return (journal, journal.Checkpoints);
    }

    protected override Task PutAsync(FactRecord row) => Facts.UpsertEntityAsync(FactRow.Of(row), TableUpdateMode.Replace);

    protected override Task DeleteAsync(StreamId stream, long version) => Facts.DeleteEntityAsync(stream.Text, FactRow.Key(version));

    protected override Task PutAsync(StoredCheckpoint checkpoint) => Checkpoints.UpsertEntityAsync(CheckpointRow.Of(checkpoint), TableUpdateMode.Replace);

    protected override Task DeleteAsync(long checkpoint) => Checkpoints.DeleteEntityAsync(CheckpointRow.Partition, CheckpointRow.Key(checkpoint));
}
