using System.Text;
using AksArcJit.Broker.Checkpoints;
using AksArcJit.Broker.Ports;
using AksArcJit.Journal;
using AksArcJit.Journal.Checkpoints;
using AksArcJit.Lifecycle;
using AksArcJit.Stores.Sqlite;
using AksArcJit.Stores.Tables;
using AksArcJit.Stores.Tests.Sqlite;
using AksArcJit.TestKit;
using AksArcJit.TestKit.Checkpoints;
using AksArcJit.TestKit.Journal;
using Azure.Data.Tables;
using Microsoft.Extensions.Time.Testing;

namespace AksArcJit.Stores.Tests;

/// <summary>What <see cref="ICheckpointLog"/> promises, held against every store.</summary>
public abstract class CheckpointLogConformance : IAsyncLifetime
{
    private readonly TestSigner _signer = new();
    private ICheckpointLog? _log;

    protected ICheckpointLog Log => _log ?? throw new InvalidOperationException("Not yet opened.");

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    protected abstract Task<ICheckpointLog> OpenAsync();

    public async ValueTask InitializeAsync() => _log = await OpenAsync();

    public virtual ValueTask DisposeAsync()
    {
        _signer.Dispose();
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Reads_WhenThereIsNone_ThenAreEmpty()
    {
        Assert.Null(await Log.ReadNewestAsync(Cancellation));
        Assert.Null(await Log.ReadAsync(1, Cancellation));
        Assert.Null(await Log.FindAsync(1, Cancellation));
        Assert.Empty(await ListAsync(1));
    }

    [Fact]
    public async Task Append_ThenEveryReadGivesExactlyWhatWasAppended()
    {
        var made = await FillAsync(1, 3, 2);
        Assert.Equal(made[^1].Signed, await Log.ReadNewestAsync(Cancellation));
        foreach (var stored in made)
            AssertSame(stored, await Log.ReadAsync(stored.Signed.Checkpoint.Number, Cancellation));
        var listed = await ListAsync(2);
        Assert.Equal(2, listed.Count);
        AssertSame(made[1], Assert.IsType<JournalRow.Checkpoint>(listed[0]).Stored);
        AssertSame(made[2], Assert.IsType<JournalRow.Checkpoint>(listed[1]).Stored);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(4, 2)]
    [InlineData(5, 3)]
    [InlineData(6, 3)]
    [InlineData(7, null)]
    public async Task Find_ThenGivesTheFirstThatReachesTheSize(long treeSize, int? number)
    {
        await FillAsync(1, 3, 2);
        Assert.Equal(number, (await Log.FindAsync(treeSize, Cancellation))?.Signed.Checkpoint.Number);
    }

    [Fact]
    public async Task Append_WhenTheNumberIsTaken_ThenIsRefusedAndTheFirstStands()
    {
        var first = (await FillAsync(2))[0];
        Assert.False(await Log.AppendAsync(Next(null, 5), Cancellation));
        Assert.False(await Log.AppendAsync(first, Cancellation));
        AssertSame(first, await Log.ReadAsync(1, Cancellation));
        Assert.Equal(first.Signed, await Log.ReadNewestAsync(Cancellation));
    }

    [Fact]
    public async Task Append_When16AtOnce_ThenOneStands()
    {
        var twins = Enumerable.Range(0, 16).Select(_ => Next(null, 1)).ToList();
        var answers = await Task.WhenAll(twins.Select(twin => Task.Run(() => Log.AppendAsync(twin, Cancellation))));
        AssertSame(twins[Assert.Single(Enumerable.Range(0, 16), i => answers[i])], await Log.ReadAsync(1, Cancellation));
    }

    /// <summary>The most leaves, with the longest names: it must fit a row of every store.</summary>
    [Fact]
    public async Task Append_WhenAsLargeAsCanBe_ThenIsWhole()
    {
        var name = new string('x', 59);
        var leaves = Enumerable.Range(0, ICheckpointLog.MostLeaves).Select(i => new CheckpointLeaf(StreamId.Of(TicketId.Parse($"{name}{i:D5}")), i + 1, Hash($"{i}"))).ToList();
        var large = Next(null, leaves);
        Assert.True(await Log.AppendAsync(large, Cancellation));
        AssertSame(large, await Log.ReadAsync(1, Cancellation));
        leaves.Add(leaves[0]);
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => Log.AppendAsync(Next(large.Signed, leaves), Cancellation));
    }

    [Fact]
    public async Task List_WhenLongerThanAPage_ThenIsWholeAndInOrder()
    {
        await FillAsync([.. Enumerable.Repeat(1, 150)]);
        Assert.Equal(Enumerable.Range(11, 140).Select(i => (long)i), (await ListAsync(11)).Select(row => ((JournalRow.Checkpoint)row).Stored.Signed.Checkpoint.Number));
    }

