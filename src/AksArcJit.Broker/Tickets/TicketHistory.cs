using AksArcJit.Journal;
using AksArcJit.Lifecycle;
using AksArcJit.Lifecycle.Tickets;

namespace AksArcJit.Broker.Tickets;

/// <summary>A ticket as its chain tells it.</summary>
/// <param name="Ticket">Null where nothing was ever heard of it.</param>
/// <param name="Heard">The events that left a fact, and whether as a close.</param>
public sealed record TicketHistory(
    long Version, string HeadHash, DateTimeOffset NewestAt, Ticket? Ticket, IReadOnlySet<(SourceEvent Event, bool IsClose)> Heard)
{
    /// <summary>
    /// Whether the signal is an event delivered again. Its source and id are the sender's word, and a sender may use one id for several events:
    /// so a close is never one where the ticket stands active, or where only an open of that id was heard, and what has a higher sequence
    /// than all that is known is news.
    /// </summary>
    public bool IsHeard(TicketSignal signal) =>
        signal.Event is { } told && Heard.Contains((told, signal.IsClose))
        && !(signal.IsClose && Ticket is { Status: TicketStatus.Active })
        && !(signal.SourceSequence > Ticket?.Sequence);

    /// <exception cref="Requests.QuarantineException">The chain is damaged, or holds what this build cannot read.</exception>
    public static TicketHistory Of(TicketId id, IReadOnlyList<FactRecord> records)
    {
        var facts = ChainReading.Facts<TicketFact>(StreamId.Of(id), records);
        return facts.Count == 0
            ? new TicketHistory(0, HashChain.Start, DateTimeOffset.MinValue, null, new HashSet<(SourceEvent, bool)>())
            : new TicketHistory(facts[^1].Record.Version, facts[^1].Record.Hash, facts[^1].Record.At,
                facts.Aggregate((Ticket?)null, (ticket, fact) => TicketDecider.Apply(ticket, fact.Fact)),
                facts.Where(fact => fact.Fact.Event is not null).Select(fact => (fact.Fact.Event!, TicketFact.IsClose(fact.Fact))).ToHashSet());
    }
}
