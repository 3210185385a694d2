using AksArcJit.Broker.Ports;
using AksArcJit.Lifecycle;

namespace AksArcJit.Broker.Notices;

/// <summary>How one channel does, as far as this process knows.</summary>
/// <param name="Fault">Of the last try; null where it was taken, or before the first. Without secrets.</param>
/// <param name="TakenAt">The newest, UTC; null before the first.</param>
/// <param name="Taken">Notices since the start.</param>
/// <param name="Failed">Tries since the start that came to nothing.</param>
/// <param name="Retried">Of all tries, those that were not the first of their notice.</param>
public sealed record ChannelHealth(string Name, string? Fault, DateTimeOffset? TakenAt, long Taken, long Failed, long Retried);

/// <summary>What those who watch the broker are shown of notices.</summary>
public sealed class NoticeHealth
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, ChannelHealth> _channels;
    private readonly Dictionary<RequestId, (int Count, DateTimeOffset Since)> _pending = [];

    public NoticeHealth(IEnumerable<INoticeChannel> channels) =>
        _channels = channels.ToDictionary(channel => channel.Name, channel => new ChannelHealth(channel.Name, null, null, 0, 0, 0), StringComparer.Ordinal);

    /// <summary>By name.</summary>
    public IReadOnlyList<ChannelHealth> Channels
    {
        get
        {
            lock (_gate)
                return [.. _channels.Values.OrderBy(channel => channel.Name, StringComparer.Ordinal)];
        }
    }

    /// <summary>Notices that are due and not told yet, and since when the oldest is; null where there is none.</summary>
    public (int Count, DateTimeOffset? Oldest) Pending
    {
        get
        {
            lock (_gate)
                return (_pending.Values.Sum(one => one.Count), _pending.Count == 0 ? null : _pending.Values.Min(one => one.Since));
        }
    }

    /// <summary>Since the start: those that no channel took in time.</summary>
    public long Undelivered { get; private set; }

    /// <summary>True where the channel had failed before.</summary>
    internal bool Taken(string channel, bool isRetry, DateTimeOffset now)
    {
        lock (_gate)
        {
            var before = _channels[channel];
            _channels[channel] = before with { Fault = null, TakenAt = now, Taken = before.Taken + 1, Retried = before.Retried + (isRetry ? 1 : 0) };
            return before.Fault is not null;
        }
    }

    /// <summary>True where the channel had not failed before.</summary>
    /// <param name="reason">Null where the channel did its work and does not know the address.</param>
    internal bool Failed(string channel, string? reason, bool isRetry)
    {
        lock (_gate)
        {
            var before = _channels[channel];
            _channels[channel] = before with { Fault = reason, Failed = before.Failed + 1, Retried = before.Retried + (isRetry ? 1 : 0) };
            return before.Fault is null && reason is not null;
        }
    }

    internal void GaveUp()
    {
        lock (_gate)
            Undelivered++;
    }

    internal void Await(RequestId id, int count, DateTimeOffset since)
    {
        lock (_gate)
            if (count == 0)
                _pending.Remove(id);
            else
                _pending[id] = (count, since);
    }
}
