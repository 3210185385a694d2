using AksArcJit.Lifecycle.Roles;
using AksArcJit.Lifecycle.Tickets;

namespace AksArcJit.Lifecycle.Rules;

/// <summary>Terms held against the circumstances: asked for, consented to, or about to be granted.</summary>
/// <param name="Ticket">The ticket that the request names.</param>
public sealed record TermsInput(TicketId Ticket, Terms Terms, Circumstances Circumstances);

/// <summary>The rules that must hold whenever access comes nearer: at the request, at each consent, at the start.</summary>
public static class TermsRules
{
    public static readonly IReadOnlyList<Check<TermsInput>> All =
    [
        ClusterIsConfigured, TicketExists, TicketIsActive, TicketCoversCluster, EngineerIsAssigned, DurationIsWithinPolicy,
        ScopeIsAllowed, JournalIsTrusted, GrantsAreNotPaused, RoleExists, RolePassesGuard,
    ];

    public static Refusal? ClusterIsConfigured(TermsInput input) =>
        input.Circumstances.Policy is null
            ? new(RefusalReason.InputUnavailable, $"Cluster {input.Terms.Cluster} is not among this broker's clusters; ask the operator to configure it.")
            : null;

    public static Refusal? TicketExists(TermsInput input) => input.Circumstances.Ticket switch
    {
        Reading<Ticket>.Found => null,
        Reading<Ticket>.Missing => new(RefusalReason.TicketNotFound, $"Ticket {input.Ticket} is not known; open it first."),
        _ => Unavailable($"ticket {input.Ticket}"),
    };

    public static Refusal? TicketIsActive(TermsInput input) =>
        TicketOf(input).Status == TicketStatus.Active
            ? null
            : new(RefusalReason.TicketNotActive, $"Ticket {input.Ticket} is closed; access needs an active ticket.");

    public static Refusal? TicketCoversCluster(TermsInput input)
    {
        var ticket = TicketOf(input);
        return ticket.Customer == PolicyOf(input).Customer && ticket.Clusters.Contains(input.Terms.Cluster)
            ? null
            : new(RefusalReason.TicketDoesNotCoverCluster, $"Ticket {input.Ticket} does not cover cluster {input.Terms.Cluster}; name a cluster of the ticket.");
    }

    public static Refusal? EngineerIsAssigned(TermsInput input)
    {
        var assignees = TicketOf(input).Assignees;
        return assignees.Count == 0 || assignees.Contains(input.Terms.Engineer)
            ? null
            : new(RefusalReason.EngineerNotAssigned, $"Ticket {input.Ticket} is assigned to somebody else; have it assigned to you.");
    }

    public static Refusal? DurationIsWithinPolicy(TermsInput input) =>
        input.Terms.Duration > TimeSpan.Zero && input.Terms.Duration <= PolicyOf(input).MaximumDuration
            ? null
            : new(RefusalReason.DurationOutsidePolicy,
                $"The duration must be more than zero and at most {PolicyOf(input).MaximumDuration:g} on cluster {input.Terms.Cluster}.");

    public static Refusal? ScopeIsAllowed(TermsInput input)
    {
        var policy = PolicyOf(input);
        var allowed = input.Terms.Scope switch
        {
            Scope.Cluster => policy.AllowsClusterScope,
            // An empty name would become a ClusterRoleBinding, so no wildcard allows what is no namespace.
            Scope.Namespace one => DnsLabel.IsValid(one.Name) && (policy.Namespaces.Contains("*") || policy.Namespaces.Contains(one.Name)),
            _ => false,
        };
        return allowed
            ? null
            : new(RefusalReason.ScopeNotAllowed, $"Scope {input.Terms.Scope} is not allowed on cluster {input.Terms.Cluster}; allowed are "
                + string.Join(", ", (policy.AllowsClusterScope ? ["the cluster"] : Array.Empty<string>()).Concat(policy.Namespaces.Select(n => n == "*" ? "any namespace" : $"namespace {n}"))) + ".");
    }

    /// <summary>A store behind its own anchors has lost or changed what was recorded: consents and revocations may be among it.</summary>
    public static Refusal? JournalIsTrusted(TermsInput input) => input.Circumstances.JournalObjection is null
        ? null
        : new(RefusalReason.JournalNotTrusted, "The journal could not be compared with its own checkpoints, or contradicts them, so nothing is granted until it can or an operator has looked; nothing was spent.");

    /// <summary>
    /// Asked when a person names a namespace, not again at the start: what becomes of it until then, the create itself is told by the cluster.
    /// </summary>
    public static Refusal? NamespaceStands(Terms terms, Circumstances circumstances) => (terms.Scope, circumstances.Namespace) switch
    {
        (Scope.Cluster, _) => null,
        (Scope.Namespace one, Reading<LiveNamespace>.Found { Value: var live }) when live.Name == one.Name => live.IsBeingDeleted
            ? new(RefusalReason.NamespaceNotFound, $"Namespace {one.Name} on cluster {terms.Cluster} is being deleted; name one that stays.")
            : null,
        (Scope.Namespace one, Reading<LiveNamespace>.Missing) =>
            new(RefusalReason.NamespaceNotFound, $"There is no namespace {one.Name} on cluster {terms.Cluster}; name one that exists."),
        _ => Unavailable($"{terms.Scope} on cluster {terms.Cluster}"),
    };

    public static Refusal? GrantsAreNotPaused(TermsInput input) => input.Circumstances.GrantsPaused switch
    {
        false => null,
        true => new(RefusalReason.GrantsPaused, "An operator has paused new grants; nothing was spent, try again when they are resumed."),
        null => Unavailable("the pause switch"),
    };

    public static Refusal? RoleExists(TermsInput input) => input.Circumstances.Role switch
    {
        // Without a question to ask, the cluster could confirm neither the access nor its end.
        Reading<RoleRules>.Found { Value: var rules } when Probe.Of(rules, input.Terms.Scope).Count > 0 => null,
        Reading<RoleRules>.Found or Reading<RoleRules>.Missing =>
            new(RefusalReason.RoleNotFound, $"ClusterRole {input.Terms.Role} does not exist on cluster {input.Terms.Cluster}, or holds no rule that a binding of {input.Terms.Scope} could carry."),
        _ => Unavailable($"ClusterRole {input.Terms.Role} on cluster {input.Terms.Cluster}"),
    };

    public static Refusal? RolePassesGuard(TermsInput input)
    {
        var role = ((Reading<RoleRules>.Found)input.Circumstances.Role).Value;
        return RoleGuard.Objections(role, PolicyOf(input).AcceptedDangers).FirstOrDefault() switch
        {
            null => null,
            GuardFinding.Forbidden found => new(RefusalReason.RoleForbidden, $"ClusterRole {input.Terms.Role} may not be granted. {found.Sentence}"),
            var found => new(RefusalReason.DangerNotAccepted, $"ClusterRole {input.Terms.Role} holds a danger that this cluster's options do not accept. {found.Sentence}"),
        };
    }

    public static Refusal Unavailable(string what) =>
        new(RefusalReason.InputUnavailable, $"Could not read {what}; in doubt nothing is granted. Try again in a moment.");

    private static Ticket TicketOf(TermsInput input) => ((Reading<Ticket>.Found)input.Circumstances.Ticket).Value;

    private static ClusterPolicy PolicyOf(TermsInput input) =>
        input.Circumstances.Policy ?? throw new InvalidOperationException("ClusterIsConfigured comes first.");
}
