using AksArcJit.Kubernetes.Api;
using Microsoft.Extensions.Time.Testing;

namespace AksArcJit.Kubernetes.Tests.Units;

public sealed class LaneTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private readonly FakeTimeProvider _clock = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task TryEnter_WhenNobodyIsAnsweredForAsLongAsARequestMayTake_ThenFalse()
    {
        using var lane = new Lane(1, Patience, _clock);
        Assert.True(await lane.TryEnterAsync(Ct));
        var waiting = lane.TryEnterAsync(Ct);

        _clock.Advance(Patience);

        Assert.False(await waiting);
    }

    [Fact]
    public async Task TryEnter_WhenOthersAreAnswered_ThenGoesOnWaiting()
    {
        using var lane = new Lane(2, Patience, _clock);
        Assert.True(await lane.TryEnterAsync(Ct));
        Assert.True(await lane.TryEnterAsync(Ct));
        var first = lane.TryEnterAsync(Ct);
        var second = lane.TryEnterAsync(Ct);

        lane.Leave(answered: true);
        Assert.True(await first);
        _clock.Advance(Patience);
        Assert.False(second.IsCompleted);

        lane.Leave(answered: true);
        Assert.True(await second);
    }

    [Fact]
    public async Task TryEnter_WhenItGaveUp_ThenItsPlaceIsNotLost()
    {
        using var lane = new Lane(1, Patience, _clock);
        Assert.True(await lane.TryEnterAsync(Ct));
        var waiting = lane.TryEnterAsync(Ct);
        _clock.Advance(Patience);
        Assert.False(await waiting);

        lane.Leave(answered: false);

        Assert.True(await lane.TryEnterAsync(Ct));
    }

    [Fact]
    public async Task TryEnter_WhenCancelled_ThenThrows()
    {
        using var lane = new Lane(1, Patience, _clock);
        using var cancellation = new CancellationTokenSource();
        Assert.True(await lane.TryEnterAsync(Ct));
        var waiting = lane.TryEnterAsync(cancellation.Token);

        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }
}
