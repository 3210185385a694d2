using AksArcJit.Broker.Checkpoints;
using AksArcJit.Broker.Ports;
using AksArcJit.Broker.Requests;
using AksArcJit.Journal;
using AksArcJit.Lifecycle;
using AksArcJit.Lifecycle.Operations;
using AksArcJit.Lifecycle.Requests;

namespace AksArcJit.Broker.Operations;

/// <summary>The kill switch: pause and resume grants, and end everything of a cluster, a customer, or all. Orders are journaled first.</summary>
public sealed class OperationsDesk(IJournal journal, Sealing sealing, TimeProvider time, Endings endings, JournalStanding standing)
{
    public async Task<Pauses> ReadPausesAsync(CancellationToken cancellation) =>
        SystemHistory.Of(await journal.ReadAsync(StreamId.System, cancellation)).Pauses;

    /// <exception cref="JournalUnavailableException">Whether the order was recorded is unknown; giving it again is safe.</exception>
    /// <exception cref="QuarantineException">The order cannot be recorded. A pause holds all the same, for everything, until the process starts anew.</exception>
    public async Task PauseAsync(PauseScope scope, Person by, string reason, CancellationToken cancellation)
    {
        try
        {
            await RecordAsync(new SystemFact.GrantsPaused(scope, by, reason), cancellation);
        }
        catch (QuarantineException quarantine)
        {
            // In doubt, refuse the new: a switch that somebody threw must not be without effect.
            standing.Object($"Grants were to be paused, and the journal could not record it: {quarantine.Message}");
            throw;
        }
    }

    /// <inheritdoc cref="PauseAsync"/>
    public Task ResumeAsync(PauseScope scope, Person by, string reason, CancellationToken cancellation) =>
        RecordAsync(new SystemFact.GrantsResumed(scope, by, reason), cancellation);

    /// <summary>Ends every request that was asked before; returns when each end is recorded and carried out, or after 5 s at the latest.</summary>
    /// <returns>How many requests the order ended.</returns>
    /// <remarks>Where the system's own chain cannot be trusted, the order is carried out all the same: in doubt, the old is revoked.</remarks>
    /// <inheritdoc cref="PauseAsync"/>
    public async Task<int> RevokeAllAsync(PauseScope scope, RevokedBy whose, Person by, string reason, CancellationToken cancellation)
    {
        var order = new SystemFact.RevocationOrdered(scope, whose, by, reason);
        try
        {
            await RecordAsync(order, cancellation);
        }
        catch (QuarantineException)
        {
            return await EndAsync(new SystemHistory(0, "", default, Pauses.None, [(order, time.GetUtcNow())]));
        }
        return await DistributeAsync();
    }

    /// <summary>Carries out every order that is not yet carried out; a crash in the middle resumes here.</summary>
    public async Task<int> DistributeAsync()
    {
        var history = SystemHistory.Of(await journal.ReadAsync(StreamId.System, CancellationToken.None));
        var ended = history.Orders.Count > 0 ? await EndAsync(history) : 0;
        await journal.SettleAsync(StreamId.System, history.Version, CancellationToken.None);
        return ended;
    }

    private async Task<int> EndAsync(SystemHistory history)
    {
        var ending = await endings.RecordAsync(OpenRequestsAsync(), state => Task.FromResult(history.EndOf(state, time.GetUtcNow())));
        await endings.AwaitAsync(ending.CarriedOut);
        return ending.Count;
    }

    private async IAsyncEnumerable<RequestId> OpenRequestsAsync()
    {
        await foreach (var open in journal.ListOpenAsync(CancellationToken.None))
            if (open.Stream.Request is { } id)
                yield return id;
    }

    private async Task RecordAsync(SystemFact fact, CancellationToken cancellation)
    {
        var conflicts = new BaselessConflicts();
        Append? refused = null;
        while (true)
        {
            var history = SystemHistory.Of(await journal.ReadAsync(StreamId.System, cancellation));
            if (refused is not null)
                conflicts.Count(refused, history.Version);
            var now = time.GetUtcNow() > history.NewestAt ? time.GetUtcNow() : history.NewestAt;
            var records = sealing.Seal(StreamId.System, history.Version, history.HeadHash, [fact], now);
            // An order stays in the open index until it is carried out, whatever is recorded after it.
            var due = fact is SystemFact.RevocationOrdered || history.Orders.Count > 0 ? now : (DateTimeOffset?)null;
            refused = new Append(StreamId.System, history.Version, records, new Head("", false), due, null);
            if (await journal.AppendSurelyAsync(refused) is AppendOutcome.Appended)
                return;
        }
    }
}
