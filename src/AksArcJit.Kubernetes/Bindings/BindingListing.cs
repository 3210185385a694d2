using AksArcJit.Broker.Ports;
using AksArcJit.Kubernetes.Api;
using AksArcJit.Lifecycle;
using AksArcJit.Lifecycle.Roles;
using k8s;
using k8s.Models;

namespace AksArcJit.Kubernetes.Bindings;

/// <summary>
/// Ours by label and everybody's by role. What a binding refers to cannot be selected by the server, so that all are read, and the labels
/// are judged here too: one read, one moment for each kind.
/// </summary>
internal sealed class BindingListing(ApiClient api)
{
    public async Task<Reading<IReadOnlyList<StandingBinding>>> ListAsync(string role, BindingKind kind, CancellationToken cancellation) =>
        await ReadAsync(kind, cancellation) switch
        {
            Answer<IReadOnlyList<LiveBinding>>.Given { Value: var all } => new Reading<IReadOnlyList<StandingBinding>>.Found(
                [.. all.Where(one => one.CarriesLabels || one.RefersTo(role)).Select(one => one.Standing)]),
            var unread => new Reading<IReadOnlyList<StandingBinding>>.Unreadable($"list of {Needs(kind).Resource}: {unread.Trouble}"),
        };

    private Task<Answer<IReadOnlyList<LiveBinding>>> ReadAsync(BindingKind kind, CancellationToken cancellation) => kind switch
    {
        BindingKind.ClusterRoleBinding => Pages.ReadAsync<V1ClusterRoleBindingList, V1ClusterRoleBinding, LiveBinding>(
            api, Needs(kind),
            (client, limit, next, ct) => client.RbacAuthorizationV1.ListClusterRoleBindingAsync(
                limit: limit, continueParameter: next, cancellationToken: ct),
            LiveBinding.Of, cancellation),
        BindingKind.RoleBinding => Pages.ReadAsync<V1RoleBindingList, V1RoleBinding, LiveBinding>(
            api, Needs(kind),
            (client, limit, next, ct) => client.RbacAuthorizationV1.ListRoleBindingForAllNamespacesAsync(
                limit: limit, continueParameter: next, cancellationToken: ct),
            LiveBinding.Of, cancellation),
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    public async Task<Reading<StandingBinding>> ReadAsync(BindingName name, CancellationToken cancellation) =>
        await BindingRequests.ReadAsync(api, api.Reads, name, cancellation) switch
        {
            Answer<LiveBinding>.Given found => new Reading<StandingBinding>.Found(found.Value.Standing),
            var missing when missing.SaysMissing(name.Name) => new Reading<StandingBinding>.Missing(),
            var unread => new Reading<StandingBinding>.Unreadable($"{name}: {unread.Trouble}"),
        };

    private static Permission Needs(BindingKind kind) => Permission.OnBindings("list", kind.ToString());
}
