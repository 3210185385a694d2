using AksArcJit.Broker.Ports;
using AksArcJit.DevCluster.Faults;
using AksArcJit.Kubernetes.Tests.Contract;
using AksArcJit.Lifecycle;
using AksArcJit.Lifecycle.Roles;

namespace AksArcJit.Kubernetes.Tests.Faults;

public sealed partial class FaultTests
{
    [Fact]
    public async Task Reads_WhenTheServerHangs_ThenUnreadableAfterTheTimeout()
    {
        var role = Add(new FaultAction.Hang(), "get", "clusterroles");
        var review = Add(new FaultAction.Hang(), "create", "subjectaccessreviews");
        var list = Add(new FaultAction.Hang(), "list", "rolebindings");

        Assert.IsType<Reading<RoleRules>.Unreadable>(await TimedOutAsync(_cluster.ReadRoleAsync(_ground.Role, Ground.Ct), role));
        Assert.IsType<Reading<IReadOnlyList<ProbeAnswer>>.Unreadable>(
            await TimedOutAsync(_cluster.ProbeAsync(ReviewedUser.Of(_ground.User, null), [Ground.ListPods()], ProbePurpose.ConfirmRemoval, Ground.Ct), review));
        Assert.IsType<Reading<IReadOnlyList<StandingBinding>>.Unreadable>(
            await TimedOutAsync(_cluster.ListBindingsAsync(_ground.Role, Ground.Ct), list));
    }

    [Theory]
    [InlineData(401)]
    [InlineData(403)]
    [InlineData(429)]
    [InlineData(500)]
    public async Task Reads_WhenRefused_ThenUnreadableNeverMissing(int code)
    {
        Add(new FaultAction.Respond(code), "get", "clusterroles");
        Add(new FaultAction.Respond(code), "get");

        Assert.Contains($"{code}", Assert.IsType<Reading<RoleRules>.Unreadable>(await _cluster.ReadRoleAsync(_ground.Role, Ground.Ct)).Reason);
        // A server that is busy is left alone for a second.
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Contains($"{code}", Assert.IsType<Reading<StandingBinding>.Unreadable>(
            await _cluster.ReadBindingAsync(_ground.Spec().Name, Ground.Ct)).Reason);
    }

    [Fact]
    public async Task Probe_WhenOneOfManyIsNotAnswered_ThenTheWholeIsUnreadable()
    {
        Add(new FaultAction.Respond(500), "create", "subjectaccessreviews", times: 1);

        Assert.IsType<Reading<IReadOnlyList<ProbeAnswer>>.Unreadable>(
            await _cluster.ProbeAsync(ReviewedUser.Of(_ground.User, null), [Ground.ListPods(), Ground.ListPods("default")], ProbePurpose.ConfirmRemoval, Ground.Ct));
    }

    [Fact]
    public async Task List_WhenASecondPageIsGone_ThenUnreadableNeverHalf()
    {
        Add(new FaultAction.Respond(410), "list");

        Assert.Contains("410", Assert.IsType<Reading<IReadOnlyList<StandingBinding>>.Unreadable>(
            await _cluster.ListBindingsAsync(_ground.Role, Ground.Ct)).Reason);
    }

    [Fact]
    public async Task Check_WhenTheServerDoesNotAnswer_ThenSaysSo()
    {
        _server.Down = true;
        Assert.StartsWith("the API server does not answer", (await _cluster.CheckAsync(Ground.Ct))?.Reason);

        _server.Down = false;
        Assert.Null(await _cluster.CheckAsync(Ground.Ct));
    }

    [Fact]
    public async Task Check_WhenTheServerHangs_ThenSaysSinceWhen()
    {
        var hang = Add(new FaultAction.Hang(), "get", "clusterrolebindings");
        var since = _clock.GetUtcNow();
        var reads = Enumerable.Range(0, 3).Select(_ => _cluster.ReadBindingAsync(_ground.Spec().Name, Ground.Ct)).ToList();
        await Ground.EventuallyAsync(() => Task.FromResult(hang.Hits), hits => hits == 3);
        _clock.Advance(RequestTimeout);
        await Task.WhenAll(reads).WaitAsync(Patience, Ground.Ct);

        _server.Down = true;
        var fault = await _cluster.CheckAsync(Ground.Ct);

        Assert.EndsWith($"; nothing was answered since {since:u}", fault!.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_WhenOthersWereAnsweredSinceALaneStandsStill_ThenTheSilenceBeginsAfterThem()
    {
        var hang = Add(new FaultAction.Hang(), "create", "subjectaccessreviews");
        var probes = Enumerable.Repeat(Ground.ListPods(), 3).ToList();
        var asked = _cluster.ProbeAsync(ReviewedUser.Of(_ground.User, null), probes, ProbePurpose.ConfirmGrant, Ground.Ct);
        await Ground.EventuallyAsync(() => Task.FromResult(hang.Hits), hits => hits == 3);
        _clock.Advance(RequestTimeout);
        await asked.WaitAsync(Patience, Ground.Ct);
        _clock.Advance(TimeSpan.FromHours(1));
        await _cluster.ReadBindingAsync(_ground.Spec().Name, Ground.Ct);
        var answered = _clock.GetUtcNow();
        _clock.Advance(TimeSpan.FromMinutes(1));

        _server.Down = true;
        var fault = await _cluster.CheckAsync(Ground.Ct);

        Assert.EndsWith($"; nothing was answered since {answered:u}", fault!.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(401, "the API server does not answer as it should: the cluster does not accept the broker's credentials")]
    [InlineData(503, "the API server does not answer as it should: the API server answers 503")]
    public async Task Check_WhenTheServerRefuses_ThenTheReasonForAnybodyHoldsNoWordOfItsOwn(int code, string reason)
    {
        await using var server = await Units.StubServer.StartAsync(_ => (code, """{"kind": "Status", "reason": "x", "message": "broker@10.0.0.1 of /etc/secret"}"""));
        var cluster = _ground.OpenAt(server.Url, _clock);

        Assert.Equal(reason, (await cluster.CheckAsync(Ground.Ct))!.Reason);
    }

    [Fact]
    public async Task Check_WhenNothingListens_ThenSaysThatThereIsNoConnection()
    {
        using var unreachable = Unreachable();

        Assert.Contains("no connection", (await unreachable.Cluster.CheckAsync(Ground.Ct))?.Detail);
    }

    [Fact]
    public async Task Read_WhenTheServerStopsInTheMiddleOfItsAnswer_ThenUnreadableAfterTheTimeout()
    {
        using var server = new HalfAnswer();
        var cluster = _ground.OpenAt(server.Url, _clock);

        var reading = cluster.ReadRoleAsync(_ground.Role, Ground.Ct);
        await server.Answered.WaitAsync(Patience, Ground.Ct);
        _clock.Advance(RequestTimeout);

        Assert.IsType<Reading<RoleRules>.Unreadable>(await reading.WaitAsync(Patience, Ground.Ct));
    }
}
