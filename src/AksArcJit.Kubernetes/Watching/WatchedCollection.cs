using System.Text.Json;
using AksArcJit.Broker.Ports;
using AksArcJit.Kubernetes.Api;
using AksArcJit.Kubernetes.Bindings;
using k8s;
using k8s.Models;

namespace AksArcJit.Kubernetes.Watching;

/// <summary>One list of an API server that is watched, and what an object in it means to the broker.</summary>
/// <param name="Query">Selectors, as they stand in a URL.</param>
/// <param name="Read">Of an event's object: the change that it tells.</param>
internal sealed record WatchedCollection(string Path, string Query, Permission ToList, Func<JsonElement, bool, ClusterChange> Read)
{
    private const string Rbac = "apis/rbac.authorization.k8s.io/v1";

    /// <summary>Bindings that carry our labels. One that loses them is told as deleted: it has left the selection.</summary>
    public static IEnumerable<WatchedCollection> Bindings(string installation)
    {
        var ours = $"labelSelector={Uri.EscapeDataString($"{Marks.ManagedBy}={Marks.Us},{Marks.Installation}={installation}")}";
        yield return new WatchedCollection($"{Rbac}/clusterrolebindings", ours, Permission.OnBindings("list", "ClusterRoleBinding"),
            (json, isGone) => Binding(LiveBinding.Of(Parse<V1ClusterRoleBinding>(json)), isGone));
        yield return new WatchedCollection($"{Rbac}/rolebindings", ours, Permission.OnBindings("list", "RoleBinding"),
            (json, isGone) => Binding(LiveBinding.Of(Parse<V1RoleBinding>(json)), isGone));
    }

    public static WatchedCollection Role(string name) => new(
        $"{Rbac}/clusterroles", $"fieldSelector={Uri.EscapeDataString($"metadata.name={name}")}", Permission.ListRoles, (_, _) => new ClusterChange.OfAnything());

    private static ClusterChange.OfBinding Binding(LiveBinding binding, bool isGone) =>
        new ClusterChange.OfBinding(binding.Standing.Name, isGone ? null : binding.Standing);

    private static T Parse<T>(JsonElement json) => KubernetesJson.Deserialize<T>(json.GetRawText());
}
