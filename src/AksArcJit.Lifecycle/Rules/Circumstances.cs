using AksArcJit.Lifecycle.Requests;
using AksArcJit.Lifecycle.Roles;
using AksArcJit.Lifecycle.Tickets;

namespace AksArcJit.Lifecycle.Rules;

/// <summary>Everything outside the request that a rule reads, gathered once before the decision.</summary>
/// <param name="Policy">Null where the cluster is not (or no longer) in the options.</param>
/// <param name="GrantsPaused">Null where nobody could tell.</param>
/// <param name="PendingTwin">Another pending request of the same engineer, ticket, cluster and scope.</param>
/// <param name="Continued">The request that this one says it continues; null where it says none.</param>
/// <param name="Namespace">The one that the terms would be limited to, as the cluster knows it; null where they are not limited to one.</param>
/// <param name="JournalObjection">What speaks against relying on the journal itself, one sentence; null where nothing does.</param>
/// <param name="Forgery">Which fact of the request no broker with this consent key wrote, one clause; null where there is none.</param>
public sealed record Circumstances(
    Reading<Ticket> Ticket,
    ClusterPolicy? Policy,
    Reading<RoleRules> Role,
    bool? GrantsPaused,
    RequestId? PendingTwin,
    Reading<RequestState.Asked>? Continued,
    Reading<LiveNamespace>? Namespace = null,
    string? JournalObjection = null,
    string? Forgery = null);

/// <param name="IsBeingDeleted">A namespace that is being deleted takes no new binding.</param>
public sealed record LiveNamespace(string Name, bool IsBeingDeleted);

/// <summary>What a cluster's options allow.</summary>
/// <param name="MaximumDuration">Longest window.</param>
/// <param name="ConsentLifetime">How long an approver may take.</param>
/// <param name="Quorum">Distinct approvers needed, at least 1.</param>
/// <param name="AllowsClusterScope">Whether a ClusterRoleBinding may be asked for.</param>
/// <param name="Namespaces">Namespaces that may be asked for; <c>*</c> stands for every one.</param>
/// <param name="AcceptedDangers">Dangers that the role may carry here.</param>
public sealed record ClusterPolicy(
    ClusterId Cluster,
    string Customer,
    string Role,
    TimeSpan MaximumDuration,
    TimeSpan ConsentLifetime,
    int Quorum,
    bool AllowsClusterScope,
    IReadOnlyList<string> Namespaces,
    IReadOnlyCollection<Danger> AcceptedDangers,
    IReadOnlyList<Person> Approvers,
    bool GuardInstalled);
