using AksArcJit.Broker.Checkpoints;
using AksArcJit.Broker.Ports;
using AksArcJit.Broker.Requests;
using AksArcJit.Journal;
using AksArcJit.Journal.Verification;
using AksArcJit.Lifecycle.Requests;
using AksArcJit.Lifecycle.Tickets;
using AksArcJit.TestKit;
using AksArcJit.TestKit.Brokers;
using AksArcJit.TestKit.Checkpoints;
using AksArcJit.TestKit.Cluster;
using Microsoft.Extensions.Time.Testing;

namespace AksArcJit.Stores.Tests.Damages;

/// <summary>Rows that no hash covers, altered by hand: a grant is in force, and every one of its rows steers what becomes of it.</summary>
public abstract class UnhashedDamage : IAsyncLifetime
{
    private readonly FakeTimeProvider _time = new(Sample.Start);
    private readonly TestSigner _signer = new();
    private IJournal? _journal;
    private ICheckpointLog? _log;
    private IUnhashedRows? _unhashed;

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    protected StreamId Stream { get; private set; } = StreamId.System;

    protected abstract Task<(IJournal Journal, ICheckpointLog Log, IUnhashedRows Unhashed)> OpenAsync(TimeProvider time);

    /// <param name="column">version, hash, state or is_pending.</param>
    protected abstract Task SetHeadAsync(string column, object value);

    protected abstract Task DeleteHeadAsync();

    protected abstract Task CopyHeadAsync(StreamId to);

    /// <param name="due">Null deletes it.</param>
    protected abstract Task SetOpenAsync(DateTimeOffset? due);

    protected abstract Task ClearNodesAsync(long checkpoint);

    protected abstract Task SetSizeAsync(long checkpoint, long treeSize);

    public async ValueTask InitializeAsync()
    {
        (_journal, _log, _unhashed) = await OpenAsync(_time);
        var broker = new TestBroker(_journal, new FakeClusters(new FakeCluster(Sample.ClusterId, "test", _time)), _time, 1, log: _log, signer: _signer);
        await broker.Tickets.HearAsync(Sample.TicketId, new TicketSignal.Report(Sample.Ticket(), Sample.Operator), Cancellation);
        await broker.Checkpointer!.CheckpointAsync(Cancellation);
        for (var i = 0; i < 3; i++)
        {
            var id = Assert.IsType<Submission.Recorded>(await broker.AskAsync($"key {i}", TimeSpan.FromHours(1 + i), new Lifecycle.Scope.Namespace($"n{i}"))).History.Id;
            if (i < 2)
                await broker.ApproveAsync(id, Sample.Approver);
            Stream = i == 0 ? StreamId.Of(id) : Stream;
        }
        await broker.Checkpointer!.CheckpointAsync(Cancellation);
        Assert.IsType<RequestState.Active>(await broker.StateAsync(Stream.Request!));
    }

    public virtual ValueTask DisposeAsync()
    {
        _signer.Dispose();
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task NothingWasDone_ThenIsClean() => Assert.Empty(await FindAsync());

    [Theory]
    [InlineData("version", 1L, "refuses every append")]
    [InlineData("version", 99L, "refuses every append")]
    [InlineData("hash", "00", "another hash")]
    [InlineData("state", "Closed", "its facts say 'Active'")]
    [InlineData("is_pending", true, "'Active', pending")]
    public async Task AHeadWasAltered_ThenSaysWhatItSays(string column, object value, string told)
    {
        await SetHeadAsync(column, value);
        await AssertFoundAsync(told);
    }

    [Fact]
    public async Task AHeadWasDeleted_ThenIsMissed()
    {
        await DeleteHeadAsync();
        await AssertFoundAsync("head row is missing");
    }

    [Fact]
    public async Task AHeadWasInserted_ThenIsNoChains()
    {
        var other = StreamId.Of(Sample.Id(77));
        await CopyHeadAsync(other);
        var damage = Assert.IsType<Damage.IndexAltered>(Assert.Single(await FindAsync()));
        Assert.Equal(other, damage.Stream);
    }

    [Fact]
    public async Task AnOpenRowWasDeleted_ThenIsMissed()
    {
        await SetOpenAsync(null);
        await AssertFoundAsync("missing from the open index");
    }

    [Fact]
    public async Task AnOpenRowWasPutOff_ThenSaysWhatIsTrue()
    {
        await SetOpenAsync(Sample.Start.AddYears(1));
        await AssertFoundAsync("its facts say");
    }

    [Fact]
    public async Task AnOpenRowWasBroughtForward_ThenIsClean()
    {
        await SetOpenAsync(Sample.Start);
        Assert.Empty(await FindAsync());
    }

    [Fact]
    public async Task NodesWereCleared_ThenNamesTheCheckpoint()
    {
        await ClearNodesAsync(2);
        Assert.Equal(2, Assert.IsType<Damage.IndexAltered>(Assert.Single(await FindAsync())).Checkpoint);
    }

    [Fact]
    public async Task ASizeWasAltered_ThenNamesTheCheckpoint()
    {
        await SetSizeAsync(1, 3);
        Assert.Contains(await FindAsync(), damage => damage is Damage.IndexAltered { Checkpoint: 1 });
    }

    protected async Task AssertFoundAsync(string told)
    {
        var damage = Assert.IsType<Damage.IndexAltered>(Assert.Single(await FindAsync()));
        Assert.Equal(Stream, damage.Stream);
        Assert.Contains(told, damage.Why, StringComparison.Ordinal);
    }

    private async Task<List<Damage>> FindAsync()
    {
        var found = new List<Damage>();
        using var key = _signer.Key;
        using var verifier = new JournalVerifier(null, [key], found.Add);
        var indexes = new IndexVerification(_journal!, _log!, _unhashed!, verifier, _time);
        await foreach (var row in _log!.ListAsync(1, Cancellation))
        {
            verifier.Take(row);
            indexes.Note(row);
        }
        await foreach (var row in _journal!.ScanAsync(Cancellation))
            verifier.Take(row);
        await indexes.RunAsync(() => ValueTask.CompletedTask, Cancellation);
        Assert.Equal(found.Count == 0, verifier.Finish(isWhole: true).IsClean);
        found.ForEach(damage => TestContext.Current.TestOutputHelper?.WriteLine(damage.ToString()));
        return found;
    }
}
