using AksArcJit.Journal;
using AksArcJit.Lifecycle;
using AksArcJit.Lifecycle.Requests;

namespace AksArcJit.Broker.Ports;

/// <summary>Where facts go out to other systems: a queue, a topic, a webhook. Called for one stream at a time, for many streams at once.</summary>
public interface IEventOutlet
{
    /// <summary>Its name in the options, in health and metrics and in the journal's marks: 1 to 63 of a-z 0-9 -. Another name is another outlet.</summary>
    string Name { get; }

    /// <summary>Hands one fact over. The same may come again, with the same id. Throws for nothing but cancellation.</summary>
    Task<Delivery> SendAsync(Announcement announcement, CancellationToken cancellation);
}

/// <summary>A fact that others are told of.</summary>
/// <param name="State">Of a request, as it stood right after the fact; null for other streams.</param>
public sealed record Announcement(FactRecord Record, Fact Fact, RequestState.Asked? State);

/// <summary>What became of an announcement.</summary>
public abstract record Delivery
{
    private Delivery() { }

    /// <summary>Durable there, by the outlet's own word.</summary>
    public sealed record Taken : Delivery;

    /// <summary>The outlet is there and does not want this one. Its stream waits; others go on.</summary>
    public sealed record Refused(string Reason) : Delivery;

    /// <summary>The outlet cannot be reached, or is overrun. Whether it was taken is unknown.</summary>
    /// <param name="RetryAfter">As the outlet asks; null where it does not say.</param>
    public sealed record Away(string Reason, TimeSpan? RetryAfter = null) : Delivery;

    /// <summary>The outlet wants nothing more, ever (HTTP 410): nothing is sent until the process starts anew.</summary>
    public sealed record Gone(string Reason) : Delivery;
}
