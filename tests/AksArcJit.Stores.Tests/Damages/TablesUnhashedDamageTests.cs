using AksArcJit.Broker.Ports;
using AksArcJit.Journal;
using AksArcJit.Stores.Tables;
using Azure;
using Azure.Data.Tables;

namespace AksArcJit.Stores.Tests.Damages;

public sealed class TablesUnhashedDamageTests(Azurite azurite) : UnhashedDamage
{
    private readonly string _prefix = $"T{Guid.NewGuid():N}"[..20];
    private TableServiceClient? _account;

    protected override async Task<(IJournal Journal, ICheckpointLog Log, IUnhashedRows Unhashed)> OpenAsync(TimeProvider time)
    {
        var connection = await azurite.ConnectionAsync();
        _account = new TableServiceClient(connection);
        var journal = new TablesJournal(new TablesJournalOptions { ConnectionString = connection, Prefix = _prefix }, time, new TableClientOptions());
        return (journal, journal.Checkpoints, journal.Unhashed);
    }

    [Fact]
    public async Task AHeadHasColumnsOfOtherTypes_ThenSaysWhatItSays()
    {
        await SetHeadAsync("version", "three");
        await AssertFoundAsync("says row 0");
    }

    /// <summary>One row that is none of ours must not keep the others from being read.</summary>
    [Fact]
    public async Task AnOpenRowIsNonsense_ThenCountsAsDue()
    {
        var row = new TableEntity(Stream.Text, OpenRow.Key) { ["Due"] = long.MaxValue, ["SafeVersion"] = 3L, ["WrittenAt"] = "then" };
        await Rows("OpenRequests").UpsertEntityAsync(row, TableUpdateMode.Replace, Cancellation);
        await NothingWasDone_ThenIsClean();
    }

    protected override Task SetHeadAsync(string column, object value) => ChangeAsync("AccessJournal", Stream.Text, HeadRow.Key,
        row => row[column switch { "version" => "Version", "hash" => "Hash", "state" => "State", _ => "IsPending" }] = value);

    protected override Task DeleteHeadAsync() => Rows("AccessJournal").DeleteEntityAsync(Stream.Text, HeadRow.Key, ETag.All, Cancellation);

    protected override Task CopyHeadAsync(StreamId to) =>
        Rows("AccessJournal").AddEntityAsync(new TableEntity(to.Text, HeadRow.Key) { ["Version"] = 3L, ["Hash"] = "00", ["State"] = "Active" }, Cancellation);

    protected override Task SetOpenAsync(DateTimeOffset? due) => due is { } at
        ? ChangeAsync("OpenRequests", Stream.Text, OpenRow.Key, row => row["Due"] = at.UtcTicks)
        : Rows("OpenRequests").DeleteEntityAsync(Stream.Text, OpenRow.Key, ETag.All, Cancellation);

    protected override Task ClearNodesAsync(long checkpoint) => ChangeAsync("Checkpoints", CheckpointRow.Partition, CheckpointRow.Key(checkpoint), row => row.Remove("Nodes0"));

    protected override async Task SetSizeAsync(long checkpoint, long treeSize)
    {
        var rows = Rows("Checkpoints");
        await foreach (var row in rows.QueryAsync<TableEntity>(row => row.PartitionKey == CheckpointRow.Partition && row.GetInt64("Number") == checkpoint, cancellationToken: Cancellation))
            await rows.DeleteEntityAsync(row.PartitionKey, row.RowKey, ETag.All, Cancellation);
        await rows.UpsertEntityAsync(new TableEntity(CheckpointRow.Partition, CheckpointRow.SizeKey(treeSize)) { ["Number"] = checkpoint }, TableUpdateMode.Replace, Cancellation);
    }

    private TableClient Rows(string table) => _account!.GetTableClient(_prefix + table);

    private async Task ChangeAsync(string table, string partition, string key, Action<TableEntity> change)
    {
        TableEntity row = await Rows(table).GetEntityAsync<TableEntity>(partition, key, cancellationToken: Cancellation);
        change(row);
        await Rows(table).UpdateEntityAsync(row, ETag.All, TableUpdateMode.Replace, Cancellation);
    }
}
