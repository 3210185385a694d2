using AksArcJit.Broker.Ports;
using AksArcJit.DevCluster.Faults;
using AksArcJit.Kubernetes.Tests.Contract;

namespace AksArcJit.Kubernetes.Tests.Faults;

public sealed partial class FaultTests
{
    [Fact]
    public async Task Create_WhenTheConnectionBreaksBeforeItIsApplied_ThenUnknown()
    {
        Add(new FaultAction.Reset(), "create");

        var unknown = Assert.IsType<BindingOutcome.Unknown>(await CreateAsync(_ground.Spec()));

        Assert.Contains("not there, so far", unknown.Reason);
    }

    [Fact]
    public async Task Create_WhenTheConnectionBreaksAfterItIsApplied_ThenStandingByOneRead()
    {
        Add(new FaultAction.ApplyThenDrop(), "create");
        var spec = _ground.Spec();

        var standing = Assert.IsType<BindingOutcome.Standing>(await CreateAsync(spec));

        Assert.Equal(spec.NotAfter, standing.NotAfter);
        Assert.Equal(1, _server.Requests.Count("get", "clusterrolebindings"));
        Assert.Equal(1, _server.Requests.Count("create", "clusterrolebindings"));
    }

    [Fact]
    public async Task Create_WhenAppliedButNeverAnswered_ThenStandingAfterTheTimeout()
    {
        var fault = Add(new FaultAction.ApplyThenHang(), "create");

        Assert.IsType<BindingOutcome.Standing>(await AppliedAndTimedOutAsync(() => CreateAsync(_ground.Spec()), fault));
    }

    [Fact]
    public async Task Create_WhenTheServerHangs_ThenUnknownAfterTheTimeout()
    {
        var fault = Add(new FaultAction.Hang(), "create");

        var unknown = Assert.IsType<BindingOutcome.Unknown>(await TimedOutAsync(CreateAsync(_ground.Spec()), fault));

        Assert.Contains("no answer within 5 s", unknown.Reason);
    }

    [Fact]
    public async Task Create_WhenSendByIsNearerThanTheTimeout_ThenItEndsThere()
    {
        var fault = Add(new FaultAction.Hang(), "create");

        var unknown = await TimedOutAsync(CreateAsync(_ground.Spec(), TimeSpan.FromSeconds(2)), fault, TimeSpan.FromSeconds(2));

        Assert.IsType<BindingOutcome.Unknown>(unknown);
    }

    [Fact]
    public async Task Create_WhenItsTimeHasPassed_ThenFailedAndNothingWasSent()
    {
        var failed = Assert.IsType<BindingOutcome.Failed>(await CreateAsync(_ground.Spec(), TimeSpan.FromTicks(-1)));

        Assert.Contains("not sent", failed.Reason);
        Assert.Equal(0, _server.Requests.Count("create", "clusterrolebindings"));
    }

    [Fact]
    public async Task Create_WhenItsTimePassesWhileItWaitsForAPlace_ThenFailedAndNothingWasSent()
    {
        var cluster = _ground.Open(time: _clock, adjust: connection => connection with { ParallelRequests = 1 });
        var fault = Add(new FaultAction.Hang(), "create", times: 1);
        var first = cluster.CreateAsync(_ground.Spec(), _clock.GetUtcNow().AddSeconds(30), Ground.Ct);
        await Ground.EventuallyAsync(() => Task.FromResult(fault.Hits), hits => hits == 1);
        _clock.Advance(TimeSpan.FromSeconds(1));
        var late = cluster.CreateAsync(_ground.Spec(), _clock.GetUtcNow().AddSeconds(2), Ground.Ct);

        _clock.Advance(TimeSpan.FromSeconds(4));

        Assert.IsType<BindingOutcome.Unknown>(await first);
        Assert.Contains("its time had passed", Assert.IsType<BindingOutcome.Failed>(await late).Reason);
        Assert.Equal(1, fault.Hits);
        Assert.InRange(_server.Requests.Count("create", "clusterrolebindings"), 0, 1);
    }

    [Theory]
    [InlineData(409)]
    [InlineData(422)]
    [InlineData(429)]
    [InlineData(401)]
    [InlineData(403)]
    public async Task Create_WhenRefused_ThenFailedWithoutReadingBack(int code)
    {
        Add(new FaultAction.Respond(code, code == 429 ? 7 : null), "create");

        var failed = Assert.IsType<BindingOutcome.Failed>(await CreateAsync(_ground.Spec()));

        Assert.StartsWith($"{code}", failed.Reason);
        Assert.Equal(code == 429, failed.Reason.Contains("wait 7 s"));
        Assert.Equal(0, _server.Requests.Count("get", "clusterrolebindings"));
    }

    [Theory]
    [InlineData(500)]
    [InlineData(503)]
    [InlineData(504)]
    public async Task Create_WhenTheServerFails_ThenReadBackDecides(int code)
    {
        var fault = Add(new FaultAction.Respond(code), "create");
        var spec = _ground.Spec();

        Assert.IsType<BindingOutcome.Unknown>(await CreateAsync(spec));

        _server.Faults.Remove(fault.Id);
        var standing = Assert.IsType<BindingOutcome.Standing>(await CreateAsync(spec));
        Add(new FaultAction.Respond(code), "create");
        Assert.Equal(standing, await CreateAsync(spec));
    }

    [Fact]
    public async Task Create_WhenNeitherItNorTheReadIsAnswered_ThenUnknownWithBothReasons()
    {
        Add(new FaultAction.Respond(500), "create");
        Add(new FaultAction.Respond(503), "get");

        var unknown = Assert.IsType<BindingOutcome.Unknown>(await CreateAsync(_ground.Spec()));

        Assert.Contains("500", unknown.Reason);
        Assert.Contains("503", unknown.Reason);
    }

    [Fact]
    public async Task Create_WhenTheNameIsThereButCannotBeRead_ThenUnknown()
    {
        var spec = _ground.Spec();
        Assert.IsType<BindingOutcome.Standing>(await CreateAsync(spec));
        Add(new FaultAction.Respond(500), "get");

        // It may be ours, from an attempt before: "failed" would let it be forgotten.
        Assert.IsType<BindingOutcome.Unknown>(await CreateAsync(spec));
    }

    [Fact]
    public async Task Create_WhenTheServerIsDownAndComesBack_ThenUnknownThenStanding()
    {
        var spec = _ground.Spec();
        _server.Down = true;
        Assert.IsType<BindingOutcome.Unknown>(await CreateAsync(spec));

        _server.Down = false;
        Assert.IsType<BindingOutcome.Standing>(await CreateAsync(spec));
    }

    [Fact]
    public async Task Create_WhenNothingListens_ThenFailedBecauseNothingWasSent()
    {
        using var cluster = Unreachable();

        var failed = Assert.IsType<BindingOutcome.Failed>(
            await cluster.Cluster.CreateAsync(_ground.Spec(), _clock.GetUtcNow().AddSeconds(30), Ground.Ct));

        Assert.StartsWith("no connection", failed.Reason);
    }

    [Fact]
    public async Task Create_WhenCancelled_ThenThrows()
    {
        var fault = Add(new FaultAction.Hang(), "create");
        using var cancellation = new CancellationTokenSource();
        var create = _cluster.CreateAsync(_ground.Spec(), _clock.GetUtcNow().AddSeconds(30), cancellation.Token);
        await Ground.EventuallyAsync(() => Task.FromResult(fault.Hits), hits => hits > 0);

        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => create);
    }
}
