using System.Text.Json.Serialization;

namespace AksArcJit.Contracts.Events;

/// <summary>
/// What ticket systems tell, as CloudEvents 1.0. The schemas beside this file (<c>ticket-told.v1.schema.json</c>,
/// <c>ticket-closed.v1.schema.json</c>, <c>asyncapi.v1.json</c>) say exactly what is read.
/// </summary>
public static class TicketEventTypes
{
    /// <summary>With <see cref="TicketTold"/>.</summary>
    public const string Opened = "com.aksarcjit.ticket.opened.v1";

    /// <summary>With <see cref="TicketTold"/>.</summary>
    public const string Updated = "com.aksarcjit.ticket.updated.v1";

    /// <summary>With <see cref="TicketTold"/>.</summary>
    public const string Reassigned = "com.aksarcjit.ticket.reassigned.v1";

    /// <summary>With <see cref="TicketClosed"/>.</summary>
    public const string Closed = "com.aksarcjit.ticket.closed.v1";
}

/// <summary>The whole ticket as it is after the event, so that events may be lost, doubled or overtake each other.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record TicketTold
{
    public required string TicketId { get; init; }

    /// <summary>As the cluster options name them.</summary>
    public required string Customer { get; init; }

    public required IReadOnlyList<string> ClusterIds { get; init; }

    public required string Title { get; init; }

    public required string Severity { get; init; }

    /// <summary>Each <c>objectId@issuer</c>; none means any engineer.</summary>
    public IReadOnlyList<string>? Assignees { get; init; }

    /// <summary><c>Active</c> or <c>Closed</c>, in just these letters.</summary>
    public required string Status { get; init; }

    /// <summary>The source's own counter; the highest wins. Without one, closed is final.</summary>
    public long? Sequence { get; init; }
}

/// <summary>
/// A close needs no more than the number: it may come before anything else was heard of the ticket. What else stands in it is not read: to turn
/// a close away for that would leave access standing.
/// </summary>
public sealed record TicketClosed
{
    public required string TicketId { get; init; }

    public long? Sequence { get; init; }
}

/// <summary>What became of an event that came over HTTP.</summary>
public sealed record EventReceipt
{
    /// <summary><c>heard</c>, also where it was heard before; or <c>ignored</c>, where a later event is known.</summary>
    public required string Outcome { get; init; }
}