    [Fact]
    public async Task Proofs_ThenProveEveryCoveredRecordAndNoOther()
    {
        var made = await FillAsync(1, 4, 2, 7, 1, 3);
        var (proofs, newest) = (new CheckpointProofs(Log), made[^1].Signed.Checkpoint);
        foreach (var stored in made)
            foreach (var leaf in stored.Leaves)
            {
                var placed = await proofs.FindAsync(Record(leaf, stored.Signed.Checkpoint.At), Cancellation);
                Assert.NotNull(placed);
                Assert.Equal((leaf, stored.Signed.Checkpoint.Number), (placed.Leaf, placed.CoveredBy));
                var proof = await proofs.ProveAsync(placed.Index, newest.TreeSize, Cancellation);
                Assert.True(proof.Proves(leaf.Hash, newest.Root));
                Assert.False(proof.Proves((leaf with { Version = leaf.Version + 1 }).Hash, newest.Root));
            }
        Assert.Null(await proofs.FindAsync(Record(new CheckpointLeaf(Line.NewRequest().Stream, 1, Hash("x")), Sample.Start), Cancellation));
    }

    private static FactRecord Record(CheckpointLeaf leaf, DateTimeOffset at) => new(leaf.Stream, leaf.Version, "", "", at, default, "", leaf.HeadHash);

    private async Task<List<StoredCheckpoint>> FillAsync(params int[] counts)
    {
        var made = new List<StoredCheckpoint>();
        foreach (var count in counts)
        {
            made.Add(Next(made.Count == 0 ? null : made[^1].Signed, count));
            Assert.True(await Log.AppendAsync(made[^1], Cancellation));
        }
        return made;
    }

    private StoredCheckpoint Next(SignedCheckpoint? previous, int count) =>
        Next(previous, [.. Enumerable.Range(1, count).Select(i => new CheckpointLeaf(Line.NewRequest().Stream, i, Hash($"{previous?.Checkpoint.Number} {i}")))]);

    private StoredCheckpoint Next(SignedCheckpoint? previous, IReadOnlyList<CheckpointLeaf> leaves)
    {
        var (frontier, nodes) = (previous?.Checkpoint.Frontier ?? MerkleFrontier.Empty).Append(leaves.Select(leaf => leaf.Hash));
        var number = (previous?.Checkpoint.Number ?? 0) + 1;
        var checkpoint = new Checkpoint(
            "test", number, Sample.Start.AddMinutes(number), Sample.Start, frontier, previous?.Hash ?? default, _signer.Key.PublicKey);
        var body = checkpoint.Encode();
        return new StoredCheckpoint(new SignedCheckpoint(checkpoint, body, _signer.SignAsync(body, Cancellation).Result), leaves, nodes);
    }

    private async Task<List<JournalRow>> ListAsync(long from)
    {
        var rows = new List<JournalRow>();
        await foreach (var row in Log.ListAsync(from, Cancellation))
            rows.Add(row);
        return rows;
    }

    private static string Hash(string text) => MerkleHash.Of(Encoding.UTF8.GetBytes(text)).ToString();

    private static void AssertSame(StoredCheckpoint expected, StoredCheckpoint? actual)
    {
        Assert.NotNull(actual);
        Assert.Equal(expected.Signed, actual.Signed);
        Assert.Equal(expected.Leaves, actual.Leaves);
        Assert.Equal(expected.Nodes, actual.Nodes);
    }
}

public sealed class InMemoryCheckpointLogTests : CheckpointLogConformance
{
    protected override Task<ICheckpointLog> OpenAsync() => Task.FromResult<ICheckpointLog>(new InMemoryCheckpointLog());
}

public sealed class SqliteCheckpointLogTests : CheckpointLogConformance
{
    private readonly Folder _folder = new();
    private SqliteJournal? _journal;

    protected override Task<ICheckpointLog> OpenAsync()
    {
        _journal = new SqliteJournal(_folder.File, new FakeTimeProvider(Sample.Start), TimeSpan.FromSeconds(5));
        return Task.FromResult(_journal.Checkpoints);
    }

    public override async ValueTask DisposeAsync()
    {
        _journal?.Dispose();
        _folder.Dispose();
        await base.DisposeAsync();
    }
}

public sealed class TablesCheckpointLogTests(Azurite azurite) : CheckpointLogConformance
{
    private readonly string _prefix = $"T{Guid.NewGuid():N}"[..20];

    protected override async Task<ICheckpointLog> OpenAsync() => new TablesJournal(
        new TablesJournalOptions { ConnectionString = await azurite.ConnectionAsync(), Prefix = _prefix }, new FakeTimeProvider(Sample.Start), new TableClientOptions()).Checkpoints;
}
