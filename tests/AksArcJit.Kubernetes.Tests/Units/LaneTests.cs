using AksArcJit.Kubernetes.Api;
using Microsoft.Extensions.Time.Testing;

namespace AksArcJit.Kubernetes.Tests.Units;

public sealed class LaneTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private readonly FakeTimeProvider _clock = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task TryEnter_WhenOthersAreAnswered_ThenGoesOnWaiting()
    {
        var lane = Lane(2);
        await EnterAsync(lane, 2);
        var first = lane.TryEnterAsync(Ct);
        var second = lane.TryEnterAsync(Ct);

        Leave(lane, true);
        Assert.Null(await first);
        _clock.Advance(TimeSpan.FromHours(1));
        Assert.False(second.IsCompleted);

        Leave(lane, true);
        Assert.Null(await second);
    }

    [Fact]
    public async Task TryEnter_WhenSeveralInARowGotNoAnswer_ThenWhoeverWaitsIsToldAtOnce()
    {
        var lane = Lane(3);
        await EnterAsync(lane, 3);
        var waiting = Enumerable.Range(0, 10).Select(_ => lane.TryEnterAsync(Ct)).ToList();

        for (var i = 0; i < 3; i++)
            Leave(lane, false);

        // The two first places may go to two who wait.
        Assert.InRange((await Task.WhenAll(waiting)).Count(reason => reason is not null), 8, 10);
        Assert.Contains("answered nothing", await lane.TryEnterAsync(Ct));
    }

    [Fact]
    public async Task TryEnter_WhenItStandsStill_ThenOneEveryHalfSecondFindsOut()
    {
        var lane = Lane(16);
        await StandStillAsync(lane);
        Assert.NotNull(await lane.TryEnterAsync(Ct));

        _clock.Advance(Api.Lane.TrialInterval);

        Assert.Null(await lane.TryEnterAsync(Ct));
        Assert.NotNull(await lane.TryEnterAsync(Ct));
        Leave(lane, false);
        Assert.NotNull(await lane.TryEnterAsync(Ct));
        // A trial that hangs holds up no other.
        _clock.Advance(Api.Lane.TrialInterval);
        Assert.Null(await lane.TryEnterAsync(Ct));
        _clock.Advance(Api.Lane.TrialInterval);
        Assert.Null(await lane.TryEnterAsync(Ct));
    }

    [Fact]
    public async Task TryEnter_WhenATrialIsAnswered_ThenEverybodyGoesOn()
    {
        var lane = Lane(16);
        await StandStillAsync(lane);
        _clock.Advance(Api.Lane.TrialInterval);
        Assert.Null(await lane.TryEnterAsync(Ct));

        Leave(lane, true);

        await EnterAsync(lane, 16);
    }

    [Fact]
    public async Task Leave_WhenNobodyWaitedForTheAnswer_ThenSaysNothingOfTheServer()
    {
        var lane = Lane(4);
        for (var i = 0; i < 10; i++)
        {
            await EnterAsync(lane, 1);
            Leave(lane, null);
        }

        await EnterAsync(lane, 4);
    }

    [Fact]
    public async Task TryEnter_WhenItStoodStill_ThenItsPlacesAreNotLost()
    {
        var lane = Lane(1);
        for (var i = 0; i < 2; i++)
        {
            await EnterAsync(lane, 1);
            Leave(lane, false);
        }
        await EnterAsync(lane, 1);
        var waiting = lane.TryEnterAsync(Ct);
        Leave(lane, false);
        Assert.NotNull(await waiting);

        _clock.Advance(Api.Lane.TrialInterval);

        await EnterAsync(lane, 1);
    }

    [Fact]
    public async Task TryEnter_WhenOneGoesFirst_ThenItPassesThoseWhoWaitedLonger()
    {
        var lane = Lane(1);
        await EnterAsync(lane, 1);
        var longer = lane.TryEnterAsync(Ct);
        var first = lane.TryEnterAsync(Ct, goesFirst: true);

        Leave(lane, true);

        Assert.Null(await first);
        Assert.False(longer.IsCompleted);
        Leave(lane, true);
        Assert.Null(await longer);
    }

    [Fact]
    public async Task Pause_WhenItBeginsWhileSomebodyWaits_ThenHoldsForThemToo()
    {
        var lane = Lane(1);
        await EnterAsync(lane, 1);
        var waiting = lane.TryEnterAsync(Ct);
        lane.Pause(TimeSpan.FromSeconds(2));

        Leave(lane, true);
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.False(waiting.IsCompleted);

        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(await waiting);
    }

    [Theory]
    [InlineData(3, 3)]
    [InlineData(60, 4)]
    public async Task Pause_ThenNobodyEntersUntilItEndsOrTheLongestIsOver(int asked, int kept)
    {
        var lane = Lane(1);
        lane.Pause(TimeSpan.FromSeconds(asked));
        var waiting = lane.TryEnterAsync(Ct);
        _clock.Advance(TimeSpan.FromSeconds(kept) - TimeSpan.FromMilliseconds(1));
        Assert.False(waiting.IsCompleted);

        _clock.Advance(TimeSpan.FromMilliseconds(1));

        Assert.Null(await waiting);
    }

    [Fact]
    public async Task Pause_WhenItIsLongerThanARequestMayWait_ThenToldAtOnce()
    {
        var lane = new Lane(1, TimeSpan.FromSeconds(30), Api.Lane.TrialInterval, Patience, _clock);
        lane.Pause(TimeSpan.FromSeconds(20));

        Assert.Contains("asked to be left alone", await lane.TryEnterAsync(Ct));
    }

    [Fact]
    public async Task TryEnter_WhenCancelled_ThenThrows()
    {
        var lane = Lane(1);
        using var cancellation = new CancellationTokenSource();
        await EnterAsync(lane, 1);
        var waiting = lane.TryEnterAsync(cancellation.Token);

        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }

    [Fact]
    public void StillSince_ThenIsWhenTheFirstWasSentThatGotNoAnswer()
    {
        var lane = Lane(3);
        lane.Leave(answered: true, _clock.GetUtcNow());
        var first = _clock.GetUtcNow() + TimeSpan.FromMinutes(1);
        _clock.Advance(TimeSpan.FromMinutes(1));
        for (var i = 0; i < 3; i++)
        {
            var sent = _clock.GetUtcNow();
            Assert.Null(lane.StillSince);
            _clock.Advance(TimeSpan.FromSeconds(10));
            lane.Leave(answered: false, sent);
        }

        Assert.Equal(first, lane.StillSince);
    }

    [Fact]
    public void StillSince_WhenAnotherWasAnsweredMeanwhile_ThenNotBeforeThatAnswer()
    {
        var lane = Lane(3);
        var sent = _clock.GetUtcNow();
        _clock.Advance(TimeSpan.FromSeconds(3));
        Leave(lane, true);
        var answered = _clock.GetUtcNow();
        _clock.Advance(TimeSpan.FromSeconds(7));

        for (var i = 0; i < 3; i++)
            lane.Leave(answered: false, sent);

        Assert.Equal(answered, lane.StillSince);
    }

    private void Leave(Lane lane, bool? answered) => lane.Leave(answered, _clock.GetUtcNow());

    private Lane Lane(int width) => new(width, TimeSpan.FromSeconds(4), Api.Lane.TrialInterval, Patience, _clock);

    private static async Task EnterAsync(Lane lane, int times)
    {
        for (var i = 0; i < times; i++)
            Assert.Null(await lane.TryEnterAsync(Ct));
    }

    private async Task StandStillAsync(Lane lane)
    {
        await EnterAsync(lane, 3);
        for (var i = 0; i < 3; i++)
            Leave(lane, false);
    }
}
