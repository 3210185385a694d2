namespace AksArcJit.Lifecycle.Tickets;

/// <summary>What happened to a ticket, in its own chain <c>ticket!&lt;id&gt;</c>.</summary>
public abstract record TicketFact : Fact
{
    private TicketFact() { }

    /// <summary>The ticket as its source told it: first heard of, changed, or closed.</summary>
    /// <param name="By">The source of the event.</param>
    public sealed record TicketRecorded(Ticket Ticket, Person By) : TicketFact;

    /// <summary>Closed by word alone: nothing else about the ticket was said, and it may never have been opened here.</summary>
    public sealed record TicketClosed(TicketId Id, long? Sequence, Person By) : TicketFact;
}

/// <summary>What arrives about a ticket.</summary>
public abstract record TicketSignal
{
    private TicketSignal() { }

    public sealed record Report(Ticket Ticket, Person By) : TicketSignal;

    public sealed record Close(TicketId Id, long? Sequence, Person By) : TicketSignal;
}
