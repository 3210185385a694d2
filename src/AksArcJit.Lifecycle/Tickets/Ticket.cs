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
    long? Sequence)
{
    private IReadOnlyList<EarlyClose> Early { get; init; } = [];

    /// <summary>Of a ticket that was closed before it had a customer: its closes. None of any other.</summary>
    /// <remarks>No property: folded from the closes, it is no part of a fact's text.</remarks>
    public IReadOnlyList<EarlyClose> EarlyCloses() => Early;

    /// <summary>Of closes that another covers only that one is kept: a sender who closes again and again makes no list of it.</summary>
    internal static Ticket ClosedEarly(TicketId id, IReadOnlyList<EarlyClose> closes) =>
        new(id, "", [], "", "", [], TicketStatus.Closed, closes.Any(close => close.Sequence is null) ? null : closes.Max(close => close.Sequence))
        {
            Early = [.. closes.Where((close, at) => !closes.Where((other, place) => place != at && other.Covers(close) && (place > at || !close.Covers(other))).Any())],
        };
}

/// <summary>A close of a ticket that nobody had told of yet. Whose ticket it is shows later, and then whether its sender may speak of it.</summary>
/// <param name="SpeaksFor">Null means anybody.</param>
/// <param name="Sequence">Null is final.</param>
public sealed record EarlyClose(IReadOnlyList<string>? SpeaksFor, long? Sequence)
{
    public bool IsOf(string customer) => SpeaksFor?.Contains(customer) != false;

    /// <summary>Whether it closes whatever the other would.</summary>
    public bool Covers(EarlyClose other) => (SpeaksFor is null || other.SpeaksFor?.All(SpeaksFor.Contains) == true) && (Sequence is null || other.Sequence <= Sequence);
}
