namespace AksArcJit.Lifecycle.Tickets;

/// <summary>What happened to a ticket, in its own chain <c>ticket!&lt;id&gt;</c>.</summary>
public abstract record TicketFact : Fact
{
    private TicketFact() { }

    /// <summary>Null where no event told it, but a caller of the API.</summary>
    public abstract SourceEvent? Event { get; init; }

    /// <summary>The ticket as its source told it: first heard of, changed, or closed.</summary>
    /// <param name="By">The source of the event.</param>
    public sealed record TicketRecorded(Ticket Ticket, Person By, SourceEvent? Event = null) : TicketFact;

    /// <summary>Closed by word alone: nothing else about the ticket was said, and it may never have been opened here.</summary>
    public sealed record TicketClosed(TicketId Id, long? Sequence, Person By, SourceEvent? Event = null) : TicketFact;
}

/// <summary>What arrives about a ticket.</summary>
public abstract record TicketSignal
{
    private TicketSignal() { }

    /// <summary>Null where no event told it, but a caller of the API.</summary>
    public abstract SourceEvent? Event { get; init; }

    public sealed record Report(Ticket Ticket, Person By, SourceEvent? Event = null) : TicketSignal;

    public sealed record Close(TicketId Id, long? Sequence, Person By, SourceEvent? Event = null) : TicketSignal;
}
