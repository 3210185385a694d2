namespace AksArcJit.Broker;

/// <summary>
/// UTC that never runs back: max(UTC, UTC at start + monotonic elapsed), so that a clock set back extends no access (design section 3).
/// Every part of a process shares one. The third bound, a chain's newest fact, is added where a chain is read.
/// </summary>
public sealed class ForwardClock(TimeProvider inner) : TimeProvider
{
    private readonly DateTimeOffset _startedAt = inner.GetUtcNow();
    private readonly long _startedStamp = inner.GetTimestamp();

    public override DateTimeOffset GetUtcNow()
    {
        var wall = inner.GetUtcNow();
        var elapsed = _startedAt + inner.GetElapsedTime(_startedStamp);
        return wall > elapsed ? wall : elapsed;
    }

    public override long TimestampFrequency => inner.TimestampFrequency;

    public override long GetTimestamp() => inner.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        inner.CreateTimer(callback, state, dueTime, period);
}
