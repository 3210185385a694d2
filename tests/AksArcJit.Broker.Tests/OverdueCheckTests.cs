using System.Diagnostics.Metrics;
using AksArcJit.Broker.Alerts;
using AksArcJit.Broker.Checkpoints;
using AksArcJit.Broker.Requests;
using AksArcJit.Lifecycle;
using AksArcJit.Lifecycle.Requests;
using AksArcJit.TestKit;
using AksArcJit.TestKit.Brokers;
using AksArcJit.TestKit.Checkpoints;
using AksArcJit.TestKit.Cluster;
using AksArcJit.TestKit.Journal;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace AksArcJit.Broker.Tests;

/// <summary>What wakes an operator: said by name each minute while it lasts, and not a moment when all is well.</summary>
public sealed class OverdueCheckTests : IDisposable
{
    private static readonly TimeSpan Window = TimeSpan.FromHours(1);

    private readonly World _world = new();
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly RecordingLog _log = new();
    private readonly AlertMetrics _metrics;
    private readonly OverdueCheck _check;

    public OverdueCheckTests()
    {
        _metrics = new AlertMetrics(_services.GetRequiredService<IMeterFactory>());
        _check = New();
    }

    public void Dispose()
    {
        _metrics.Dispose();
        _services.Dispose();
    }

    [Fact]
    public async Task Check_WhenEveryEndIsAhead_ThenItSaysNothing()
    {
        await GrantAsync();

        await _check.CheckAsync(CancellationToken.None);

        Assert.Equal(new Overdue(0, 0, TimeSpan.Zero), _metrics.Standing);
        Assert.Empty(_log.Entries);
    }

    [Fact]
    public async Task Check_WhenNobodyEndedWhatWasToEnd_ThenItIsOverdueUntilItHasEnded()
    {
        var id = await GrantAsync();
        _world.Time.Advance(Window + OverdueCheck.Tolerance + TimeSpan.FromSeconds(1));

        await _check.CheckAsync(CancellationToken.None);
        Assert.Equal(1, _metrics.Standing.Requests);
        Assert.Single(_log.Entries, entry => entry.Level == LogLevel.Critical && entry.Text.Contains(id.Text, StringComparison.Ordinal));

        await _world.Broker.Engine.AdvanceUntilWaitAsync(id);
        await _check.CheckAsync(CancellationToken.None);
        Assert.Equal(0, _metrics.Standing.Requests);
    }

    [Fact]
    public async Task Check_WhenAnEndIsOnlyJustDue_ThenItIsNotYetOverdue()
    {
        await GrantAsync();
        _world.Time.Advance(Window + TimeSpan.FromSeconds(5));

        await _check.CheckAsync(CancellationToken.None);

        Assert.Equal(0, _metrics.Standing.Requests);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Check_WhenAnotherInstanceLeftFactsUncovered_ThenTheStoreSaysSo(bool isEarlierOneThere)
    {
        var log = new InMemoryCheckpointLog();
        using var signer = new TestSigner();
        var other = new TestBroker(_world.Journal, new FakeClusters(_world.Cluster), _world.Clock, 9, log: log, signer: signer);
        var check = New(log, new Coverage(_world.Clock, TimeSpan.FromSeconds(60)));
        if (isEarlierOneThere)
        {
            await _world.OpenTicketAsync();
            await other.Checkpointer!.AttendAsync(CancellationToken.None);
            await other.Checkpointer.CheckpointAsync(CancellationToken.None);
            Assert.NotEmpty(log.Checkpoints);
            _world.Time.Advance(TimeSpan.FromSeconds(1));
        }
        await GrantAsync();

        _world.Time.Advance(TimeSpan.FromSeconds(60) + OverdueCheck.CheckpointTolerance);
        await check.CheckAsync(CancellationToken.None);
        Assert.Empty(_log.Entries);
        _world.Time.Advance(TimeSpan.FromSeconds(1));
        await check.CheckAsync(CancellationToken.None);

        Assert.InRange(_metrics.Standing.UncoveredFor, OverdueCheck.CheckpointTolerance, OverdueCheck.CheckpointTolerance + TimeSpan.FromSeconds(2));
        Assert.Equal(LogLevel.Error, Assert.Single(_log.Entries).Level);
    }

    [Fact]
    public async Task Check_WhenAnotherInstanceHasCoveredEverything_ThenNothingIsLateHoweverLongItIsQuiet()
    {
        var log = new InMemoryCheckpointLog();
        using var signer = new TestSigner();
        var other = new TestBroker(_world.Journal, new FakeClusters(_world.Cluster), _world.Clock, 9, log: log, signer: signer);
        await GrantAsync();
        await other.Checkpointer!.AttendAsync(CancellationToken.None);
        await other.Checkpointer.CheckpointAsync(CancellationToken.None);
        Assert.NotEmpty(log.Checkpoints);

        _world.Time.Advance(TimeSpan.FromMinutes(30));
        await New(log, new Coverage(_world.Clock, TimeSpan.FromSeconds(60))).CheckAsync(CancellationToken.None);

        Assert.Equal(TimeSpan.Zero, _metrics.Standing.UncoveredFor);
        Assert.Empty(_log.Entries);
    }

    private OverdueCheck New(InMemoryCheckpointLog? log = null, Coverage? coverage = null) =>
        new(_world.Journal, log ?? new InMemoryCheckpointLog(), _world.Broker.Engine, _metrics, _world.Clock, _log.CreateLogger<OverdueCheck>(), coverage);

    private async Task<RequestId> GrantAsync()
    {
        await _world.OpenTicketAsync();
        var asked = Assert.IsType<Submission.Recorded>(await _world.Broker.AskAsync(null, Window));
        await _world.Broker.ApproveAsync(asked.History.Id, Sample.Approver);
        Assert.IsType<RequestState.Active>(await _world.Broker.StateAsync(asked.History.Id));
        return asked.History.Id;
    }
}
