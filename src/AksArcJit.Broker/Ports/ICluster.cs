using AksArcJit.Lifecycle;
using AksArcJit.Lifecycle.Requests;
using AksArcJit.Lifecycle.Roles;
using AksArcJit.Lifecycle.Rules;

namespace AksArcJit.Broker.Ports;

/// <summary>The clusters of the options, by id.</summary>
public interface IClusters
{
    IReadOnlyCollection<ClusterId> Ids { get; }

    /// <summary>Null where the options do not name it.</summary>
    ICluster? Find(ClusterId id);
}

/// <summary>
/// One customer's cluster, as far as the broker may touch it (design section 6). No method throws for what a cluster does: every answer,
/// a late one and none at all, is a value. Only cancellation throws.
/// </summary>
public interface ICluster
{
    ClusterId Id { get; }

    /// <summary>The live rules of a ClusterRole, united with those its aggregation selects.</summary>
    Task<Reading<RoleRules>> ReadRoleAsync(string role, CancellationToken cancellation);

    Task<Reading<LiveNamespace>> ReadNamespaceAsync(string name, CancellationToken cancellation);

    /// <summary>Creates the binding, or finds it standing as specified (same subject, role and request).</summary>
    /// <param name="sendBy">UTC. The request is not sent later; a client that would be late answers <see cref="BindingOutcome.Failed"/>.</param>
    Task<BindingOutcome> CreateAsync(BindingSpec spec, DateTimeOffset sendBy, CancellationToken cancellation);

    /// <summary>
    /// Deletes by name and uid precondition, then reads consistently. A binding under the name is ours by uid, by our labels and request
    /// annotation, or because it gives the engineer something; another's is left alone and counts as absent of ours.
    /// </summary>
    Task<RemovalOutcome> RemoveAsync(BindingSpec spec, string? uid, CancellationToken cancellation);

    /// <summary>Deletes exactly the binding that was seen, by name and uid, then reads consistently. Another under its name counts as absent.</summary>
    Task<RemovalOutcome> RemoveAsync(StandingBinding seen, CancellationToken cancellation);

    /// <summary>Asks the cluster (SubjectAccessReview) whether <paramref name="user"/> may do each of the probes, in order.</summary>
    /// <param name="purpose">A removal's probes never wait for grants.</param>
    Task<Reading<IReadOnlyList<ProbeAnswer>>> ProbeAsync(
        ReviewedUser user, IReadOnlyList<Probe> probes, ProbePurpose purpose, CancellationToken cancellation);

    /// <summary>Every binding of the kind that carries our labels, and every other that refers to <paramref name="role"/>, read consistently.</summary>
    Task<Reading<IReadOnlyList<StandingBinding>>> ListBindingsAsync(string role, BindingKind kind, CancellationToken cancellation);

    /// <summary>One binding by name, read consistently.</summary>
    Task<Reading<StandingBinding>> ReadBindingAsync(BindingName name, CancellationToken cancellation);

    /// <summary>
    /// What changes about our bindings and the role, as soon as the cluster tells it; ends only by cancellation. A hint: what is told late,
    /// twice or never costs latency. After a gap it says that anything may have changed.
    /// </summary>
    IAsyncEnumerable<ClusterChange> WatchAsync(string role, CancellationToken cancellation);

    /// <summary>Null where the cluster answers and lets the broker do its work; else what is wrong.</summary>
    Task<ClusterFault?> CheckAsync(CancellationToken cancellation);
}

public static class ClusterListing
{
    public static IReadOnlyList<BindingKind> Kinds { get; } = [BindingKind.ClusterRoleBinding, BindingKind.RoleBinding];

    /// <summary>Those of both kinds; found only where both can be listed.</summary>
    public static async Task<Reading<IReadOnlyList<StandingBinding>>> ListBindingsAsync(this ICluster cluster, string role, CancellationToken cancellation)
    {
        var listings = await Task.WhenAll(Kinds.Select(kind => cluster.ListBindingsAsync(role, kind, cancellation)));
        return listings.FirstOrDefault(listing => listing is not Reading<IReadOnlyList<StandingBinding>>.Found)
            ?? new Reading<IReadOnlyList<StandingBinding>>.Found([.. listings.OfType<Reading<IReadOnlyList<StandingBinding>>.Found>().SelectMany(found => found.Value)]);
    }
}

