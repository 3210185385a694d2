using AksArcJit.Broker.Consents;
using AksArcJit.Lifecycle;
using AksArcJit.Lifecycle.Requests;
using AksArcJit.Lifecycle.Roles;
using AksArcJit.Lifecycle.Tickets;

namespace AksArcJit.Web.Consent;

/// <summary>What the page shows: the approver's view at a moment, and what follows from it.</summary>
/// <param name="Installation">This installation's name: bindings that carry it are other grants of ours.</param>
public sealed record ConsentReading(ConsentView View, string Installation, DateTimeOffset Now)
{
    public AccessRequest Request => View.State.Request;

    public string ClusterName => View.Cluster?.DisplayName ?? View.Terms.Cluster.Text;

    /// <summary>Whether this approver is still to decide.</summary>
    public bool IsOpen => View.State is RequestState.AwaitingConsent && !View.HasDecided && Now < Request.ConsentDeadline;

    /// <summary>Whether there is access, or a consent on its way to access, that this approver can end.</summary>
    public bool CanEnd => View.State is RequestState.Active or RequestState.Granting or RequestState.Scheduled || (View.State is RequestState.AwaitingConsent && View.HasDecided);

    /// <summary>Whether ending would end access rather than a request.</summary>
    public bool EndsAccess => View.State is RequestState.Active or RequestState.Granting;

    /// <summary>Why an approval would be refused, as far as the page can tell; empty where it can be given.</summary>
    public IReadOnlyList<string> Hindrances => [.. FindHindrances()];

    /// <summary>The rules that this page is about: live while a decision is open, as recorded afterwards.</summary>
    public Reading<RoleRules> Role => View.State is RequestState.AwaitingConsent ? View.Role : Recorded(View.Terms.RulesHash);

    /// <summary>The rules as they were last accepted, where they changed during the grant; else null.</summary>
    public RoleRules? RoleSince => View.State is RequestState.Active { Grant: var grant } && grant.RulesHash != grant.Terms.RulesHash
        && Recorded(grant.RulesHash) is Reading<RoleRules>.Found found ? found.Value : null;

    /// <summary>The dangers of a role; null where no option allows it.</summary>
    public static IReadOnlyList<Danger>? DangersOf(RoleRules role) => RoleGuard.Judge(role) switch
    {
        RoleVerdict.NeverAllowed => null,
        RoleVerdict.OnlyWhereNamed named => named.Dangers,
        RoleVerdict.Harmless => [],
        var other => throw new InvalidOperationException($"{other} is no verdict that is known here."),
    };

    /// <summary>Whether the cluster's options name the danger; not where the cluster is no longer configured.</summary>
    public bool Accepts(Danger danger) => View.Cluster?.Policy.AcceptedDangers.Contains(danger) == true;

    public string NameOf(Person person) => Request.NameOf(person) ?? ConsentTexts.UnnamedPerson(person);

    private Reading<RoleRules> Recorded(string hash) =>
        View.History.Facts.Select(entry => RulesOf(entry.Fact)).Where(rules => rules.Count > 0).Select(rules => new RoleRules(rules))
            .FirstOrDefault(rules => rules.Hash == hash) is { } recorded
            ? new Reading<RoleRules>.Found(recorded)
            : new Reading<RoleRules>.Missing();

    private IEnumerable<string> FindHindrances()
    {
        if (View.Ticket is not Reading<Ticket>.Found { Value.Status: TicketStatus.Active })
            yield return ConsentTexts.CannotApproveTicket;
        if (View.Cluster is not { Policy: var policy })
        {
            yield return ConsentTexts.VerdictUnknown;
            yield break;
        }
        if (!policy.Approvers.Contains(View.Approver.Person))
            yield return ConsentTexts.CannotApproveApprover;
        switch (View.Role)
        {
            case Reading<RoleRules>.Unreadable:
                yield return ConsentTexts.RoleUnreadable;
                break;
            case Reading<RoleRules>.Found { Value: { Rules.Count: > 0 } role }:
                if (RoleGuard.Objections(role, policy.AcceptedDangers).Any())
                    yield return ConsentTexts.VerdictBlocked;
                break;
            default:
                yield return ConsentTexts.RoleMissing;
                break;
        }
    }

    private static IReadOnlyList<PolicyRule> RulesOf(RequestFact fact) => fact switch
    {
        RequestFact.AccessRequested asked => asked.Rules,
        RequestFact.ConsentGiven given => given.Rules,
        RequestFact.RoleChangeObserved changed => changed.Rules,
        _ => [],
    };
}
