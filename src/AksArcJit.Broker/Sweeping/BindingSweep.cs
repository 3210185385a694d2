using AksArcJit.Broker.Options;
using AksArcJit.Broker.Ports;
using AksArcJit.Broker.Requests;
using AksArcJit.Lifecycle;
using AksArcJit.Lifecycle.Requests;
using Microsoft.Extensions.Logging;

namespace AksArcJit.Broker.Sweeping;

/// <summary>
/// Looks at one binding: first what was seen of it, then the journal, and only where something seems wrong the binding again. So a grant
/// made meanwhile is never taken for an orphan, what was removed meanwhile is no finding, and a healthy binding costs no request.
/// </summary>
public sealed class BindingSweep(RequestEngine engine, ClusterBook book, TimeProvider time, ILogger<BindingSweep> log)
{
    /// <param name="givesRole">Whether a binding gives the cluster's role to an engineer with an open request there.</param>
    /// <exception cref="JournalUnavailableException"/>
    public async Task<SweepFinding?> LookAsync(ICluster cluster, StandingBinding seen, Func<StandingBinding, bool> givesRole)
    {
        if (seen.Installation != book.Installation && seen.Owner is null && !givesRole(seen))
            return null;
        var request = await ReadAsync(seen.Owner);
        if (Judge(seen, request) is null)
            return null;
        return await cluster.ReadBindingAsync(seen.Name, CancellationToken.None) is Reading<StandingBinding>.Found { Value: var fresh } && fresh.Uid == seen.Uid
            ? Judge(fresh, request)
            : null;

        SweepFinding? Judge(StandingBinding binding, Reading<RequestState> state) =>
            BindingJudgement.Judge(cluster.Id, binding, state, book.Installation, givesRole, time.GetUtcNow());
    }

    /// <summary>A binding that was not seen where a grant in force should have one.</summary>
    /// <exception cref="JournalUnavailableException"/>
    public async Task<SweepFinding?> LookForAsync(ICluster cluster, RequestState.Active active)
    {
        // Near its end it is the request's own removal that took it, by this broker's clock or another instance's.
        if (time.GetUtcNow() >= active.ExpiresAt - BindingJudgement.EndMargin)
            return null;
        return await cluster.ReadBindingAsync(active.Grant.Binding, CancellationToken.None) switch
        {
            Reading<StandingBinding>.Missing => new SweepFinding(
                FindingKind.Deleted, cluster.Id, active.Request.Id, active.Grant.Binding, "The grant's binding was removed by somebody else.",
                new Remedy.Submit(active.Request.Id, new Signal.BindingDisappeared(active.Grant.Uid!))),
            Reading<StandingBinding>.Found { Value: var other } when other.Uid != active.Grant.Uid =>
                BindingJudgement.Recreated(cluster.Id, active, other, book.Installation),
            _ => null,
        };
    }

    /// <summary>What a watch said of one binding.</summary>
    /// <exception cref="JournalUnavailableException"/>
    public async Task<SweepFinding?> LookAsync(ICluster cluster, ClusterChange.OfBinding change)
    {
        if (change.Standing is { } standing)
            return await LookAsync(cluster, standing, _ => false);
        if (await ReadAsync(change.Name.Request) is not Reading<RequestState>.Found { Value: RequestState.Active active } || active.Grant.Binding != change.Name)
            return null;
        // One that lost our labels has left what is watched, and stands all the same.
        return await cluster.ReadBindingAsync(change.Name, CancellationToken.None) is Reading<StandingBinding>.Found { Value: var left }
            ? await LookAsync(cluster, left, _ => false)
            : await LookForAsync(cluster, active);
    }

    private async Task<Reading<RequestState>> ReadAsync(RequestId? id)
    {
        if (id is null)
            return new Reading<RequestState>.Missing();
        try
        {
            return new Reading<RequestState>.Found((await engine.ReadAsync(id, CancellationToken.None)).State);
        }
        catch (QuarantineException quarantine)
        {
            log.Quarantined(quarantine.Message);
            return new Reading<RequestState>.Unreadable(quarantine.Message);
        }
    }
}
