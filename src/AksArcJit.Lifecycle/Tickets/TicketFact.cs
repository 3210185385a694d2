namespace AksArcJit.Lifecycle.Tickets;

/// <summary>What happened to a ticket, in its own chain <c>ticket!&lt;id&gt;</c>.</summary>
public abstract record TicketFact : Fact
{
    private TicketFact() { }

    /// <summary>Null where no event told it, but a caller of the API.</summary>
    public abstract SourceEvent? Event { get; init; }

    /// <summary>Who told it: the source of the event, or the caller.</summary>
    public abstract Person By { get; init; }

    /// <summary>Whether a close left it; see <see cref="TicketSignal.IsClose"/>.</summary>
    public static bool IsClose(TicketFact fact) => fact is TicketClosed or TicketRecorded { Ticket.Status: TicketStatus.Closed };

    /// <summary>The ticket as its source told it: first heard of, changed, or closed.</summary>
    public sealed record TicketRecorded(Ticket Ticket, Person By, SourceEvent? Event = null) : TicketFact;

    /// <summary>Closed by word alone: nothing else about the ticket was said, and it may never have been opened here.</summary>
    /// <param name="Sequence">Null where the close had none: then it is final.</param>
    /// <param name="SpeaksFor">Of a close that came before its ticket had a customer: whose tickets its sender may speak of; null means anybody's.</param>
    public sealed record TicketClosed(TicketId Id, long? Sequence, Person By, SourceEvent? Event = null, IReadOnlyList<string>? SpeaksFor = null) : TicketFact;
}

/// <summary>What arrives about a ticket.</summary>
public abstract record TicketSignal
{
    private TicketSignal() { }

    /// <summary>Null where no event told it, but a caller of the API.</summary>
    public abstract SourceEvent? Event { get; init; }

    public abstract Person By { get; init; }

    public TicketId About => this switch
    {
        Report report => report.Ticket.Id,
        Close close => close.Id,
        _ => throw new InvalidOperationException(GetType().Name),
    };

    /// <summary>The customers whose tickets the sender may speak of; null means anybody's.</summary>
    public abstract IReadOnlyList<string>? SpeaksFor { get; init; }

    /// <summary>Null where the source has none.</summary>
    public long? SourceSequence => this switch
    {
        Report report => report.Ticket.Sequence,
        Close close => close.Sequence,
        _ => throw new InvalidOperationException(GetType().Name),
    };

    /// <summary>Whether it is a close, in one word or as a whole ticket that is closed.</summary>
    public bool IsClose => this is Close or Report { Ticket.Status: TicketStatus.Closed };

    public sealed record Report(Ticket Ticket, Person By, SourceEvent? Event = null, IReadOnlyList<string>? SpeaksFor = null) : TicketSignal;

    public sealed record Close(TicketId Id, long? Sequence, Person By, SourceEvent? Event = null, IReadOnlyList<string>? SpeaksFor = null) : TicketSignal;
}
