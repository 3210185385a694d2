using AksArcJit.Broker.Ports;
using AksArcJit.DevCluster.Faults;
using AksArcJit.Kubernetes.Api;
using AksArcJit.Kubernetes.Tests.Contract;
using AksArcJit.Lifecycle;

namespace AksArcJit.Kubernetes.Tests.Faults;

public sealed partial class FaultTests
{
    [Fact]
    public async Task Busy_WhenACreateIsAnswered429_ThenGrantsWaitAndRemovalsGoOn()
    {
        var (spec, uid) = await StandingAsync();
        Add(new FaultAction.Respond(429, RetryAfterSeconds: 2), "create", times: 1);
        Assert.Contains("429", Assert.IsType<BindingOutcome.Failed>(await CreateAsync(_ground.Spec())).Reason);

        var next = CreateAsync(_ground.Spec());
        Assert.IsType<RemovalOutcome.Absent>(await _cluster.RemoveAsync(spec, uid, Ground.Ct).WaitAsync(Patience, Ground.Ct));
        Assert.False(next.IsCompleted);

        _clock.Advance(TimeSpan.FromSeconds(2));
        Assert.IsType<BindingOutcome.Standing>(await next.WaitAsync(Patience, Ground.Ct));
    }

    [Fact]
    public async Task Busy_WhenARemovalIsToldToWaitLong_ThenItWaitsNoLongerThanTheLifecycleWould()
    {
        var (spec, uid) = await StandingAsync();
        Add(new FaultAction.Respond(429, RetryAfterSeconds: 60), "delete", times: 1);
        Assert.Contains("429", Assert.IsType<RemovalOutcome.Failed>(await _cluster.RemoveAsync(spec, uid, Ground.Ct)).Reason);

        var next = _cluster.RemoveAsync(spec, uid, Ground.Ct);
        _clock.Advance(ApiClient.LongestRemovalPause - TimeSpan.FromMilliseconds(1));
        Assert.False(next.IsCompleted);
        _clock.Advance(TimeSpan.FromMilliseconds(1));

        Assert.IsType<RemovalOutcome.Absent>(await next.WaitAsync(Patience, Ground.Ct));
        // A read may wait longer, and is told so.
        Assert.Contains("asked to be left alone", Assert.IsType<Reading<StandingBinding>.Unreadable>(await _cluster.ReadBindingAsync(spec.Name, Ground.Ct)).Reason);
    }

    [Fact]
    public async Task Dead_WhenManyRemovalsAreDue_ThenTheyAreToldFastAndTheNextAfterItsReturnSucceeds()
    {
        var standing = new List<(BindingSpec Spec, string Uid)>();
        for (var i = 0; i < 30; i++)
            standing.Add(await StandingAsync());
        var fault = Add(new FaultAction.Hang(), "delete");
        var removals = standing.Select(one => _cluster.RemoveAsync(one.Spec, one.Uid, Ground.Ct)).ToList();
        await Ground.EventuallyAsync(() => Task.FromResult(fault.Hits), hits => hits == 16);
        Add(new FaultAction.Hang(), "get");

        var began = _clock.GetUtcNow();
        Assert.All(await PassedUntilAsync(Task.WhenAll(removals)), outcome => Assert.IsType<RemovalOutcome.Failed>(outcome));
        Assert.InRange(_clock.GetUtcNow() - began, RequestTimeout, 4 * RequestTimeout);

        _server.Faults.Clear();
        _clock.Advance(Api.Lane.TrialInterval);
        // The one that finds out is itself a removal.
        Assert.IsType<RemovalOutcome.Absent>(await _cluster.RemoveAsync(standing[0].Spec, standing[0].Uid, Ground.Ct).WaitAsync(Patience, Ground.Ct));
        Assert.All(
            await Task.WhenAll(standing.Select(one => _cluster.RemoveAsync(one.Spec, one.Uid, Ground.Ct))).WaitAsync(Patience, Ground.Ct),
            outcome => Assert.IsType<RemovalOutcome.Absent>(outcome));
    }
}
