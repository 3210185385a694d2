using AksArcJit.Broker.Ports;

namespace AksArcJit.Messaging.Events;

/// <summary>Where events come from, and how it goes with it.</summary>
/// <param name="customers">Whose tickets it may speak of; empty means anybody's.</param>
internal sealed class EventSourceState(string name, IReadOnlyCollection<string> customers, bool isAlwaysConnected = false)
{
    private readonly Lock _gate = new();
    private EventSourceStatus _status = new(name, isAlwaysConnected, null, null);

    public string Name => name;

    public IReadOnlySet<string> Customers { get; } = customers.ToHashSet(StringComparer.Ordinal);

    public EventSourceStatus Status
    {
        get
        {
            lock (_gate)
                return _status;
        }
    }

    public void Connected(bool isConnected) => Become(status => status with { IsConnected = isConnected });

    /// <param name="toldAt">When the source or its broker took it; null where nobody says.</param>
    public void Heard(DateTimeOffset now, DateTimeOffset? toldAt) => Become(status => status with
    {
        LastEventAt = now,
        // A source's clock may be ahead; a lag is never below zero.
        Lag = toldAt is { } at ? (now > at ? now - at : TimeSpan.Zero) : status.Lag,
    });

    private void Become(Func<EventSourceStatus, EventSourceStatus> change)
    {
        lock (_gate)
            _status = change(_status);
    }
}
