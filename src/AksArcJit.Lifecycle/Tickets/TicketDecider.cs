using AksArcJit.Lifecycle.Requests;

namespace AksArcJit.Lifecycle.Tickets;

/// <summary>
/// A ticket is the fold of its events. The highest source sequence wins; without one, closed is final (design section 8): a close that
/// cannot be placed leaves the ticket without a sequence, so that nothing that comes later is placed after it. A ticket that was closed
/// before anything else was heard of it stays closed and without a customer: it covers nothing, until a report names a customer whom none of
/// those who closed it may speak for. Else a sender could block the tickets of others by their numbers. An event without a sequence leaves a fact
/// even where it changes nothing: delivered again after others, only that fact tells it from news.
/// </summary>
public static class TicketDecider
{
    public static Decision Decide(Ticket? known, TicketSignal signal) => signal switch
    {
        _ when IsForeign(known, signal) => Decision.Refuse(RefusalReason.TicketCustomerFixed, $"Ticket {signal.About} is of a customer that the sender may not speak for."),
        TicketSignal.Report report => Decide(As(known, report.Ticket.Customer), report),
        TicketSignal.Close close when known is { Status: TicketStatus.Active } && IsStale(known, close.Sequence) =>
            Decision.Refuse(RefusalReason.TicketEventStale, $"Ticket {close.Id} is known by a later event than this close."),
        TicketSignal.Close close when IsNews(known, close) => Decision.Accept(
            new TicketFact.TicketClosed(close.Id, close.Sequence, close.By, close.Event, known is null or { Customer: "" } ? close.SpeaksFor : null)),
        TicketSignal.Close => Decision.Accept(),
        _ => throw new ArgumentOutOfRangeException(nameof(signal)),
    };

    public static Ticket? Apply(Ticket? known, TicketFact fact) => fact switch
    {
        TicketFact.TicketRecorded recorded => recorded.Ticket,
        TicketFact.TicketClosed closed when known is { Customer.Length: > 0 } => known with { Status = TicketStatus.Closed, Sequence = closed.Sequence },
        TicketFact.TicketClosed closed => Ticket.ClosedEarly(closed.Id, [.. known?.EarlyCloses() ?? [], new EarlyClose(closed.SpeaksFor, closed.Sequence)]),
        _ => throw new ArgumentOutOfRangeException(nameof(fact)),
    };

    private static Decision Decide(Ticket? known, TicketSignal.Report report)
    {
        if (known is { Customer.Length: > 0 } && known.Customer != report.Ticket.Customer)
            return Decision.Refuse(RefusalReason.TicketCustomerFixed,
                $"Ticket {known.Id} belongs to another customer; a ticket never changes hands. Open a new one.");
        if (IsStale(known, report.Ticket.Sequence))
            return Decision.Refuse(RefusalReason.TicketEventStale, $"Ticket {report.Ticket.Id} is known by a later event than this one.");
        if (known is not null && Same(known, report.Ticket))
            return report is { Event: not null, Ticket.Sequence: null } ? Record(known, report) : Decision.Accept();
        // False where either has none: a close without a sequence has nothing above it.
        if (known is { Status: TicketStatus.Closed } && !(report.Ticket.Sequence > known.Sequence) && report.Ticket is not { Status: TicketStatus.Closed, Sequence: null })
            return Decision.Refuse(RefusalReason.TicketEventStale, known.Sequence is null
                ? $"Ticket {known.Id} was closed without a sequence number, which is final. Open a new one."
                : $"Ticket {known.Id} is closed; without a sequence number higher than the close's it stays closed.");
        return Record(known, report);
    }

    private static Decision Record(Ticket? known, TicketSignal.Report report) => Decision.Accept(
        new TicketFact.TicketRecorded(report.Ticket with { Sequence = SequenceAfter(known, report.Ticket) }, report.By, report.Event));

    private static bool IsForeign(Ticket? known, TicketSignal signal) =>
        (signal is TicketSignal.Report report ? report.Ticket.Customer : known?.Customer) is { Length: > 0 } customer && signal.SpeaksFor?.Contains(customer) == false;

    // As it is for who tells that the ticket is this customer's.
    private static Ticket? As(Ticket? known, string customer) => known?.EarlyCloses() is not { Count: > 0 } closes ? known
        : closes.Any(close => close.IsOf(customer)) ? Ticket.ClosedEarly(known.Id, [.. closes.Where(close => close.IsOf(customer))])
        : null;

    private static bool IsNews(Ticket? known, TicketSignal.Close close) => known is not { Status: TicketStatus.Closed } || close.Sequence > known.Sequence
        || (known.EarlyCloses() is { Count: > 0 } earlier && !earlier.Any(early => early.Covers(new EarlyClose(close.SpeaksFor, close.Sequence))))
        || (close.Sequence is null && (known.Sequence is not null || close.Event is not null));

    private static long? SequenceAfter(Ticket? known, Ticket told) => told.Sequence ?? (told.Status == TicketStatus.Closed ? null : known?.Sequence);

    // An event without a sequence cannot be placed: it never overrules a close, and otherwise counts as news.
    private static bool IsStale(Ticket? known, long? sequence) => sequence is { } s && known?.Sequence is { } k && s < k;

    private static bool Same(Ticket known, Ticket told) =>
        known with { Clusters = [], Assignees = [], Sequence = null } == told with { Clusters = [], Assignees = [], Sequence = null }
        && SequenceAfter(known, told) == known.Sequence
        && known.Clusters.SequenceEqual(told.Clusters) && known.Assignees.SequenceEqual(told.Assignees);
}
