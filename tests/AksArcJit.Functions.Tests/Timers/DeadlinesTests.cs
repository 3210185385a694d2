using AksArcJit.Broker.Deadlines;
using AksArcJit.Broker.Ports;
using AksArcJit.Broker.Requests;
using AksArcJit.Functions.Requests;
using AksArcJit.Functions.Timers;
using AksArcJit.Journal;
using AksArcJit.Lifecycle;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Moq;

namespace AksArcJit.Functions.Tests.Timers;

public sealed class DeadlinesTests : IDisposable
{
    private static readonly DateTimeOffset Minute = new(2026, 7, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly StreamId Stream = StreamId.Of(RequestId.Parse(new string('a', RequestId.Length)));

    private readonly FakeTimeProvider _time = new(Minute);
    private readonly Mock<IJournal> _journal = new();
    private readonly DeadlineQueue _queue = new();
    private readonly Hub _hub;
    private readonly Deadlines _deadlines;
    private int _looks;

    public DeadlinesTests()
    {
        _hub = new Hub(_time, NullLogger<Hub>.Instance);
        _deadlines = new Deadlines(_journal.Object, _queue, new OpenGrants(), _hub, _time, NullLogger<Deadlines>.Instance);
    }

    public void Dispose() => _hub.Dispose();

    [Theory]
    [InlineData(91)]
    [InlineData(3600)]
    public async Task Stay_WhenNothingIsDueSoon_ThenItReturnsAtOnce(int seconds)
    {
        Given(Open(Minute.AddSeconds(seconds)));

        await _deadlines.StayAsync(CancellationToken.None);

        Assert.Equal((1, 0), (_looks, _queue.Count));
    }

    [Theory]
    [InlineData(0, 12)]
    [InlineData(40, 4)]
    public async Task Stay_WhenSomethingIsDueSoon_ThenItLooksEveryFiveSecondsUntilSecond59(int begin, int looks)
    {
        _time.Advance(TimeSpan.FromSeconds(begin));
        Given(Open(Minute.AddSeconds(80)));

        var end = await RunAsync();

        Assert.Equal((Minute.AddSeconds(59), looks), (end, _looks - 1));
        Assert.Equal(Stream, _queue.TakeDue(Minute.AddSeconds(80)));
    }

    [Fact]
    public async Task Stay_WhenTheTimerFiresAMomentEarly_ThenItStaysThroughTheMinuteThatBegins()
    {
        _time.Advance(TimeSpan.FromSeconds(59.9));
        Given(Open(Minute.AddSeconds(70)));

        // The clock moves by whole seconds.
        Assert.InRange(await RunAsync(), Minute.AddSeconds(119), Minute.AddSeconds(120));
    }

    [Fact]
    public async Task Stay_WhenADueStreamStandsInTheIndexUntilItsCheckpoint_ThenItIsTakenOnce()
    {
        Given(Open(Minute.AddSeconds(-1)));

        var staying = _deadlines.StayAsync(CancellationToken.None);
        Assert.Equal(Stream, _queue.TakeDue(Minute));
        _time.Advance(Deadlines.LookInterval);

        Assert.Equal(2, _looks);
        Assert.Null(_queue.TakeDue(Minute.AddHours(1)));
        Assert.False(staying.IsCompleted);
    }

    [Fact]
    public async Task Stay_WhenTheJournalIsAway_ThenItLooksAgain()
    {
        _journal.SetupSequence(journal => journal.ListOpenAsync(It.IsAny<CancellationToken>()))
            .Throws(new JournalUnavailableException("away"))
            .Returns(new[] { Open(Minute.AddSeconds(30)) }.ToAsyncEnumerable());

        var staying = _deadlines.StayAsync(CancellationToken.None);
        _time.Advance(Deadlines.LookInterval);

        Assert.Equal(Stream, _queue.TakeDue(Minute.AddSeconds(30)));
        Assert.False(staying.IsCompleted);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Run_WhenTheTimerIsHeldBack_ThenEveryProcessTakesWhatIsOverdueWithin65Seconds(bool isJournalAwayAtFirst)
    {
        var due = Minute.AddSeconds(200);
        var away = isJournalAwayAtFirst;
        _journal.Setup(journal => journal.ListOpenAsync(It.IsAny<CancellationToken>())).Returns(() =>
        {
            _looks++;
            return away ? throw new JournalUnavailableException("away") : new[] { Open(due) }.ToAsyncEnumerable();
        });
        using var stop = new CancellationTokenSource();
        var running = _deadlines.WatchAsync(stop.Token);
        DateTimeOffset? taken = null;
        for (var second = 0; second < 300; second++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            away &= second < 60;
            if (_queue.TakeDue(_time.GetUtcNow()) is not null)
            {
                Assert.Null(taken);
                taken = _time.GetUtcNow();
            }
        }
        await stop.CancelAsync();
        await running;

        Assert.InRange(taken!.Value - due, Deadlines.LookInterval, TimeSpan.FromSeconds(65));
    }

    private static OpenEntry Open(DateTimeOffset due) => new(Stream, due, PublishedMarks.From(0));

    private void Given(params OpenEntry[] open) => _journal.Setup(journal => journal.ListOpenAsync(It.IsAny<CancellationToken>())).Returns(() =>
    {
        _looks++;
        return open.ToAsyncEnumerable();
    });

    /// <returns>When it returned.</returns>
    private async Task<DateTimeOffset> RunAsync()
    {
        var staying = _deadlines.StayAsync(CancellationToken.None);
        for (var tries = 0; !staying.IsCompleted && tries < 200; tries++)
            _time.Advance(TimeSpan.FromSeconds(1));
        await staying;
        return _time.GetUtcNow();
    }
}
