using System.Threading.Channels;
using AksArcJit.Broker.Ports;
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

    /// <summary>Whatever was missed meanwhile: in the end a binding that is made is told, or that anything may have changed after it was made.</summary>
    private async Task AssertTellsAsync(IAsyncEnumerable<ClusterChange> watching)
    {
        var told = Channel.CreateUnbounded<ClusterChange>();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Ground.Ct);
        var reading = Task.Run(async () =>
        {
            await foreach (var change in watching.WithCancellation(stop.Token))
                told.Writer.TryWrite(change);
        }, Ground.Ct);
        Assert.IsType<ClusterChange.OfAnything>(await PassedUntilAsync(told.Reader.ReadAsync(Ground.Ct).AsTask()));
        var spec = _ground.Spec();
        Assert.IsType<BindingOutcome.Standing>(await _ground.CreateAsync(spec));

        ClusterChange change;
        do
            change = await PassedUntilAsync(told.Reader.ReadAsync(Ground.Ct).AsTask());
        while (change is not ClusterChange.OfBinding one || one.Name != spec.Name);

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
