using AksArcJit.Broker.Ports;
using AksArcJit.Broker.Sweeping;
using AksArcJit.Lifecycle;
using AksArcJit.Lifecycle.Requests;
using AksArcJit.Lifecycle.Roles;
using AksArcJit.TestKit;
using AksArcJit.TestKit.Brokers;

namespace AksArcJit.Broker.Tests;

/// <summary>What a watch tells leads to a look within a moment, and nothing that is healthy is ended by it.</summary>
public sealed class WatchTests : IAsyncLifetime
{
    private readonly World _world = new();
    private RequestId _id = null!;
    private StandingBinding _binding = null!;

    public async ValueTask InitializeAsync()
    {
        _id = await _world.GrantAsync(duration: TimeSpan.FromHours(1));
        _binding = Assert.Single(_world.Cluster.Bindings);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task Change_WhenOurBindingIsDeleted_EndsTheGrant()
    {
        _world.Cluster.Erase(_binding.Name);
        await TellAsync(new ClusterChange.OfBinding(_binding.Name, null));
        await _world.AssertEndedAsync(_id, EndCause.BindingDisappeared);
    }

    [Theory]
    [InlineData(null, false)]
    [InlineData("somebody-elses", false)]
    [InlineData(null, true)]
    public async Task Change_WhenOurBindingLosesItsLabels_EndsTheGrant(string? installation, bool saysAnotherRequest)
    {
        _world.Cluster.Place(_binding with { Installation = installation, Request = saysAnotherRequest ? Sample.Id(9) : _id });
        // The API server tells it as deleted: it has left the selection.
        await TellAsync(new ClusterChange.OfBinding(_binding.Name, null));
        await _world.AssertEndedAsync(_id, EndCause.BindingAltered);
    }

    [Fact]
    public async Task Change_WhenOurBindingIsAltered_EndsTheGrant()
    {
        var altered = _binding with { Subjects = ["User/somebody"] };
        _world.Cluster.Place(altered);
        await TellAsync(new ClusterChange.OfBinding(_binding.Name, altered));
        await _world.AssertEndedAsync(_id, EndCause.BindingAltered);
    }

    [Fact]
    public async Task Change_WhenTheRoleChangesForTheWorse_EndsTheGrant()
    {
        _world.Cluster.Role = new Reading<RoleRules>.Found(new RoleRules([PolicyRule.On(["*"], ["*"], ["*"])]));
        await TellAsync(new ClusterChange.OfAnything());
        await _world.AssertEndedAsync(_id, EndCause.RoleChanged);
    }

    [Fact]
    public async Task Change_WhenWhatWasSeenIsNoLongerSo_ChangesNothing()
    {
        await TellAsync(new ClusterChange.OfBinding(_binding.Name, _binding with { Subjects = ["User/somebody"] }), new ClusterChange.OfBinding(_binding.Name, null));
        Assert.IsType<RequestState.Active>(await _world.Broker.StateAsync(_id));
    }

    [Fact]
    public async Task Change_WhenTheRequestsOwnRemovalTookIt_IsLeftToTheRequest()
    {
        await _world.PassAsync(TimeSpan.FromHours(1) - BindingJudgement.EndMargin, TimeSpan.FromMinutes(10));
        _world.Cluster.Erase(_binding.Name);
        await TellAsync(new ClusterChange.OfBinding(_binding.Name, null));
        await _world.PassAsync(TimeSpan.FromSeconds(10));
        await _world.AssertEndedAsync(_id, EndCause.Expired);
    }

    [Fact(Timeout = 20_000)]
    public async Task Run_WhenAChangeIsTold_LooksAMomentLater()
    {
        using var stop = new CancellationTokenSource();
        var watching = _world.Broker.Watch.RunAsync(stop.Token);
        _world.Cluster.Erase(_binding.Name);
        _world.Cluster.Changes.Writer.TryWrite(new ClusterChange.OfBinding(_binding.Name, null));

        // The loop's own tasks run on the pool; nothing here depends on how long they take.
        while (await _world.Broker.StateAsync(_id) is RequestState.Active)
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            _world.Time.Advance(ClusterWatch.Gathering);
            await Task.Yield();
        }

        Assert.True(_world.Clock.GetUtcNow() < Sample.Start.AddMinutes(55), "found by the sweep, not by the watch");
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => watching);
    }

    /// <summary>Whoever makes more changes than are held costs no more memory: all that was not kept is looked at with everything else.</summary>
    [Fact(Timeout = 20_000)]
    public async Task Run_WhenMoreChangesAreToldThanAreHeld_LooksAtEverythingOnce()
    {
        const int told = 1500;
        for (var i = 0; i < told; i++)
            _world.Cluster.Changes.Writer.TryWrite(new ClusterChange.OfBinding(new BindingName($"somebody-elses-{i}", ""), null));
        // Nobody tells of this one: only who looks at everything finds it.
        _world.Cluster.Erase(_binding.Name);
        var looks = 0;
        _world.Cluster.BeforeList = () =>
        {
            Interlocked.Increment(ref looks);
            return Task.CompletedTask;
        };
        using var stop = new CancellationTokenSource();
        var watching = _world.Broker.Watch.RunAsync(stop.Token);
        Assert.InRange(_world.Cluster.Changes.Reader.Count, 1, told - 1);

        while (await _world.Broker.StateAsync(_id) is RequestState.Active)
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            _world.Time.Advance(ClusterWatch.Gathering);
            await Task.Yield();
        }

        // One of each kind of binding.
        Assert.Equal(2, looks);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => watching);
    }

    private async Task TellAsync(params ClusterChange[] changes)
    {
        await _world.Broker.Watch.LookAsync(_world.Cluster, changes, CancellationToken.None);
        await _world.Broker.Loop.AttendDueAsync();
    }
}
