using Microsoft.Extensions.Time.Testing;

namespace AksArcJit.Server.Tests.Harness;

/// <summary>A clock that runs like the wall's, so that short pauses pass by themselves, and that a test can put forward by hours.</summary>
public sealed class HarnessClock : IAsyncDisposable
{
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(10);

    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;
    private volatile bool _stands;

    public HarnessClock() => _running = RunAsync();

    public FakeTimeProvider Time { get; } = new(DateTimeOffset.UtcNow);

    public void Advance(TimeSpan by)
    {
        lock (_gate)
            Time.Advance(by);
    }

    /// <summary>What waits for the clock waits until the result is disposed of.</summary>
    public IDisposable Hold()
    {
        _stands = true;
        return new Held(this);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        await Task.Yield();
        using var timer = new PeriodicTimer(Beat);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token))
                if (!_stands)
                    Advance(Beat);
        }
        catch (OperationCanceledException)
        {
            // Stopped.
        }
    }

    private sealed class Held(HarnessClock clock) : IDisposable
    {
        public void Dispose() => clock._stands = false;
    }
}
