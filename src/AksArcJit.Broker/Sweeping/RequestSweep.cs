using AksArcJit.Broker.Effects;
using AksArcJit.Lifecycle;
using AksArcJit.Lifecycle.Requests;
using AksArcJit.Lifecycle.Roles;
using AksArcJit.Lifecycle.Tickets;

namespace AksArcJit.Broker.Sweeping;

/// <summary>What an open request's own chain does not know yet: its ticket has closed, its role changed, its binding is gone.</summary>
public sealed class RequestSweep(Circumstancer circumstances, BindingSweep bindings)
{
    public async Task<IReadOnlyList<SweepFinding>> LookAsync(ClusterView view, RequestState.Asked asked)
    {
        if (asked is not (RequestState.AwaitingConsent or RequestState.Scheduled or RequestState.Granting or RequestState.Active))
            return [];
        var id = asked.Request.Id;
        if (await circumstances.ReadTicketAsync(asked.Request.Ticket, CancellationToken.None) is Reading<Ticket>.Found { Value.Status: TicketStatus.Closed })
            return [Found(FindingKind.TicketClosed, $"Ticket {asked.Request.Ticket} is closed.", new Signal.TicketClosed($"Ticket {asked.Request.Ticket} is closed."))];

        var findings = new List<SweepFinding>();
        if (view.Role is Reading<RoleRules>.Found { Value: var rules } && RulesHash(asked) is { } consented && consented != rules.Hash)
            findings.Add(Found(FindingKind.RoleChanged, "The role's rules are not those that were consented to.", new Signal.RoleObserved(
                rules.Hash, rules.Rules, [.. RoleGuard.Objections(rules, view.Entry.Policy.AcceptedDangers).Select(objection => objection.Sentence)])));
        // One that is listed under the name with another uid is told where the bindings are looked at.
        if (asked is RequestState.Active active && view.Standing is { } standing
            && standing.All(one => one.Uid != active.Grant.Uid && one.Name != active.Grant.Binding)
            && await bindings.LookForAsync(view.Cluster, active) is { } missing)
            findings.Add(missing);
        return findings;

        SweepFinding Found(FindingKind kind, string what, Signal signal) =>
            new(kind, view.Entry.Id, id, (asked as RequestState.Active)?.Grant.Binding, what, new Remedy.Submit(id, signal));
    }

    private static string? RulesHash(RequestState.Asked asked) => asked switch
    {
        RequestState.Scheduled scheduled => scheduled.Final.RulesHash,
        RequestState.Active active => active.Grant.RulesHash,
        _ => null,
    };
}
