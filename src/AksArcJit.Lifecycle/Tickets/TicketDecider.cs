using AksArcJit.Lifecycle.Requests;

namespace AksArcJit.Lifecycle.Tickets;

/// <summary>
/// A ticket is the fold of its events. The highest source sequence wins; without one, closed is final (design section 8): a close that
/// cannot be placed leaves the ticket without a sequence, so that nothing that comes later is placed after it. A ticket that was closed
/// before anything else was heard of it stays closed and without a customer: it covers nothing. An event without a sequence leaves a fact
/// even where it changes nothing: delivered again after others, only that fact tells it from news.
/// </summary>
public static class TicketDecider
{
    public static Decision Decide(Ticket? known, TicketSignal signal) => signal switch
    {
        TicketSignal.Report report => Decide(known, report),
        TicketSignal.Close close when known is { Status: TicketStatus.Active } && IsStale(known, close.Sequence) =>
            Decision.Refuse(RefusalReason.TicketEventStale, $"Ticket {close.Id} is known by a later event than this close."),
        TicketSignal.Close close when IsNews(known, close) => Decision.Accept(new TicketFact.TicketClosed(close.Id, close.Sequence, close.By, close.Event)),
        TicketSignal.Close => Decision.Accept(),
        _ => throw new ArgumentOutOfRangeException(nameof(signal)),
    };

    public static Ticket? Apply(Ticket? known, TicketFact fact) => fact switch
    {
        TicketFact.TicketRecorded recorded => recorded.Ticket,
        TicketFact.TicketClosed closed when known is not null => known with { Status = TicketStatus.Closed, Sequence = closed.Sequence },
        TicketFact.TicketClosed closed => new Ticket(closed.Id, "", [], "", "", [], TicketStatus.Closed, closed.Sequence),
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

    private static bool IsNews(Ticket? known, TicketSignal.Close close) => known is not { Status: TicketStatus.Closed } || close.Sequence > known.Sequence
        || (close.Sequence is null && (known.Sequence is not null || close.Event is not null));

    private static long? SequenceAfter(Ticket? known, Ticket told) => told.Sequence ?? (told.Status == TicketStatus.Closed ? null : known?.Sequence);

    // An event without a sequence cannot be placed: it never overrules a close, and otherwise counts as news.
    private static bool IsStale(Ticket? known, long? sequence) => sequence is { } s && known?.Sequence is { } k && s < k;

    private static bool Same(Ticket known, Ticket told) =>
        known with { Clusters = [], Assignees = [], Sequence = null } == told with { Clusters = [], Assignees = [], Sequence = null }
        && SequenceAfter(known, told) == known.Sequence
        && known.Clusters.SequenceEqual(told.Clusters) && known.Assignees.SequenceEqual(told.Assignees);
}
