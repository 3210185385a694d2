using System.Diagnostics.Metrics;
using AksArcJit.Broker.Alerts;
using AksArcJit.Broker.Requests;
using AksArcJit.Lifecycle;
using AksArcJit.Lifecycle.Requests;
using AksArcJit.TestKit;
using AksArcJit.TestKit.Brokers;
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
        _check = new OverdueCheck(_world.Journal, _world.Broker.Engine, _metrics, _world.Clock, _log.CreateLogger<OverdueCheck>());
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

    private async Task<RequestId> GrantAsync()
    {
        await _world.OpenTicketAsync();
        var asked = Assert.IsType<Submission.Recorded>(await _world.Broker.AskAsync(null, Window));
        await _world.Broker.ApproveAsync(asked.History.Id, Sample.Approver);
        Assert.IsType<RequestState.Active>(await _world.Broker.StateAsync(asked.History.Id));
        return asked.History.Id;
    }
}
