namespace AksArcJit.Lifecycle.Tickets;

public enum TicketStatus
{
    Active,
    Closed,
}

/// <summary>A support case as last heard of: the fold of its facts.</summary>
/// <param name="Customer">Fixed by the first event.</param>
/// <param name="Assignees">Who may ask under it; empty means any engineer.</param>
/// <param name="Sequence">The source's own counter, where it has one; the highest wins. Null of a closed ticket: its close is final.</param>
public sealed record Ticket(
    TicketId Id,
    string Customer,
    IReadOnlyList<ClusterId> Clusters,
    string Title,
    string Severity,
    IReadOnlyList<Person> Assignees,
    TicketStatus Status,
    long? Sequence);
