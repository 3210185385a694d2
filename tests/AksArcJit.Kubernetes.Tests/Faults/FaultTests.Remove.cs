using AksArcJit.Broker.Ports;
using AksArcJit.DevCluster.Faults;
using AksArcJit.Kubernetes.Tests.Contract;
using AksArcJit.Lifecycle;
using AksArcJit.Lifecycle.Roles;

namespace AksArcJit.Kubernetes.Tests.Faults;

public sealed partial class FaultTests
{
    [Fact]
    public async Task Remove_WhenTheConnectionBreaksBeforeItIsApplied_ThenFailedBecauseItStillStands()
    {
        var (spec, uid) = await StandingAsync();
        Add(new FaultAction.Reset(), "delete");

        var failed = Assert.IsType<RemovalOutcome.Failed>(await _cluster.RemoveAsync(spec, uid, Ground.Ct));

        Assert.Contains("still stands", failed.Reason);
    }

    [Fact]
    public async Task Remove_WhenTheConnectionBreaksAfterItIsApplied_ThenAbsent()
    {
        var (spec, uid) = await StandingAsync();
        Add(new FaultAction.ApplyThenDrop(), "delete");

        Assert.IsType<RemovalOutcome.Absent>(await _cluster.RemoveAsync(spec, uid, Ground.Ct));
    }

    [Fact]
    public async Task Remove_WhenAppliedButNeverAnswered_ThenAbsentAfterTheTimeout()
    {
        var (spec, uid) = await StandingAsync();
        var fault = Add(new FaultAction.ApplyThenHang(), "delete");

        Assert.IsType<RemovalOutcome.Absent>(
            await AppliedAndTimedOutAsync(() => _cluster.RemoveAsync(spec, uid, Ground.Ct), fault));
    }

    [Fact]
    public async Task Remove_WhenTheServerHangs_ThenFailedAfterTheTimeout()
    {
        var (spec, uid) = await StandingAsync();
        var fault = Add(new FaultAction.Hang(), "delete");

        Assert.IsType<RemovalOutcome.Failed>(await TimedOutAsync(_cluster.RemoveAsync(spec, uid, Ground.Ct), fault));
    }

    [Theory]
    [InlineData("delete", 401)]
    [InlineData("delete", 403)]
    [InlineData("delete", 409)]
    [InlineData("delete", 410)]
    [InlineData("delete", 422)]
    [InlineData("delete", 429)]
    [InlineData("delete", 500)]
    [InlineData("delete", 503)]
    [InlineData("get", 401)]
    [InlineData("get", 403)]
    [InlineData("get", 429)]
    [InlineData("get", 500)]
    public async Task Remove_WhenEitherRequestIsRefused_ThenFailedAndNeverAbsent(string verb, int code)
    {
        var (spec, uid) = await StandingAsync();
        Add(new FaultAction.Respond(code), verb);

        var failed = Assert.IsType<RemovalOutcome.Failed>(await _cluster.RemoveAsync(spec, uid, Ground.Ct));

        Assert.Contains($"{code}", failed.Reason);
    }

    [Fact]
    public async Task Remove_WhenDeletedButTheProofHangs_ThenFailedAndAbsentTheNextTime()
    {
        var (spec, uid) = await StandingAsync();
        var fault = Add(new FaultAction.Hang(), "get", times: 1);

        Assert.IsType<RemovalOutcome.Failed>(await TimedOutAsync(_cluster.RemoveAsync(spec, uid, Ground.Ct), fault));
        Assert.IsType<RemovalOutcome.Absent>(await _cluster.RemoveAsync(spec, uid, Ground.Ct));
    }

    [Fact]
    public async Task Remove_WhenTheServerIsDownAndComesBack_ThenFailedThenAbsent()
    {
        var (spec, uid) = await StandingAsync();
        _server.Down = true;
        Assert.IsType<RemovalOutcome.Failed>(await _cluster.RemoveAsync(spec, uid, Ground.Ct));

        _server.Down = false;
        Assert.IsType<RemovalOutcome.Absent>(await _cluster.RemoveAsync(spec, uid, Ground.Ct));
    }

    [Fact]
    public async Task Remove_WhenOtherRequestsHoldEveryPlace_ThenItDoesNotWaitForThem()
    {
        var (spec, uid) = await StandingAsync();
        var cluster = _ground.Open(time: _clock, adjust: connection => connection with { ParallelRequests = 1 });
        var fault = Add(new FaultAction.Hang(), "list");
        var listing = cluster.ListBindingsAsync(_ground.Role, Ground.Ct);
        await Ground.EventuallyAsync(() => Task.FromResult(fault.Hits), hits => hits > 0);

        Assert.IsType<RemovalOutcome.Absent>(await cluster.RemoveAsync(spec, uid, Ground.Ct).WaitAsync(Patience, Ground.Ct));

        Assert.False(listing.IsCompleted);
    }

    [Fact]
    public async Task Remove_WhenCreatesHoldEveryPlaceOfTheGrants_ThenItAndItsConfirmationDoNotWait()
    {
        var (spec, uid) = await StandingAsync();
        var cluster = _ground.Open(time: _clock, adjust: connection => connection with { ParallelRequests = 1 });
        var fault = Add(new FaultAction.Hang(), "create");
        var hung = cluster.CreateAsync(_ground.Spec(), _clock.GetUtcNow() + TimeSpan.FromSeconds(30), Ground.Ct);
        await Ground.EventuallyAsync(() => Task.FromResult(fault.Hits), hits => hits > 0);
        var control = cluster.ProbeAsync(ReviewedUser.Of(_ground.User, null), [Ground.ListPods()], ProbePurpose.ConfirmGrant, Ground.Ct);

        Assert.IsType<RemovalOutcome.Absent>(await cluster.RemoveAsync(spec, uid, Ground.Ct).WaitAsync(Patience, Ground.Ct));
        Assert.IsType<Reading<IReadOnlyList<ProbeAnswer>>.Found>(
            await cluster.ProbeAsync(ReviewedUser.Of(_ground.User, null), [Ground.ListPods()], ProbePurpose.ConfirmRemoval, Ground.Ct).WaitAsync(Patience, Ground.Ct));
        Assert.IsType<Reading<IReadOnlyList<StandingBinding>>.Found>(
            await cluster.ListBindingsAsync(_ground.Role, Ground.Ct).WaitAsync(Patience, Ground.Ct));

        Assert.False(hung.IsCompleted || control.IsCompleted);
    }

    [Fact]
    public async Task Remove_WhenManyAreDueAtOnce_ThenAsManyAreInFlightAsAllowed()
    {
        var due = new List<(BindingSpec Spec, string Uid)>();
        for (var i = 0; i < 20; i++)
            due.Add(await StandingAsync());
        var fault = Add(new FaultAction.Hang(), "delete");
        var removals = due.Select(one => _cluster.RemoveAsync(one.Spec, one.Uid, Ground.Ct)).ToList();

        // None is answered, so that all that were sent are in flight.
        await Ground.EventuallyAsync(() => Task.FromResult(fault.Hits), hits => hits == 16);

        _server.Faults.Clear();
        await Ground.EventuallyAsync(() => Task.FromResult(removals.Count(removal => removal.IsCompleted)), done => done == 20);
    }

    private async Task<(BindingSpec Spec, string Uid)> StandingAsync()
    {
        var spec = _ground.Spec();
        return (spec, Assert.IsType<BindingOutcome.Standing>(await CreateAsync(spec)).Uid);
    }
}
