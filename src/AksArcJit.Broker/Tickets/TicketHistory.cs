using AksArcJit.Journal;
using AksArcJit.Lifecycle;
using AksArcJit.Lifecycle.Tickets;

namespace AksArcJit.Broker.Tickets;

/// <summary>A ticket as its chain tells it.</summary>
/// <param name="Ticket">Null where nothing was ever heard of it.</param>
/// <param name="Heard">The events that left a fact.</param>
public sealed record TicketHistory(long Version, string HeadHash, DateTimeOffset NewestAt, Ticket? Ticket, IReadOnlySet<SourceEvent> Heard)
{
    /// <exception cref="Requests.QuarantineException">The chain is damaged, or holds what this build cannot read.</exception>
    public static TicketHistory Of(TicketId id, IReadOnlyList<FactRecord> records)
    {
        var facts = ChainReading.Facts<TicketFact>(StreamId.Of(id), records);
        return facts.Count == 0
            ? new TicketHistory(0, HashChain.Start, DateTimeOffset.MinValue, null, new HashSet<SourceEvent>())
            : new TicketHistory(facts[^1].Record.Version, facts[^1].Record.Hash, facts[^1].Record.At,
                facts.Aggregate((Ticket?)null, (ticket, fact) => TicketDecider.Apply(ticket, fact.Fact)),
                facts.Select(fact => fact.Fact.Event).OfType<SourceEvent>().ToHashSet());
    }
}
