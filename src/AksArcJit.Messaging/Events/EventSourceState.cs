using AksArcJit.Broker.Ports;
using AksArcJit.Lifecycle.Tickets;

namespace AksArcJit.Messaging.Events;

/// <summary>Where events come from, and how it goes with it.</summary>
/// <param name="customers">Whose tickets it may speak of; empty means anybody's.</param>
internal sealed class EventSourceState(string name, IReadOnlyCollection<string> customers, bool isAlwaysConnected = false)
{
    private static readonly TimeSpan LongestLag = TimeSpan.FromDays(30);
    private static readonly TimeSpan MostAhead = TimeSpan.FromMinutes(5);
    private readonly IReadOnlyList<string>? _speaksFor = customers.Count == 0 ? null : [.. customers.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
    private readonly Lock _gate = new();
    private EventSourceStatus _status = new(name, isAlwaysConnected, null, null, Mishaps.None, Mishaps.None);

    public string Name => name;

    /// <summary>The signal with what this source may speak for.</summary>
    public TicketSignal Confine(TicketSignal signal) => signal switch
    {
        TicketSignal.Report report => report with { SpeaksFor = _speaksFor },
        TicketSignal.Close close => close with { SpeaksFor = _speaksFor },
        _ => throw new ArgumentOutOfRangeException(nameof(signal)),
    };

    public EventSourceStatus Status
    {
        get
        {
            lock (_gate)
                return _status;
        }
    }

    public void Connected(bool isConnected) => Become(status => status with { IsConnected = isConnected });

    /// <param name="toldAt">
    /// When the source or its broker took it; null where nobody says. It is their word: one of more than 30 days ago or more than 5 minutes
    /// ahead is no time of an event under way, and leaves the lag as it was.
    /// </param>
    public void Heard(DateTimeOffset now, DateTimeOffset? toldAt) => Become(status => status with
    {
        LastEventAt = now,
        Lag = toldAt is { } at ? LagOf(now - at) ?? status.Lag : status.Lag,
    });

    public void DeadLettered(DateTimeOffset now, string reason) => Become(status => status with { DeadLettered = status.DeadLettered.With(reason, now) });

    public void Retried(DateTimeOffset now, string reason) => Become(status => status with { Retried = status.Retried.With(reason, now) });

    // A source's clock may be a little ahead; a lag is never below zero.
    private static TimeSpan? LagOf(TimeSpan passed) => passed > LongestLag || passed < -MostAhead ? null : passed > TimeSpan.Zero ? passed : TimeSpan.Zero;

    private void Become(Func<EventSourceStatus, EventSourceStatus> change)
    {
        lock (_gate)
            _status = change(_status);
    }
}
