using AksArcJit.Broker.Ports;
using AksArcJit.Kubernetes.Api;
using AksArcJit.Lifecycle.Roles;
using k8s;
using k8s.Models;

namespace AksArcJit.Kubernetes.Bindings;

/// <summary>
/// The same three requests for both kinds of binding. A GET without resourceVersion is a consistent read. Names are escaped here because
/// KubernetesClient puts them into the path as they are.
/// </summary>
internal static class BindingRequests
{
    public static Task<Answer<LiveBinding>> ReadAsync(ApiClient api, Lane lane, BindingName name, CancellationToken cancellation) =>
        api.SendAsync(lane, Permission.OnBindings("get", name.Kind), async (client, ct) => name.Namespace.Length == 0
            ? LiveBinding.Of((await client.RbacAuthorizationV1.ReadClusterRoleBindingAsync(Path(name.Name), cancellationToken: ct)).Named(name.Name))
            : LiveBinding.Of((await client.RbacAuthorizationV1.ReadNamespacedRoleBindingAsync(
                Path(name.Name), Path(name.Namespace), cancellationToken: ct)).Named(name.Name)),
            cancellation);

    public static Task<Answer<LiveBinding>> CreateAsync(
        ApiClient api, BindingSpec spec, string installation, DateTimeOffset sendBy, CancellationToken cancellation)
    {
        var meta = new V1ObjectMeta { Name = spec.Name.Name, Labels = Marks.Labels(installation), Annotations = Marks.Annotations(spec) };
        var role = new V1RoleRef { ApiGroup = V1ClusterRole.KubeGroup, Kind = V1ClusterRole.KubeKind, Name = spec.Role };
        var subject = new Rbacv1Subject { ApiGroup = V1ClusterRole.KubeGroup, Kind = "User", Name = spec.User };
        var needs = Permission.OnBindings("create", spec.Name.Kind) with { BoundRole = spec.Role };
        return api.SendAsync(api.Grants, needs, async (client, ct) => spec.Name.Namespace.Length == 0
            ? LiveBinding.Of((await client.RbacAuthorizationV1.CreateClusterRoleBindingAsync(
                new V1ClusterRoleBinding { Metadata = meta, RoleRef = role, Subjects = [subject] }, cancellationToken: ct)).Named(meta.Name))
            : LiveBinding.Of((await client.RbacAuthorizationV1.CreateNamespacedRoleBindingAsync(
                new V1RoleBinding { Metadata = meta, RoleRef = role, Subjects = [subject] }, Path(spec.Name.Namespace), cancellationToken: ct)).Named(meta.Name)),
            cancellation, sendBy);
    }

    /// <summary>
    /// Only the object of this uid: one that was re-created under the name is a 409. Ahead of what confirms other removals: in a storm
    /// access ends first, and is proved to have ended then.
    /// </summary>
    public static Task<Answer<V1Status>> DeleteAsync(ApiClient api, BindingName name, string uid, CancellationToken cancellation)
    {
        var options = new V1DeleteOptions { Preconditions = new V1Preconditions { Uid = uid }, PropagationPolicy = "Background" };
        return api.SendAsync(api.Removals, Permission.OnBindings("delete", name.Kind), (client, ct) => name.Namespace.Length == 0
            ? client.RbacAuthorizationV1.DeleteClusterRoleBindingAsync(Path(name.Name), options, cancellationToken: ct)
            : client.RbacAuthorizationV1.DeleteNamespacedRoleBindingAsync(Path(name.Name), Path(name.Namespace), options, cancellationToken: ct),
            cancellation, goesFirst: true);
    }

    private static string Path(string segment) => Uri.EscapeDataString(segment);
}
