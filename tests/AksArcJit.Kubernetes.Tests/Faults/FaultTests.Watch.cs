using System.Collections.Concurrent;
using AksArcJit.Broker.Ports;
using AksArcJit.DevCluster;
using AksArcJit.DevCluster.Faults;
using AksArcJit.Kubernetes.Tests.Contract;

namespace AksArcJit.Kubernetes.Tests.Faults;

public sealed partial class FaultTests
{
    [Theory]
    [InlineData(410)]
    [InlineData(403)]
    [InlineData(429)]
    [InlineData(500)]
    public async Task Watch_WhenItIsRefusedAtFirst_ThenComesAgainAndTells(int code)
    {
        Add(new FaultAction.Respond(code), "watch", times: 2);

        await AssertTellsAsync(_cluster.WatchAsync(_ground.Role, Ground.Ct));
    }

    /// <summary>The stream breaks, and what changed meanwhile is more than the server remembers.</summary>
    [Fact]
    public async Task Watch_WhenTheServerForgotWhereItStood_ThenListsAgainAndSaysThatAnythingMayHaveChanged()
    {
        await using var forgetful = await DevClusterHost.StartAsync(new DevClusterOptions { HistoryLimit = 2 }, Ground.Ct);
        using var admin = new k8s.Kubernetes(k8s.KubernetesClientConfiguration.BuildConfigFromConfigFile(forgetful.KubeconfigPath));
        await using var ground = new Ground(forgetful.KubeconfigPath, admin);
        await ground.AddRoleAsync();
        await using var changes = ground.Open(time: _clock).WatchAsync(ground.Role, Ground.Ct).GetAsyncEnumerator(Ground.Ct);
        for (var i = 0; i < 3; i++)
        {
            Assert.True(await PassedUntilAsync(changes.MoveNextAsync().AsTask()));
            Assert.IsType<ClusterChange.OfAnything>(changes.Current);
        }

        forgetful.Down = true;
        forgetful.Down = false;
        // The first client's connection broke too.
        using var again = new k8s.Kubernetes(k8s.KubernetesClientConfiguration.BuildConfigFromConfigFile(forgetful.KubeconfigPath));
        await using var others = new Ground(forgetful.KubeconfigPath, again);
        for (var i = 0; i < 5; i++)
            await others.AddRoleAsync($"other-{i}-{others.Suffix}", []);

        var next = changes.MoveNextAsync().AsTask();
        Assert.True(await PassedUntilAsync(next));
        Assert.IsType<ClusterChange.OfAnything>(changes.Current);
    }

    [Fact]
    public async Task Watch_WhenTheConnectionBreaks_ThenComesAgainAndTells()
    {
        Add(new FaultAction.Reset(), "watch", times: 2);

        await AssertTellsAsync(_cluster.WatchAsync(_ground.Role, Ground.Ct));
    }

    [Fact]
    public async Task Watch_WhenItHangs_ThenComesAgainAfterTheTimeout()
    {
        Add(new FaultAction.Hang(), "watch", times: 1);

        await AssertTellsAsync(_cluster.WatchAsync(_ground.Role, Ground.Ct));
    }

    [Fact]
    public async Task Watch_WhenTheServerIsDownAtFirst_ThenComesAgainAndTells()
    {
        _server.Down = true;
        var watching = _cluster.WatchAsync(_ground.Role, Ground.Ct);
        await using var changes = watching.GetAsyncEnumerator(Ground.Ct);
        var first = changes.MoveNextAsync();
        Assert.False(first.IsCompleted);

        _server.Down = false;

        Assert.True(await PassedUntilAsync(first.AsTask()));
        Assert.IsType<ClusterChange.OfAnything>(changes.Current);
    }

    /// <summary>Whatever is missed meanwhile: of the bindings that are made from now on, one is told in the end.</summary>
    private async Task AssertTellsAsync(IAsyncEnumerable<ClusterChange> watching)
    {
        var told = new ConcurrentQueue<ClusterChange>();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Ground.Ct);
        var reading = Task.Run(async () =>
        {
            await foreach (var change in watching.WithCancellation(stop.Token))
                told.Enqueue(change);
        }, Ground.Ct);

        await Ground.EventuallyAsync(async () =>
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            Assert.IsType<BindingOutcome.Standing>(await _ground.CreateAsync(_ground.Spec()));
            return told.OfType<ClusterChange.OfBinding>().Any();
        }, isTold => isTold);

        Assert.Contains(told, change => change is ClusterChange.OfAnything);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
    }

    /// <summary>Lets the fake clock run until it is done.</summary>
    private async Task<T> PassedUntilAsync<T>(Task<T> task) => await Ground.EventuallyAsync(() =>
    {
        _clock.Advance(TimeSpan.FromSeconds(1));
        return Task.FromResult(task.IsCompleted);
    }, done => done) ? await task : throw new InvalidOperationException();
}
