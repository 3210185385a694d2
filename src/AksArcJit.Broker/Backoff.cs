using AksArcJit.Broker.Ports;

namespace AksArcJit.Broker;

/// <summary>Pauses between tries: doubled from the first to the longest, each drawn between its half and its whole so that instances spread.</summary>
public sealed class Backoff(TimeSpan first, TimeSpan longest, IEntropy entropy)
{
    private int _tries;

    public TimeSpan Next()
    {
        var whole = Math.Min(longest.Ticks, first.Ticks * Math.Pow(2, Math.Min(_tries++, 30)));
        Span<byte> drawn = stackalloc byte[4];
        entropy.Fill(drawn);
        return TimeSpan.FromTicks((long)(whole * (0.5 + BitConverter.ToUInt32(drawn) / (2.0 * uint.MaxValue))));
    }

    public void Reset() => _tries = 0;
}
