using AksArcJit.Lifecycle.Tickets;

namespace AksArcJit.Journal.Timelines;

/// <summary>When a ticket was active, as far as its chain knows: from the fact that says so until the one that says it is closed.</summary>
/// <param name="Until">UTC; null where it was active as last recorded.</param>
public sealed record TicketTime(DateTimeOffset From, DateTimeOffset? Until)
{
    public static IReadOnlyList<TicketTime> Of(IReadOnlyList<(TicketFact Fact, DateTimeOffset At)> facts)
    {
        var times = new List<TicketTime>();
        Ticket? ticket = null;
        foreach (var (fact, at) in facts)
        {
            var wasActive = ticket is { Status: TicketStatus.Active };
            ticket = TicketDecider.Apply(ticket, fact);
            var isActive = ticket is { Status: TicketStatus.Active };
            if (isActive && !wasActive)
                times.Add(new TicketTime(at, null));
            else if (wasActive && !isActive)
                times[^1] = times[^1] with { Until = at };
        }
        return times;
    }
}
