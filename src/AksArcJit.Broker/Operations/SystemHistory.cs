using AksArcJit.Journal;
using AksArcJit.Lifecycle.Operations;
using AksArcJit.Lifecycle.Requests;

namespace AksArcJit.Broker.Operations;

/// <summary>The broker's own chain: pauses in force, and the orders to end everything.</summary>
public sealed record SystemHistory(
    long Version, string HeadHash, DateTimeOffset NewestAt, Pauses Pauses, IReadOnlyList<(SystemFact.RevocationOrdered Order, DateTimeOffset At)> Orders)
{
    /// <summary>
    /// What an order to end everything makes of a request that was asked before it; null where none covers it, or its end is under way.
    /// </summary>
    public Signal? EndOf(RequestState state) =>
        state is RequestState.AwaitingConsent or RequestState.Scheduled or RequestState.Granting or RequestState.Active
        && state is RequestState.Asked { Request: var request }
        && Orders.LastOrDefault(one => request.RequestedAt <= one.At && one.Order.Scope.Covers(request.Terms.Cluster, request.Customer)) is { Order: { } order }
            ? new Signal.Revoke(order.Whose, order.By, order.Reason)
            : null;

    /// <exception cref="Requests.QuarantineException">The chain is damaged, or holds what this build cannot read.</exception>
    public static SystemHistory Of(IReadOnlyList<FactRecord> records)
    {
        var facts = ChainReading.Facts<SystemFact>(StreamId.System, records);
        return new SystemHistory(
            facts.Count == 0 ? 0 : facts[^1].Record.Version,
            facts.Count == 0 ? HashChain.Start : facts[^1].Record.Hash,
            facts.Count == 0 ? DateTimeOffset.MinValue : facts[^1].Record.At,
            facts.Aggregate(Pauses.None, (pauses, fact) => Pauses.Apply(pauses, fact.Fact)),
            [.. facts.Where(fact => fact.Fact is SystemFact.RevocationOrdered).Select(fact => ((SystemFact.RevocationOrdered)fact.Fact, fact.Record.At))]);
    }
}
