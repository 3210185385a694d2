namespace AksArcJit.Lifecycle;

/// <summary>
/// Something that happened: immutable, past tense. Four closed families: a request's (<see cref="Requests.RequestFact"/>), a ticket's
/// (<see cref="Tickets.TicketFact"/>), a cluster's and the system's (<see cref="Operations.ClusterFact"/>, <see cref="Operations.SystemFact"/>).
/// </summary>
public abstract record Fact
{
    private protected Fact() { }
}
