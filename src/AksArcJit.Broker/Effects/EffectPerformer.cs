using AksArcJit.Broker.Alerts;
using AksArcJit.Broker.Ports;
using AksArcJit.Broker.Requests;
using AksArcJit.Lifecycle;
using AksArcJit.Lifecycle.Requests;
using AksArcJit.Lifecycle.Roles;
using AksArcJit.Lifecycle.Tickets;
using Microsoft.Extensions.Logging;

namespace AksArcJit.Broker.Effects;

/// <summary>
/// Performs the effect that a step asks for, and tells what came of it as signals. It decides nothing: every outcome goes to the
/// lifecycle, and every pause is the lifecycle's.
/// </summary>
public sealed class EffectPerformer(
    IClusters clusters, Circumstancer circumstances, Sealing sealing, TimeProvider time, ILogger<EffectPerformer> log, AlertMetrics? metrics = null)
{
    // RBAC lags a write by milliseconds (at most 50 ms measured on a 1.36 server); what takes longer comes back through the lifecycle.
    private static readonly TimeSpan ProbePause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan ProbeLimit = TimeSpan.FromSeconds(2);

    public IAsyncEnumerable<Signal> PerformAsync(RequestHistory history, Step step) => (history.State, step) switch
    {
        (_, Step.PassDeadline) => One(new Signal.DeadlineReached()),
        (RequestState.Asked asked, Step.BeginGrant) => BeginAsync(asked),
        (RequestState.Granting granting, Step.CreateBinding create) => CreateAsync(history, granting, create),
        (RequestState.Asked asked, Step.RemoveBinding remove) => RemoveAsync(asked, remove.Grant),
        _ => throw new ArgumentOutOfRangeException(nameof(step)),
    };

    private async IAsyncEnumerable<Signal> BeginAsync(RequestState.Asked asked)
    {
        yield return new Signal.GrantDue(await circumstances.GatherAsync(asked.Request, asked.Terms, null, CancellationToken.None));
    }

    // Granter: the intent is journaled; re-read the ticket, create, re-read (design section 8).
    private async IAsyncEnumerable<Signal> CreateAsync(RequestHistory history, RequestState.Granting granting, Step.CreateBinding create)
    {
        var (request, attempt) = (granting.Request, create.Attempt.Number);
        // Whoever can write the store can also compute its hashes. Asked where access is given alone: ends are taken from whatever the chain says.
        if (sealing.ForgeryIn(history.Facts.Select(fact => fact.Record)) is { } forgery)
        {
            if (granting.Attempt.HeldFor != forgery)
                log.FactNotOurs(request.Id, forgery);
            yield return new Signal.CreateWithheld(attempt, forgery);
            yield break;
        }
        var before = await circumstances.GatherForCreateAsync(granting, CancellationToken.None);
        if (IsClosed(before.Ticket))
        {
            yield return new Signal.TicketClosed($"Ticket {request.Ticket} was closed before access.");
            yield break;
        }
        // Asked while the order was carried out, and so not among those that it reached.
        if (before.End is { } end)
        {
            yield return end;
            yield break;
        }
        if (before.Hindrance is { } hindrance)
        {
            yield return new Signal.CreateWithheld(attempt, hindrance);
            yield break;
        }
        if (clusters.Find(request.Terms.Cluster) is not { } cluster)
        {
            yield return new Signal.CreateWithheld(attempt, $"cluster {request.Terms.Cluster} is not among the options");
            yield break;
        }

        var spec = SpecOf(request, create.Grant);
        switch (await cluster.CreateAsync(spec, create.Attempt.SendBy, CancellationToken.None))
        {
            case BindingOutcome.Failed failed:
                TellRefused(history, request, failed.Reason);
                yield return new Signal.CreateFailed(attempt, failed.Reason);
                yield break;
            case BindingOutcome.Unknown unknown:
                yield return new Signal.CreateUnknown(attempt, unknown.Reason);
                yield break;
            case BindingOutcome.Standing standing:
                var answers = await ProbeUntilAsync(cluster, request, create.Grant, ProbePurpose.ConfirmGrant, all => all.All(answer => answer.Allowed));
                yield return answers switch
                {
                    Reading<IReadOnlyList<ProbeAnswer>>.Found found => new Signal.BindingCreated(standing.Uid, standing.NotAfter, found.Value),
                    Reading<IReadOnlyList<ProbeAnswer>>.Unreadable unreadable =>
                        new Signal.BindingCreated(standing.Uid, standing.NotAfter, [], $"the cluster could not be asked: {unreadable.Reason}"),
                    _ => new Signal.BindingCreated(standing.Uid, standing.NotAfter, [], "the cluster offers no SubjectAccessReview"),
                };
                break;
        }

        if (IsClosed(await circumstances.ReadTicketAsync(request, CancellationToken.None)))
            yield return new Signal.TicketClosed($"Ticket {request.Ticket} was closed while access was being granted.");
    }

    // Once for each reason in a row: the attempts go on for minutes.
    private void TellRefused(RequestHistory history, AccessRequest request, string reason)
    {
        metrics?.GrantRefused();
        if (history.Facts.Select(fact => fact.Fact).OfType<RequestFact.GrantAttemptFailed>().LastOrDefault()?.Reason != reason)
            log.GrantRefused(request.Terms.Cluster, request.Id, reason);
    }

    private async IAsyncEnumerable<Signal> RemoveAsync(RequestState.Asked asked, Grant grant)
    {
        if (clusters.Find(asked.Request.Terms.Cluster) is not { } cluster)
        {
            yield return new Signal.RemovalFailed($"cluster {asked.Request.Terms.Cluster} is not among the options");
            yield break;
        }
        var removal = await cluster.RemoveAsync(SpecOf(asked.Request, grant), grant.Uid, CancellationToken.None);
        if (removal is RemovalOutcome.Failed failed)
        {
            yield return new Signal.RemovalFailed(failed.Reason);
            yield break;
        }
        var absent = (RemovalOutcome.Absent)removal;
        yield return await ProbeUntilAsync(cluster, asked.Request, grant, ProbePurpose.ConfirmRemoval, all => all.All(answer => answer.Clears(grant.Binding))) switch
        {
            Reading<IReadOnlyList<ProbeAnswer>>.Found found => new Signal.BindingAbsent(grant.Uid, absent.ObservedAt, found.Value),
            Reading<IReadOnlyList<ProbeAnswer>>.Unreadable unreadable => new Signal.RemovalFailed($"the binding is gone; the probe failed: {unreadable.Reason}"),
            _ => new Signal.RemovalFailed("the binding is gone; the cluster offers no SubjectAccessReview"),
        };
    }

    private async Task<Reading<IReadOnlyList<ProbeAnswer>>> ProbeUntilAsync(
        ICluster cluster, AccessRequest request, Grant grant, ProbePurpose purpose, Func<IReadOnlyList<ProbeAnswer>, bool> isSettled)
    {
        var user = ReviewedUser.Of(grant.Terms.Subject, request.Membership);
        var deadline = time.GetUtcNow() + ProbeLimit;
        for (var pause = ProbePause; ; pause *= 2)
        {
            var reading = await cluster.ProbeAsync(user, grant.Probes, purpose, CancellationToken.None);
            if (reading is not Reading<IReadOnlyList<ProbeAnswer>>.Found found || isSettled(found.Value) || time.GetUtcNow() + pause > deadline)
                return reading;
            await Task.Delay(pause, time);
        }
    }

    private static bool IsClosed(Reading<Ticket> ticket) => ticket is Reading<Ticket>.Found { Value.Status: TicketStatus.Closed };

    private static BindingSpec SpecOf(AccessRequest request, Grant grant) =>
        new(request.Id, request.Ticket, grant.Binding, grant.Terms.Subject, grant.Terms.Role, grant.NotAfter);

    private static async IAsyncEnumerable<Signal> One(Signal signal)
    {
        await Task.CompletedTask;
        yield return signal;
    }
}