/// <summary>Which a binding is: they are listed apart, and one may be forbidden where the other is not.</summary>
public enum BindingKind
{
    ClusterRoleBinding,
    RoleBinding,
}

/// <summary>Why the broker cannot do its work on a cluster.</summary>
/// <param name="Reason">One sentence for anybody: the rule that is missing, since when nothing is answered. No address, no path, no one else's words.</param>
/// <param name="Detail">The same for operators, with what was said.</param>
public sealed record ClusterFault(string Reason, string Detail);

/// <summary>Whom a review is about, as the cluster's own authentication would describe them (authorization.k8s.io/v1 SubjectAccessReviewSpec).</summary>
/// <param name="Groups">Without <c>system:authenticated</c>, which whoever signs in has.</param>
/// <param name="Extra">By key, in lower case.</param>
public sealed record ReviewedUser(string Name, IReadOnlyList<string> Groups, IReadOnlyDictionary<string, string> Extra)
{
    public static ReviewedUser Of(string name, Membership? membership) => new(
        name, membership?.Groups ?? [],
        membership is null ? new Dictionary<string, string>() : new Dictionary<string, string> { ["oid"] = membership.ObjectId });
}

/// <summary>What the answers are for.</summary>
public enum ProbePurpose
{
    ConfirmGrant,
    ConfirmRemoval,
}

/// <summary>The binding that a grant wants.</summary>
/// <param name="User">The subject's name, kind User.</param>
/// <param name="Role">A ClusterRole.</param>
/// <param name="NotAfter">UTC, whole seconds are kept in the annotation (RFC 3339), rounded down.</param>
public sealed record BindingSpec(RequestId Request, TicketId Ticket, BindingName Name, string User, string Role, DateTimeOffset NotAfter);

public abstract record BindingOutcome
{
    private BindingOutcome() { }

    /// <param name="NotAfter">As the binding itself says.</param>
    public sealed record Standing(string Uid, DateTimeOffset NotAfter) : BindingOutcome;

    /// <summary>Certainly not created by this call: refused, not sent, or the name is another's.</summary>
    public sealed record Failed(string Reason) : BindingOutcome;

    /// <summary>Sent, no answer, and reading it back did not tell.</summary>
    public sealed record Unknown(string Reason) : BindingOutcome;
}

public abstract record RemovalOutcome
{
    private RemovalOutcome() { }

    /// <summary>A consistent read, begun at <paramref name="ObservedAt"/>, found nothing of ours.</summary>
    public sealed record Absent(DateTimeOffset ObservedAt) : RemovalOutcome;

    public sealed record Failed(string Reason) : RemovalOutcome;
}

/// <summary>A RoleBinding or ClusterRoleBinding as it stands.</summary>
/// <param name="Installation">Of our labels; null where they are missing.</param>
/// <param name="Request">Of our annotation; null where it is missing or malformed.</param>
/// <param name="NotAfter">Of our annotation; null where it is missing or malformed.</param>
/// <param name="Subjects">Each as <c>Kind/name</c> (ServiceAccount as <c>ServiceAccount/namespace/name</c>).</param>
/// <param name="RoleRef">As <c>ClusterRole/name</c> or <c>Role/name</c>.</param>
/// <param name="Ticket">Of our annotation; null where it is missing or malformed.</param>
/// <param name="IsBeingDeleted">Deleted already, and held by finalizers: it gives access until they are gone.</param>
public sealed record StandingBinding(
    BindingName Name, string Uid, string? Installation, RequestId? Request, DateTimeOffset? NotAfter, IReadOnlyList<string> Subjects, string RoleRef,
    TicketId? Ticket = null, bool IsBeingDeleted = false)
{
    /// <summary>The request whose binding it is: by its name, which nobody can alter, and by its annotation only where the name is no request's.</summary>
    public RequestId? Owner => Name.Request ?? Request;
}

public abstract record ClusterChange
{
    private ClusterChange() { }

    /// <param name="Standing">As it was when the cluster told; null where it is gone, or carries our labels no more.</param>
    public sealed record OfBinding(BindingName Name, StandingBinding? Standing) : ClusterChange;

    /// <summary>The role changed, or changes may have been missed.</summary>
    public sealed record OfAnything : ClusterChange;
}
