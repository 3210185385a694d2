using AksArcJit.Journal;
using AksArcJit.Lifecycle.Operations;
using AksArcJit.Lifecycle.Requests;

namespace AksArcJit.Broker.Operations;

/// <summary>The broker's own chain: pauses in force, and the orders to end everything.</summary>
public sealed record SystemHistory(
    long Version, string HeadHash, DateTimeOffset NewestAt, Pauses Pauses, IReadOnlyList<(SystemFact.RevocationOrdered Order, DateTimeOffset At)> Orders)
{
    // An order is recorded, and carried out at once.
    private static readonly TimeSpan BeingGiven = TimeSpan.FromMinutes(1);

    /// <summary>
    /// What an order to end everything makes of a request that was asked before it; null where none covers it, or its end is under way. One
    /// that says nothing of itself, not even what was asked, is covered by an order that leaves nothing out.
    /// </summary>
    /// <param name="now">
    /// For whoever carries an order out that is just being given: what seems to be asked later than now was asked before, by a clock that is
    /// ahead, and ends too.
    /// </param>
    public Signal? EndOf(RequestState state, DateTimeOffset? now = null) => Orders.LastOrDefault(one => Covers(one.Order.Scope, one.At, state, now)) is { Order: { } order }
        ? new Signal.Revoke(order.Whose, order.By, order.Reason)
        : null;

    private static bool Covers(PauseScope scope, DateTimeOffset at, RequestState state, DateTimeOffset? now) => state switch
    {
        RequestState.Unasked => scope is PauseScope.Everything,
        RequestState.AwaitingConsent or RequestState.Scheduled or RequestState.Granting or RequestState.Active =>
            ((RequestState.Asked)state).Request is var request && scope.Covers(request.Terms.Cluster, request.Customer)
            && (request.RequestedAt <= at || (request.RequestedAt > now && now - at < BeingGiven)),
        _ => false,
    };

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
