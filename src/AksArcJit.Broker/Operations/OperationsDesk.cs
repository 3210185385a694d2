using AksArcJit.Broker.Ports;
using AksArcJit.Broker.Requests;
using AksArcJit.Journal;
using AksArcJit.Lifecycle;
using AksArcJit.Lifecycle.Operations;
using AksArcJit.Lifecycle.Requests;

namespace AksArcJit.Broker.Operations;

/// <summary>The kill switch: pause and resume grants, and end everything of a cluster, a customer, or all. Orders are journaled first.</summary>
public sealed class OperationsDesk(IJournal journal, Sealing sealing, TimeProvider time, RequestEngine engine)
{
    public async Task<Pauses> ReadPausesAsync(CancellationToken cancellation) =>
        SystemHistory.Of(await journal.ReadAsync(StreamId.System, cancellation)).Pauses;

    /// <exception cref="JournalUnavailableException">Whether the order was recorded is unknown; giving it again is safe.</exception>
    public Task PauseAsync(PauseScope scope, Person by, string reason, CancellationToken cancellation) =>
        RecordAsync(new SystemFact.GrantsPaused(scope, by, reason), cancellation);

    /// <inheritdoc cref="PauseAsync"/>
    public Task ResumeAsync(PauseScope scope, Person by, string reason, CancellationToken cancellation) =>
        RecordAsync(new SystemFact.GrantsResumed(scope, by, reason), cancellation);

    /// <summary>Ends every request that was asked before, and returns when each is ended or waits for its next attempt.</summary>
    /// <returns>How many requests the order ended.</returns>
    /// <inheritdoc cref="PauseAsync"/>
    public async Task<int> RevokeAllAsync(PauseScope scope, RevokedBy whose, Person by, string reason, CancellationToken cancellation)
    {
        await RecordAsync(new SystemFact.RevocationOrdered(scope, whose, by, reason), cancellation);
        return await DistributeAsync();
    }

    /// <summary>Carries out every order that is not yet carried out; a crash in the middle resumes here.</summary>
    public async Task<int> DistributeAsync()
    {
        var history = SystemHistory.Of(await journal.ReadAsync(StreamId.System, CancellationToken.None));
        var ended = 0;
        if (history.Orders.Count > 0)
            await Spreading.OverAsync(journal.ListOpenAsync(CancellationToken.None), async open =>
            {
                if (open.Stream.Request is { } id && await EndIfOrderedAsync(id, history.Orders))
                    Interlocked.Increment(ref ended);
            });
        await journal.SettleAsync(StreamId.System, history.Version, CancellationToken.None);
        return ended;
    }

    private async Task<bool> EndIfOrderedAsync(RequestId id, IReadOnlyList<(SystemFact.RevocationOrdered Order, DateTimeOffset At)> orders)
    {
        RequestHistory history;
        try
        {
            history = await engine.ReadAsync(id, CancellationToken.None);
        }
        catch (QuarantineException)
        {
            // Not ours to end through its chain: the sweep removes its binding.
            return false;
        }
        if (history.State is not RequestState.Asked { Request: var request }
            || orders.LastOrDefault(order => request.RequestedAt <= order.At && order.Order.Scope.Covers(request.Terms.Cluster, request.Customer)) is not { Order: { } order })
            return false;
        if (history.State is RequestState.Closed or RequestState.Revoking or RequestState.RevocationUnconfirmed)
            return false;
        await engine.SubmitAsync(id, new Signal.Revoke(order.Whose, order.By, order.Reason), CancellationToken.None);
        await engine.AdvanceUntilWaitAsync(id);
        return true;
    }

    private async Task RecordAsync(SystemFact fact, CancellationToken cancellation)
    {
        while (true)
        {
            var history = SystemHistory.Of(await journal.ReadAsync(StreamId.System, cancellation));
            var now = time.GetUtcNow() > history.NewestAt ? time.GetUtcNow() : history.NewestAt;
            var records = sealing.Seal(StreamId.System, history.Version, history.HeadHash, [fact], now);
            // An order stays in the open index until it is carried out, whatever is recorded after it.
            var due = fact is SystemFact.RevocationOrdered || history.Orders.Count > 0 ? now : (DateTimeOffset?)null;
            if (await journal.AppendSurelyAsync(new Append(StreamId.System, history.Version, records, new Head("", false), due, null)) is AppendOutcome.Appended)
                return;
        }
    }
}
