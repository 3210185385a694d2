using AksArcJit.DevCluster.Faults;
using Microsoft.Extensions.Time.Testing;

namespace AksArcJit.DevCluster.Tests.Faults;

public sealed class FaultTests : IAsyncLifetime
{
    private const string Path = ClusterClient.ClusterRoleBindings;

    private readonly FakeTimeProvider _clock = new();
    private DevClusterHost _cluster = null!;
    private ClusterClient _admin = null!;

    public async ValueTask InitializeAsync()
    {
        _cluster = await DevClusterHost.StartAsync(new() { Clock = _clock }, TestContext.Current.CancellationToken);
        _admin = new(_cluster, _cluster.AdminToken);
    }

    public async ValueTask DisposeAsync()
    {
        _admin.Dispose();
        await _cluster.DisposeAsync();
    }

    [Fact]
    public async Task Respond_StrikesWhatItMatches_AsOftenAsItSays()
    {
        var fault = _cluster.Faults.Add(new(new FaultAction.Respond(429, 7)) { Verb = "create", Resource = "clusterrolebindings", Name = "a*", Skip = 1, Times = 1 });

        Assert.Equal(201, (await Create("a1")).Code);
        Assert.Equal(201, (await Create("b")).Code);
        var struck = await Create("a2");
        Assert.Equal(201, (await Create("a2")).Code);

        Assert.Equal((429, "TooManyRequests", TimeSpan.FromSeconds(7)), (struck.Code, struck.Reason, struck.RetryAfter));
        Assert.Equal(1, fault.Hits);
    }

    [Theory]
    [InlineData(409)]
    [InlineData(500)]
    [InlineData(503)]
    public async Task Respond_AppliesNothing(int code)
    {
        _cluster.Faults.Add(new(new FaultAction.Respond(code)) { Verb = "create" });

        Assert.Equal(code, (await Create("a")).Code);
        Assert.Equal(404, (await _admin.Get(Path + "/a")).Code);
    }

    [Fact]
    public async Task Reset_AppliesNothing_ApplyThenDropApplies()
    {
        _cluster.Faults.Add(new(new FaultAction.Reset()) { Name = "a" });
        _cluster.Faults.Add(new(new FaultAction.ApplyThenDrop()) { Name = "b" });

        await Assert.ThrowsAsync<HttpRequestException>(() => Create("a"));
        await Assert.ThrowsAsync<HttpRequestException>(() => Create("b"));
        _cluster.Faults.Clear();

        Assert.Equal(404, (await _admin.Get(Path + "/a")).Code);
        Assert.Equal(200, (await _admin.Get(Path + "/b")).Code);
        Assert.Equal([0, 0], _cluster.Requests.Entries.Where(entry => entry.Verb == "create").Select(entry => entry.Code));
    }

    [Fact]
    public async Task Hang_WhenRemoved_DropsWithoutApplying()
    {
        var fault = _cluster.Faults.Add(new(new FaultAction.Hang()) { Verb = "create" });
        var hanging = Create("a");
        while (fault.Hits == 0)
            await Task.Yield();

        Assert.False(hanging.IsCompleted);
        _cluster.Faults.Remove(fault.Id);
        await Assert.ThrowsAsync<HttpRequestException>(() => hanging);
        Assert.Equal(404, (await _admin.Get(Path + "/a")).Code);
    }

    [Fact]
    public async Task Latency_DelaysByTheClusterClock_AndGoesOn()
    {
        var fault = _cluster.Faults.Add(new(new FaultAction.Latency(TimeSpan.FromHours(1))) { Verb = "create", Times = 1 });
        var slow = Create("a");
        while (fault.Hits == 0)
            await Task.Yield();
        Assert.False(slow.IsCompleted);
        while (!slow.IsCompleted)
        {
            _clock.Advance(TimeSpan.FromHours(1));
            await Task.Yield();
        }

        Assert.Equal(201, (await slow).Code);
    }

    [Fact]
    public async Task User_LimitsAFaultToThatUser()
    {
        _cluster.Faults.Add(new(new FaultAction.Respond(500)) { User = DevClusterHost.BrokerUser });
        using var broker = new ClusterClient(_cluster, _cluster.BrokerToken);

        Assert.Equal(500, (await broker.Get("/version")).Code);
        Assert.Equal(200, (await _admin.Get("/version")).Code);
    }

    private Task<Reply> Create(string name) => _admin.Post(Path, ClusterClient.Binding(name));
}
