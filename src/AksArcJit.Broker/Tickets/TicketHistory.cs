using System.Collections.Immutable;
using AksArcJit.Journal;
using AksArcJit.Lifecycle;
using AksArcJit.Lifecycle.Tickets;

namespace AksArcJit.Broker.Tickets;

/// <summary>A ticket as its chain tells it.</summary>
/// <param name="Ticket">Null where nothing was ever heard of it.</param>
/// <param name="Heard">The events that left a fact, by whom, and whether as a close.</param>
/// <param name="ClosedAt">When it was last closed; null for never. Closes from before it had a customer are none: nothing could be asked yet.</param>
public sealed record TicketHistory(
    long Version, string HeadHash, DateTimeOffset NewestAt, Ticket? Ticket, ImmutableHashSet<(SourceEvent Event, Person By, bool IsClose)> Heard, DateTimeOffset? ClosedAt)
{
    private static readonly TicketHistory Empty = new(0, HashChain.Start, DateTimeOffset.MinValue, null, [], null);

    /// <summary>
    /// Whether the signal is an event delivered again. Its source and id are the sender's word: another sender's event of the same name is
    /// another event, and a sender may use one id for several. So a close is never one where the ticket stands active, or where only an open
    /// of that id was heard, and what has a higher sequence than all that is known is news.
    /// </summary>
    public bool IsHeard(TicketSignal signal) =>
        signal.Event is { } told && Heard.Contains((told, signal.By, signal.IsClose))
        && !(signal.IsClose && Ticket is { Status: TicketStatus.Active })
        && !(signal.SourceSequence > Ticket?.Sequence);

    /// <summary>The ticket for a request asked at this time: one that was closed since stays closed for it, though it may be open again.</summary>
    public Ticket? For(DateTimeOffset askedAt) => Ticket is not null && askedAt <= ClosedAt ? Ticket with { Status = TicketStatus.Closed } : Ticket;

    /// <exception cref="Requests.QuarantineException">The chain is damaged, or holds what this build cannot read.</exception>
    public static TicketHistory Of(TicketId id, IReadOnlyList<FactRecord> records) => Empty.Then(id, records);

    /// <param name="records">What follows, in order.</param>
    /// <exception cref="Requests.QuarantineException">They do not follow, or this build cannot read one.</exception>
    public TicketHistory Then(TicketId id, IReadOnlyList<FactRecord> records)
    {
        var stream = StreamId.Of(id);
        if (HashChain.FirstDamage(stream, Version, HeadHash, NewestAt, records) is { } damage)
            throw new Requests.QuarantineException(stream, damage.ToString());
        return With(records, [.. ChainReading.Decode<TicketFact>(stream, records).Select(read => read.Fact)]);
    }

    /// <param name="records">As sealed to follow this, with their facts.</param>
    public TicketHistory With(IReadOnlyList<FactRecord> records, IReadOnlyList<TicketFact> facts) =>
        records.Zip(facts).Aggregate(this, (history, next) => history.With(next.First, next.Second));

    private TicketHistory With(FactRecord record, TicketFact fact)
    {
        var ticket = TicketDecider.Apply(Ticket, fact);
        return new(record.Version, record.Hash, record.At, ticket,
            fact.Event is { } told ? Heard.Add((told, fact.By, TicketFact.IsClose(fact))) : Heard,
            ticket is { Status: TicketStatus.Closed, Customer.Length: > 0 } ? record.At : ClosedAt);
    }
}
