namespace AksArcJit.TestKit.Brokers;

/// <summary>A wall clock that somebody can set, over a monotonic one that nobody can.</summary>
public sealed class SkewedTime(TimeProvider inner) : TimeProvider
{
    public TimeSpan Skew { get; set; }

    public override DateTimeOffset GetUtcNow() => inner.GetUtcNow() + Skew;

    public override long TimestampFrequency => inner.TimestampFrequency;

    public override long GetTimestamp() => inner.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        inner.CreateTimer(callback, state, dueTime, period);
}
