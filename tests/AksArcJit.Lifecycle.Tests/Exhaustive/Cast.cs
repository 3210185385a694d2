using AksArcJit.Lifecycle.Requests;
using AksArcJit.Lifecycle.Roles;
using AksArcJit.Lifecycle.Rules;
using AksArcJit.Lifecycle.Tickets;
using AksArcJit.TestKit;

namespace AksArcJit.Lifecycle.Tests.Exhaustive;

/// <summary>The people, requests and circumstances that the exploration plays with.</summary>
public static class Cast
{
    public static readonly Person Stranger = new(Sample.Issuer, "99999999-9999-9999-9999-999999999999");

    public static readonly IReadOnlyList<Person> Approvers = [Sample.Approver, Sample.SecondApprover, Sample.ThirdApprover];

    public static readonly RoleRules ChangedRules = new([.. Sample.Rules.Rules, PolicyRule.On(["get"], [""], ["services"])]);

    public static readonly RoleRules ForbiddenRules = new([PolicyRule.On(["create"], ["rbac.authorization.k8s.io"], ["rolebindings"])]);

    // The engineer is an approver of the cluster too, and was even asked: it must not help.
    private static readonly ClusterPolicy Policy = Sample.Policy() with { Approvers = [Sample.Engineer, .. Approvers] };

    public static readonly Circumstances Fine = Sample.Circumstances() with { Policy = Policy };

    public static readonly Circumstances RoleChanged = Fine with { Role = new Reading<RoleRules>.Found(ChangedRules) };

    /// <summary>Every one of them forbids what comes nearer to access.</summary>
    public static readonly IReadOnlyList<Circumstances> Adverse =
    [
        Fine with { GrantsPaused = true },
        Fine with { GrantsPaused = null },
        Fine with { Ticket = new Reading<Ticket>.Found(Sample.Ticket() with { Status = TicketStatus.Closed }) },
        Fine with { Ticket = new Reading<Ticket>.Found(Sample.Ticket() with { Customer = "fabrikam" }) },
        Fine with { Ticket = new Reading<Ticket>.Found(Sample.Ticket() with { Assignees = [Stranger] }) },
        Fine with { Ticket = new Reading<Ticket>.Missing() },
        Fine with { Ticket = new Reading<Ticket>.Unreadable("no answer") },
        Fine with { Role = new Reading<RoleRules>.Missing() },
        Fine with { Role = new Reading<RoleRules>.Unreadable("no answer") },
        Fine with { Role = new Reading<RoleRules>.Found(ForbiddenRules) },
        Fine with { Role = new Reading<RoleRules>.Found(new RoleRules([])) },
        Fine with { Policy = null },
        Fine with { Policy = Policy with { MaximumDuration = TimeSpan.FromSeconds(1) } },
        Fine with { Policy = Policy with { AllowsClusterScope = false, Namespaces = [] } },
    ];

    public static Circumstances Without(Person approver) =>
        Fine with { Policy = Policy with { Approvers = [.. Policy.Approvers.Where(person => person != approver)] } };

    /// <summary>Quorum 1 to 3, at once and in an hour; a window longer than everything else, and one shorter than a create's flight.</summary>
    public static readonly IReadOnlyList<AccessRequest> Requests =
    [
        .. from quorum in (int[])[1, 2, 3]
           from start in (DateTimeOffset?[])[null, Sample.Start.AddHours(1)]
           from duration in (TimeSpan[])[TimeSpan.FromHours(2), TimeSpan.FromSeconds(20)]
           let asked = Sample.Request(Sample.Id(7), quorum, duration, startAt: start)
           select asked with { Approvers = [new(Sample.Engineer, "Erika", 1, Sample.SecretHash(Sample.Engineer)), .. asked.Approvers] },
    ];

    public static readonly Probe Question = Probe.Of(Sample.Rules, new Scope.Cluster())[0];

    public static readonly BindingName OtherBinding = new("somebody-elses", "");

    public static readonly IReadOnlyList<ProbeAnswer> Denied = [new(Question, false, "", null)];

    public static readonly IReadOnlyList<ProbeAnswer> PartlyAllowed = [new(Question, true, "", null), new(Question, false, "", null)];

    public static readonly IReadOnlyList<ProbeAnswer> AllowedUnnamed = [new(Question, true, "by a webhook", null)];

    public static readonly IReadOnlyList<ProbeAnswer> AllowedByOther = [new(Question, true, "RBAC", OtherBinding)];

    public static readonly IReadOnlyList<ProbeAnswer> AllowedByAzure = [new(Question, true, "Azure RBAC", null, new AzureRoleAssignment("a", "r"))];

    public static IReadOnlyList<ProbeAnswer> AllowedBy(BindingName name) => [new(Question, true, "RBAC", name)];

    /// <summary>What a careful reader says of circumstances, in words of its own: may these terms come nearer to access?</summary>
    public static bool Allow(Circumstances c, Terms terms) =>
        c is
        {
            GrantsPaused: false,
            Policy: { } policy,
            Ticket: Reading<Ticket>.Found { Value: { Status: TicketStatus.Active } ticket },
            Role: Reading<RoleRules>.Found { Value: var role },
        }
        && ticket.Customer == policy.Customer && ticket.Assignees.Contains(terms.Engineer)
        && role.Hash == terms.RulesHash && role != ForbiddenRules && role.Rules.Count > 0
        && terms.Duration <= policy.MaximumDuration
        && (terms.Scope is Scope.Cluster ? policy.AllowsClusterScope : policy.Namespaces.Count > 0);
}
