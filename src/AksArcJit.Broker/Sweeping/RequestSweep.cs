using AksArcJit.Broker.Effects;
using AksArcJit.Broker.Notices;
using AksArcJit.Broker.Operations;
using AksArcJit.Broker.Ports;
using AksArcJit.Broker.Requests;
using AksArcJit.Lifecycle;
using AksArcJit.Lifecycle.Requests;
using AksArcJit.Lifecycle.Roles;
using AksArcJit.Lifecycle.Rules;
using AksArcJit.Lifecycle.Tickets;
using Microsoft.Extensions.Logging;

namespace AksArcJit.Broker.Sweeping;

/// <summary>What an open request's own chain does not know yet: its ticket has closed, its role changed, its binding is gone.</summary>
public sealed class RequestSweep(
    RequestEngine engine, Circumstancer circumstances, BindingSweep bindings, ILogger<RequestSweep> log, NoticeLoop? notices = null)
{
    /// <param name="isDryRun">Reminds nobody of what the chain says is due.</param>
    /// <returns>Null where there is nothing to look at: its end is carried out already.</returns>
    /// <exception cref="JournalUnavailableException"/>
    public async Task<RequestHistory?> ReadAsync(RequestId id, bool isDryRun)
    {
        if (engine.HasUnrecordedEnd(id) && !isDryRun)
        {
            engine.Prompt(id);
            return null;
        }
        var history = await engine.ReadToEndAsync(id, CancellationToken.None);
        if (history.Quarantine is { } quarantine)
            log.Quarantined(quarantine.Message);
        else if (!isDryRun)
        {
            engine.Remind(history);
            // What another process left untold is found here; it is told later, by whom it is due.
            notices?.See(history);
        }
        return history;
    }

    /// <param name="orders">Orders to end everything; null where they are not known.</param>
    public async Task<IReadOnlyList<SweepFinding>> LookAsync(ClusterView view, RequestHistory history, SystemHistory? orders)
    {
        if (history.State is not RequestState.Asked asked || asked.Terms.Cluster != view.Entry.Id)
            return [];
        view.Engineers.TryAdd($"User/{asked.Terms.Subject}", true);
        if (orders?.EndOf(asked) is { } order)
            return [new SweepFinding(FindingKind.EndOrdered, view.Entry.Id, history.Id, null, "An order to end everything covers it.", new Remedy.Submit(history.Id, order))];
        var findings = await LookAsync(view, asked);
        // Of a chain that is not to be trusted only the ticket's end is believed: that needs no word of the chain's own.
        return history.Quarantine is null ? findings : [.. findings.Where(finding => finding.Kind == FindingKind.TicketClosed)];
    }

    private async Task<IReadOnlyList<SweepFinding>> LookAsync(ClusterView view, RequestState.Asked asked)
    {
        if (asked is not (RequestState.AwaitingConsent or RequestState.Scheduled or RequestState.Granting or RequestState.Active))
            return [];
        var id = asked.Request.Id;
        if (await circumstances.ReadTicketAsync(asked.Request, CancellationToken.None) is Reading<Ticket>.Found { Value.Status: TicketStatus.Closed })
            return [Found(FindingKind.TicketClosed, $"Ticket {asked.Request.Ticket} was closed.", new Signal.TicketClosed($"Ticket {asked.Request.Ticket} was closed."))];

        var findings = new List<SweepFinding>();
        if (RulesHash(asked) is not null && Differs(view.Role) is not null && Differs(await view.RoleNow) is { } observed)
            findings.Add(Found(FindingKind.RoleChanged, observed.Rules.Count == 0
                ? "The role is gone, or gives nothing." : "The role's rules are not those that were consented to.", observed));
        // One that is listed under the name with another uid is told where the bindings are looked at.
        if (asked is RequestState.Active active && view.Covers(active.Grant.Binding)
            && view.Bindings.All(one => one.Uid != active.Grant.Uid && one.Name != active.Grant.Binding)
            && await bindings.LookForAsync(view.Cluster, active) is { } missing)
            findings.Add(missing);
        return findings;

        // The hash first: the guard goes through the whole role, and most requests have nothing to be told.
        Signal.RoleObserved? Differs(Reading<RoleRules> role) => HashOf(role, asked) is { } hash && hash != RulesHash(asked) ? Observed(role, view.Entry.Policy) : null;

        SweepFinding Found(FindingKind kind, string what, Signal signal) =>
            new(kind, view.Entry.Id, id, (asked as RequestState.Active)?.Grant.Binding, what, new Remedy.Submit(id, signal));
    }

    private static readonly RoleRules Nothing = new([]);

    // A binding to a role that is gone gives nothing: that is journaled, and what it gives when the role is back is judged then. Before the
    // access it may be back in time.
    private static string? HashOf(Reading<RoleRules> role, RequestState.Asked asked) => role switch
    {
        Reading<RoleRules>.Found found => found.Value.Hash,
        Reading<RoleRules>.Missing when asked is RequestState.Active => Nothing.Hash,
        _ => null,
    };

    private static Signal.RoleObserved Observed(Reading<RoleRules> role, ClusterPolicy policy)
    {
        var rules = (role as Reading<RoleRules>.Found)?.Value ?? Nothing;
        return new(rules.Hash, rules.Rules, [.. RoleGuard.Objections(rules, policy.AcceptedDangers).Select(objection => objection.Sentence)]);
    }

    private static string? RulesHash(RequestState.Asked asked) => asked switch
    {
        RequestState.Scheduled scheduled => scheduled.Final.RulesHash,
        RequestState.Active active => active.Grant.RulesHash,
        _ => null,
    };
}
