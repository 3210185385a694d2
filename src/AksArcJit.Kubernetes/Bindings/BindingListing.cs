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
    public async Task<Reading<IReadOnlyList<StandingBinding>>> ListAsync(string role, CancellationToken cancellation)
    {
        var clusterWide = Pages.ReadAsync<V1ClusterRoleBindingList, V1ClusterRoleBinding, LiveBinding>(
            api, Permission.OnBindings("list", "ClusterRoleBinding"),
            (client, limit, next, ct) => client.RbacAuthorizationV1.ListClusterRoleBindingAsync(
                limit: limit, continueParameter: next, cancellationToken: ct),
            LiveBinding.Of, cancellation);
        var inNamespaces = await Pages.ReadAsync<V1RoleBindingList, V1RoleBinding, LiveBinding>(
            api, Permission.OnBindings("list", "RoleBinding"),
            (client, limit, next, ct) => client.RbacAuthorizationV1.ListRoleBindingForAllNamespacesAsync(
                limit: limit, continueParameter: next, cancellationToken: ct),
            LiveBinding.Of, cancellation);
        return (await clusterWide, inNamespaces) switch
        {
            (Answer<IReadOnlyList<LiveBinding>>.Given wide, Answer<IReadOnlyList<LiveBinding>>.Given narrow) =>
                new Reading<IReadOnlyList<StandingBinding>>.Found(
                [
                    .. wide.Value.Concat(narrow.Value).Where(one => one.CarriesLabels || one.RefersTo(role)).Select(one => one.Standing),
                ]),
            (Answer<IReadOnlyList<LiveBinding>>.Given, _) => Unreadable("rolebindings", inNamespaces.Trouble),
            (var wide, _) => Unreadable("clusterrolebindings", wide.Trouble),
        };
    }

    public async Task<Reading<StandingBinding>> ReadAsync(BindingName name, CancellationToken cancellation) =>
        await BindingRequests.ReadAsync(api, api.Reads, name, cancellation) switch
        {
            Answer<LiveBinding>.Given found => new Reading<StandingBinding>.Found(found.Value.Standing),
            var missing when missing.SaysMissing(name.Name) => new Reading<StandingBinding>.Missing(),
            var unread => new Reading<StandingBinding>.Unreadable($"{name}: {unread.Trouble}"),
        };

    private static Reading<IReadOnlyList<StandingBinding>>.Unreadable Unreadable(string what, string trouble) =>
        new($"list of {what}: {trouble}");
}
