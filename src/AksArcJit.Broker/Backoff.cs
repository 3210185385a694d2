using AksArcJit.Broker.Ports;

namespace AksArcJit.Broker;

/// <summary>Pauses between tries: doubled from the first to the longest, each drawn (<see cref="Drawing.DrawPause"/>).</summary>
public sealed class Backoff(TimeSpan first, TimeSpan longest, IEntropy entropy)
{
    private int _tries;

    public TimeSpan Next()
    {
        var doubled = first.Ticks * Math.Pow(2, Math.Min(_tries++, 30));
        return entropy.DrawPause(doubled < longest.Ticks ? TimeSpan.FromTicks((long)doubled) : longest);
    }

    public void Reset() => _tries = 0;
}

public static class Drawing
{
    /// <summary>Between the half and the whole of a pause, so that instances, and what failed at the same time, spread.</summary>
    public static TimeSpan DrawPause(this IEntropy entropy, TimeSpan whole)
    {
        Span<byte> drawn = stackalloc byte[4];
        entropy.Fill(drawn);
        return whole * (0.5 + BitConverter.ToUInt32(drawn) / (2.0 * uint.MaxValue));
    }
}
