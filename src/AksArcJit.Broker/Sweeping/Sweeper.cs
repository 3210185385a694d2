using System.Collections.Concurrent;
using AksArcJit.Broker.Consents;
using AksArcJit.Broker.Effects;
using AksArcJit.Broker.Options;
using AksArcJit.Broker.Ports;
using AksArcJit.Broker.Requests;
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
    IJournal journal, RequestEngine engine, Circumstancer circumstances, ConsentNotices notices, IClusters clusters,
    ClusterBook book, ClusterFindings findings, TimeProvider time, ILogger<Sweeper> log)
{
    // Left to the deadline queue first, so that the usual end is recorded by the request itself.
    private static readonly TimeSpan OverdueMargin = TimeSpan.FromSeconds(5);
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(60);

    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            await SweepAsync(stop);
            await Task.Delay(Interval, time, stop);
        }
    }

    /// <summary>One pass over every cluster and every open request. What does not answer is told, and swept again with the next pass.</summary>
    public async Task SweepAsync(CancellationToken cancellation)
    {
        var views = (await Task.WhenAll(book.All.Select(entry => ViewAsync(entry, cancellation)))).ToDictionary(view => view.Entry.Id);
        await Task.WhenAll(views.Values.Select(RemoveOverdueAsync));
        var system = await circumstances.ReadSystemAsync(cancellation);
        try
        {
            await Spreading.OverAsync(journal.ListOpenAsync(cancellation), async open =>
            {
                if (open.Stream.Request is not { } id || await ReadAsync(id) is not { State: RequestState.Asked asked })
                    return;
                if (system?.EndOf(asked) is { } order)
                    await SayAsync(id, order);
                else if (views.GetValueOrDefault(asked.Terms.Cluster) is { } view)
                    await SweepRequestAsync(view, id, asked);
            });
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            // The bindings are looked at all the same: what is overdue there ends whatever the index says.
            log.OpenRequestsUnswept(failure.Message, failure);
        }
        await Task.WhenAll(views.Values.Select(SweepBindingsAsync));
    }

    private async Task<ClusterView> ViewAsync(ClusterEntry entry, CancellationToken cancellation)
    {
        var cluster = clusters.Find(entry.Id)!;
        var listing = await cluster.ListBindingsAsync(entry.Policy.Role, cancellation);
        if (listing is Reading<IReadOnlyList<StandingBinding>>.Unreadable unreadable)
            log.SweepFailed(entry.Id, unreadable.Reason, null);
        return new ClusterView(entry, cluster, (listing as Reading<IReadOnlyList<StandingBinding>>.Found)?.Value,
            await cluster.ReadRoleAsync(entry.Policy.Role, cancellation));
    }

    /// <summary>What carries our label and is past its own end goes, before and without the journal: its facts follow.</summary>
    private Task RemoveOverdueAsync(ClusterView view) => Task.WhenAll((view.Standing ?? [])
        .Where(binding => binding.Installation == book.Installation && time.GetUtcNow() >= binding.NotAfter + OverdueMargin)
        .Select(async binding =>
        {
            if (!await RemoveAsync(view.Entry, view.Cluster, binding))
                return;
            try
            {
                await findings.RecordAsync(view.Entry.Id, new ClusterFact.OrphanRemoved(view.Entry.Id, binding.Name, binding.Uid, "it was past its notAfter"));
            }
            catch (Exception unrecorded) when (unrecorded is JournalUnavailableException or QuarantineException)
            {
                log.SweepFailed(view.Entry.Id, $"{binding.Name} was removed, but not journaled: {unrecorded.Message}", unrecorded);
            }
        }));

    private async Task SweepBindingsAsync(ClusterView view)
    {
        foreach (var binding in view.Standing ?? [])
        {
            try
            {
                await SweepBindingAsync(view, binding);
            }
            catch (Exception failure)
            {
                log.SweepFailed(view.Entry.Id, $"{binding.Name}: {failure.Message}", failure);
            }
        }
    }

    /// <summary>What an open request's own chain does not know yet: its ticket has closed, its role changed, its binding is not as it was.</summary>
    private async Task SweepRequestAsync(ClusterView view, RequestId id, RequestState.Asked asked)
    {
        view.Engineers.TryAdd($"User/{asked.Terms.Subject}", true);
        if (asked is RequestState.AwaitingConsent waiting)
            await notices.AskAsync(waiting, CancellationToken.None);
        if (asked is not (RequestState.Revoking or RequestState.RevocationUnconfirmed)
            && await circumstances.ReadTicketAsync(asked.Request.Ticket, CancellationToken.None) is Reading<Ticket>.Found { Value.Status: TicketStatus.Closed })
        {
            await SayAsync(id, new Signal.TicketClosed($"Ticket {asked.Request.Ticket} is closed."));
            return;
        }
        if (view.Role is Reading<RoleRules>.Found { Value: var rules } && asked is (RequestState.Scheduled or RequestState.Active))
        {
            await SayAsync(id, new Signal.RoleObserved(rules.Hash, rules.Rules,
                [.. RoleGuard.Objections(rules, view.Entry.Policy.AcceptedDangers).Select(finding => finding.Sentence)]));
        }
        if (asked is RequestState.Active active && view.Standing is { } standing && standing.All(one => one.Uid != active.Grant.Uid)
            // The listing is older than what was read of the request: only a fresh read tells that the binding is not there.
            && await view.Cluster.ReadBindingAsync(active.Grant.Binding, CancellationToken.None) is Reading<StandingBinding>.Missing)
        {
            log.SweepFound(view.Entry.Id, $"{active.Grant.Binding} was removed by somebody else");
            await SayAsync(id, new Signal.BindingDisappeared(active.Grant.Uid!));
        }
    }

    private async Task SweepBindingAsync(ClusterView view, StandingBinding binding)
    {
        var (entry, cluster) = (view.Entry, view.Cluster);
        var id = binding.Request ?? binding.Name.Request;
        var isOurs = binding.Installation == book.Installation;
        if (!isOurs && id is null && !binding.Subjects.Any(view.Engineers.ContainsKey))
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
                    engine.Prompt(history.Id);
                break;
            case RequestState.Active { Grant: var grant } when isOurs && binding.Name == grant.Binding:
            case RequestState.Closed { Grant: { } closed } when isOurs && binding.Name == closed.Binding:
                log.SweepFound(entry.Id, $"{binding.Name} ({binding.Uid}) stands without a grant");
                await SayAsync(history.Id, new Signal.StrayBinding(binding.Uid));
                break;
            case RequestState.Granting or RequestState.Revoking or RequestState.RevocationUnconfirmed
                when binding.Name == BindingName.For(history.Id, ((RequestState.Asked)history.State).Terms.Scope):
                engine.Prompt(history.Id);
                break;
            default:
                if (isOurs && await RemoveAsync(entry, cluster, binding))
                    await findings.RecordAsync(entry.Id, new ClusterFact.OrphanRemoved(entry.Id, binding.Name, binding.Uid, "no request of this installation intended it"));
                else if (!isOurs && binding.Subjects.Any(view.Engineers.ContainsKey))
                    await findings.RecordAsync(entry.Id, new ClusterFact.UnmanagedCopyFound(entry.Id, binding.Name, binding.Uid));
                break;
        }
    }

    private async Task<bool> RemoveAsync(ClusterEntry entry, ICluster cluster, StandingBinding binding)
    {
        log.SweepFound(entry.Id, $"{binding.Name} ({binding.Uid}) is past its end or belongs to no open grant, and is removed");
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

    // Recorded here, carried out by the host: one hung cluster must not hold up the sweep of what stands elsewhere.
    private async Task SayAsync(RequestId id, Signal signal)
    {
        await engine.SubmitAsync(id, signal, CancellationToken.None);
        engine.Prompt(id);
    }

    private string? Alteration(RequestState.Active active, StandingBinding binding) =>
        binding.Installation != book.Installation ? "its labels"
        : binding.Request != active.Request.Id ? "its request annotation"
        : binding.NotAfter is null || binding.NotAfter.Value.ToUnixTimeSeconds() != active.Grant.NotAfter.ToUnixTimeSeconds() ? "its notAfter annotation"
        : binding.Subjects is not [var subject] || subject != $"User/{active.Terms.Subject}" ? "its subjects"
        : binding.RoleRef != $"ClusterRole/{active.Terms.Role}" ? "its role"
        : binding.Name != active.Grant.Binding ? "its place"
        : null;

    /// <summary>A cluster as this pass sees it.</summary>
    /// <param name="Standing">Null where it could not be listed.</param>
    private sealed record ClusterView(ClusterEntry Entry, ICluster Cluster, IReadOnlyList<StandingBinding>? Standing, Reading<RoleRules> Role)
    {
        /// <summary>Subjects of the open requests here.</summary>
        public ConcurrentDictionary<string, bool> Engineers { get; } = new(StringComparer.Ordinal);
    }
}
