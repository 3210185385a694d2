using AksArcJit.Broker.Consents;
using AksArcJit.Broker.Effects;
using AksArcJit.Broker.Options;
using AksArcJit.Broker.Ports;
using AksArcJit.Broker.Requests;
using AksArcJit.Broker.Tickets;
using AksArcJit.Lifecycle;
using AksArcJit.Lifecycle.Operations;
using AksArcJit.Lifecycle.Requests;
using AksArcJit.Lifecycle.Roles;
using AksArcJit.Lifecycle.Tickets;
using Microsoft.Extensions.Logging;

namespace AksArcJit.Broker.Sweeping;

/// <summary>
/// Compares what stands with what the journal says, at start and every 60 s: the last guarantee, for whatever no signal told. Lists the
/// bindings of a cluster first and reads the journals after, so that a grant made meanwhile is never taken for an orphan.
/// </summary>
public sealed class Sweeper(
    IJournal journal, RequestEngine engine, TicketDesk tickets, Circumstancer circumstances, ConsentNotices notices, IClusters clusters,
    ClusterBook book, ClusterFindings findings, TimeProvider time, ILogger<Sweeper> log)
{
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(60);

    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            await SweepAsync(stop);
            await Task.Delay(Interval, time, stop);
        }
    }

    /// <summary>One pass over every cluster. A cluster or journal that does not answer is told, and swept again with the next pass.</summary>
    public Task SweepAsync(CancellationToken cancellation) => Task.WhenAll(book.All.Select(entry => SweepSafelyAsync(entry, cancellation)));

    private async Task SweepSafelyAsync(ClusterEntry entry, CancellationToken cancellation)
    {
        try
        {
            await SweepAsync(entry, cancellation);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            log.SweepFailed(entry.Id, failure.Message, failure);
        }
    }

    private async Task SweepAsync(ClusterEntry entry, CancellationToken cancellation)
    {
        var cluster = clusters.Find(entry.Id)!;
        var listing = await cluster.ListBindingsAsync(entry.Policy.Role, cancellation);
        var role = await cluster.ReadRoleAsync(entry.Policy.Role, cancellation);
        var standing = (listing as Reading<IReadOnlyList<StandingBinding>>.Found)?.Value;
        if (listing is Reading<IReadOnlyList<StandingBinding>>.Unreadable unreadable)
            log.SweepFailed(entry.Id, unreadable.Reason, null);

        var engineers = new HashSet<string>(StringComparer.Ordinal);
        await Spreading.OverAsync(journal.ListOpenAsync(cancellation), async open =>
        {
            if (open.Stream.Request is { } id && await ReadAsync(id) is { State: RequestState.Asked asked } && asked.Terms.Cluster == entry.Id)
            {
                lock (engineers)
                    engineers.Add($"User/{asked.Terms.Subject}");
                await SweepRequestAsync(entry, cluster, id, asked, standing, role);
            }
        });
        foreach (var binding in standing ?? [])
            await SweepBindingAsync(entry, cluster, binding, engineers);
    }

    /// <summary>What an open request's own chain does not know yet: its ticket has closed, its role changed, its binding is not as it was.</summary>
    private async Task SweepRequestAsync(
        ClusterEntry entry, ICluster cluster, RequestId id, RequestState.Asked asked, IReadOnlyList<StandingBinding>? standing, Reading<RoleRules> role)
    {
        if (asked is RequestState.AwaitingConsent waiting)
            await notices.AskAsync(waiting, CancellationToken.None);
        if (asked is not (RequestState.Revoking or RequestState.RevocationUnconfirmed)
            && await circumstances.ReadTicketAsync(asked.Request.Ticket, CancellationToken.None) is Reading<Ticket>.Found { Value.Status: TicketStatus.Closed })
        {
            await tickets.EndAsync(id, $"Ticket {asked.Request.Ticket} is closed.");
            return;
        }
        if (role is Reading<RoleRules>.Found { Value: var rules } && asked is (RequestState.Scheduled or RequestState.Active))
        {
            await SayAsync(id, new Signal.RoleObserved(rules.Hash, rules.Rules,
                [.. RoleGuard.Objections(rules, entry.Policy.AcceptedDangers).Select(finding => finding.Sentence)]));
        }
        if (asked is RequestState.Active active && standing is not null && standing.All(one => one.Uid != active.Grant.Uid)
            // The listing is older than what was read of the request: only a fresh read tells that the binding is not there.
            && await cluster.ReadBindingAsync(active.Grant.Binding, CancellationToken.None) is Reading<StandingBinding>.Missing)
        {
            log.SweepFound(entry.Id, $"{active.Grant.Binding} was removed by somebody else");
            await SayAsync(id, new Signal.BindingDisappeared(active.Grant.Uid!));
        }
    }

    private async Task SweepBindingAsync(ClusterEntry entry, ICluster cluster, StandingBinding binding, HashSet<string> engineers)
    {
        var id = binding.Request ?? NamedRequest(binding.Name);
        var isOurs = binding.Installation == book.Installation;
        if (!isOurs && id is null && !binding.Subjects.Any(engineers.Contains))
            return;
        RequestHistory? history = null;
        try
        {
            history = id is null ? null : await engine.ReadAsync(id, CancellationToken.None);
        }
        catch (QuarantineException quarantine)
        {
            log.Quarantined(quarantine.Message);
            if (isOurs && (binding.NotAfter is null || time.GetUtcNow() >= binding.NotAfter)
                && await RemoveAsync(entry, cluster, binding))
                await findings.RecordAsync(entry.Id, new ClusterFact.QuarantinedBindingRemoved(entry.Id, binding.Name, binding.Uid));
            return;
        }

        // The listing is older than the journal: what has been removed since then is no finding.
        if (await cluster.ReadBindingAsync(binding.Name, CancellationToken.None) is not Reading<StandingBinding>.Found { Value: var fresh } || fresh.Uid != binding.Uid)
            return;

        switch (history?.State)
        {
            case RequestState.Active active when active.Grant.Uid == binding.Uid:
                if (Alteration(active, binding) is { } what)
                    await SayAsync(history.Id, new Signal.BindingAltered(binding.Uid, what));
                else
                    await engine.AdvanceUntilWaitAsync(history.Id);
                break;
            case RequestState.Active or RequestState.Closed { Grant: not null } when isOurs:
                log.SweepFound(entry.Id, $"{binding.Name} ({binding.Uid}) stands without a grant");
                await SayAsync(history.Id, new Signal.StrayBinding(binding.Uid));
                break;
            case RequestState.Granting or RequestState.Revoking or RequestState.RevocationUnconfirmed:
                await engine.AdvanceUntilWaitAsync(history.Id);
                break;
            default:
                if (isOurs && await RemoveAsync(entry, cluster, binding))
                    await findings.RecordAsync(entry.Id, new ClusterFact.OrphanRemoved(entry.Id, binding.Name, binding.Uid, "no request of this installation intended it"));
                else if (!isOurs && binding.Subjects.Any(engineers.Contains))
                    await findings.RecordAsync(entry.Id, new ClusterFact.UnmanagedCopyFound(entry.Id, binding.Name, binding.Uid));
                break;
        }
    }

    private async Task<bool> RemoveAsync(ClusterEntry entry, ICluster cluster, StandingBinding binding)
    {
        log.SweepFound(entry.Id, $"{binding.Name} ({binding.Uid}) belongs to no open grant and is removed");
        if (await cluster.RemoveAsync(binding, CancellationToken.None) is not RemovalOutcome.Failed failed)
            return true;
        log.SweepFailed(entry.Id, failed.Reason, null);
        return false;
    }

    private async Task<RequestHistory?> ReadAsync(RequestId id)
    {
        try
        {
            return await engine.ReadAsync(id, CancellationToken.None);
        }
        catch (QuarantineException quarantine)
        {
            log.Quarantined(quarantine.Message);
            return null;
        }
    }

    private async Task SayAsync(RequestId id, Signal signal)
    {
        await engine.SubmitAsync(id, signal, CancellationToken.None);
        await engine.AdvanceUntilWaitAsync(id);
    }

    private string? Alteration(RequestState.Active active, StandingBinding binding) =>
        binding.Installation != book.Installation ? "its labels"
        : binding.Request != active.Request.Id ? "its request annotation"
        : binding.NotAfter is null || binding.NotAfter.Value.ToUnixTimeSeconds() != active.Grant.NotAfter.ToUnixTimeSeconds() ? "its notAfter annotation"
        : binding.Subjects is not [var subject] || subject != $"User/{active.Terms.Subject}" ? "its subjects"
        : binding.RoleRef != $"ClusterRole/{active.Terms.Role}" ? "its role"
        : binding.Name != active.Grant.Binding ? "its place"
        : null;

    private static RequestId? NamedRequest(BindingName name) =>
        name.Name.StartsWith(BindingName.Prefix, StringComparison.Ordinal) && RequestId.TryParse(name.Name[BindingName.Prefix.Length..], out var id) ? id : null;
}
