namespace AksArcJit.Broker.Notices;

/// <summary>
/// Channels that are away, for all notices together: after three failures in a row a channel is left alone for half a minute, then one
/// notice tries it for all. Without that, each of a thousand notices would wait out a mail server that hangs before the next channel has
/// its turn, and hold the places of those that follow.
/// </summary>
internal sealed class ChannelPauses
{
    private const int Bound = 3;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, (int Failures, DateTimeOffset Until, string Fault)> _failing = new(StringComparer.Ordinal);

    /// <returns>Null where the channel may be tried, by this caller alone if it was away; else until when it is left alone, and why.</returns>
    public (DateTimeOffset Until, string Fault)? Find(string channel, DateTimeOffset now)
    {
        lock (_gate)
        {
            if (!_failing.TryGetValue(channel, out var failing) || failing.Failures < Bound)
                return null;
            if (now < failing.Until)
                return (failing.Until, failing.Fault);
            _failing[channel] = failing with { Until = now + Pause };
            return null;
        }
    }

    /// <summary>The channel did its work, whatever it thinks of the address.</summary>
    public void Works(string channel)
    {
        lock (_gate)
            _failing.Remove(channel);
    }

    public void Failed(string channel, string fault, DateTimeOffset now)
    {
        lock (_gate)
            _failing[channel] = (_failing.GetValueOrDefault(channel).Failures + 1, now + Pause, fault);
    }
}
