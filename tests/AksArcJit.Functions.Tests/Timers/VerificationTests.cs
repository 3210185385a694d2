using System.Runtime.CompilerServices;
using AksArcJit.Broker.Checkpoints;
using AksArcJit.Broker.Ports;
using AksArcJit.Functions.Timers;
using AksArcJit.Hosting.Verification;
using AksArcJit.Journal;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Moq;

namespace AksArcJit.Functions.Tests.Timers;

/// <summary>A journal that is longer than an invocation.</summary>
public sealed class VerificationTests : IDisposable
{
    private const int RowsAStay = 3_240_000;

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 7, 1, 12, 0, 0, TimeSpan.Zero));
    private readonly Mock<IJournal> _journal = new();
    private readonly VerificationState _state = new();
    private readonly ContinuousVerification _verification;
    private readonly VerificationRound _round;
    private int _rows, _scans, _given;

    public VerificationTests()
    {
        var log = new Mock<ICheckpointLog>();
        log.Setup(one => one.ListAsync(It.IsAny<long>(), It.IsAny<CancellationToken>())).Returns(AsyncEnumerable.Empty<JournalRow>());
        _journal.Setup(journal => journal.ScanAsync(It.IsAny<CancellationToken>())).Returns((CancellationToken cancellation) => ScanAsync(cancellation));
        _verification = new ContinuousVerification(_journal.Object, log.Object, [], _state, _time, NullLogger<ContinuousVerification>.Instance);
        _round = new VerificationRound(_verification, _time);
    }

    public void Dispose() => _verification.Dispose();

    [Fact]
    public async Task GoOn_WhenARoundOutlastsItsInvocation_ThenTheNextGoesOnWhereItWasHeld()
    {
        _rows = 3 * ContinuousVerification.RowsPerSecond;
        var first = _round.GoOnAsync(CancellationToken.None);
        await PassAsync(TimeSpan.FromSeconds(1), first);
        using var stop = new CancellationTokenSource();
        _time.Advance(VerificationRound.Stay);
        await first.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        await HeldAsync();
        var held = _given;
        Assert.InRange(held, 1, _rows - 1);
        Assert.Null(_state.Last);

        // Between invocations nothing is read.
        _time.Advance(TimeSpan.FromMinutes(3));
        await HeldAsync();
        Assert.Equal(held, _given);

        var second = _round.GoOnAsync(CancellationToken.None);
        await PassAsync(TimeSpan.FromSeconds(10), second);
        await second;

        Assert.Equal((1, _rows, _rows), (_scans, _given, (int)_state.Last!.Facts));
        Assert.Equal(0, _state.Last.Damages);
    }

    [Fact]
    public async Task GoOn_WhenTheHostStops_ThenItReturnsAtOnceAndTheRoundIsHeld()
    {
        _rows = 3 * ContinuousVerification.RowsPerSecond;
        using var stop = new CancellationTokenSource();
        var running = _round.GoOnAsync(stop.Token);

        await stop.CancelAsync();

        await running.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        Assert.Null(_state.Last);
    }

    [Fact]
    public async Task GoOn_WhenTheJournalWasVerifiedWithinTheHour_ThenItIsLeftAlone()
    {
        await GoOnToTheEndAsync();
        _time.Advance(TimeSpan.FromMinutes(30));
        await GoOnToTheEndAsync();
        Assert.Equal(1, _scans);

        _time.Advance(TimeSpan.FromMinutes(30));
        await GoOnToTheEndAsync();

        Assert.Equal(2, _scans);
    }

    [Fact]
    public async Task Run_WhenTheJournalIsAway_ThenTheNextInvocationBeginsAnew()
    {
        _journal.SetupSequence(journal => journal.ScanAsync(It.IsAny<CancellationToken>()))
            .Throws(new JournalUnavailableException("away")).Returns(() => ScanAsync(CancellationToken.None));
        var function = new Functions.Timers.Verification(_round, NullLogger<Functions.Timers.Verification>.Instance);

        await function.RunAsync(new TimerInfo(), CancellationToken.None);
        Assert.Null(_state.Last);
        await function.RunAsync(new TimerInfo(), CancellationToken.None);

        Assert.NotNull(_state.Last);
    }

    [Fact]
    public void Stay_ThenItReadsMoreThanThreeMillionRows() =>
        Assert.Equal(RowsAStay, VerificationRound.Stay.TotalSeconds * ContinuousVerification.RowsPerSecond);

    private async Task GoOnToTheEndAsync() => await _round.GoOnAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

    private async IAsyncEnumerable<JournalRow> ScanAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        await Task.CompletedTask;
        _scans++;
        FactRecord? before = null;
        for (var i = 0; i < _rows && !cancellation.IsCancellationRequested; i++)
        {
            before = HashChain.Seal(StreamId.System, i, before?.Hash ?? HashChain.Start, $"{i}", "GrantsPaused", DateTimeOffset.UnixEpoch, "{}"u8.ToArray());
            Interlocked.Increment(ref _given);
            yield return new JournalRow.Fact(before);
        }
    }

    // The round's continuations run elsewhere: the clock is moved until it has met them.
    private async Task PassAsync(TimeSpan span, Task running)
    {
        for (var passed = TimeSpan.Zero; passed < span && !running.IsCompleted; passed += TimeSpan.FromMilliseconds(100))
        {
            _time.Advance(TimeSpan.FromMilliseconds(100));
            await HeldAsync();
        }
    }

    private async Task HeldAsync()
    {
        for (var (before, calm) = (-1, 0); calm < 5; calm = Volatile.Read(ref _given) == before ? calm + 1 : 0)
        {
            before = Volatile.Read(ref _given);
            await Task.Delay(2, TestContext.Current.CancellationToken);
        }
    }
}
