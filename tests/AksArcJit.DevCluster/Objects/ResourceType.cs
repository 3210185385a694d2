namespace AksArcJit.DevCluster.Objects;

/// <summary>A kind of object that this server stores, and how its paths and lists are named.</summary>
internal sealed record ResourceType(string Group, string Plural, string Kind, bool Namespaced, params string[] ShortNames)
{
    public const string Version = "v1";

    public string ApiVersion => Group.Length == 0 ? Version : $"{Group}/{Version}";

    /// <summary>The form of messages: <c>clusterroles.rbac.authorization.k8s.io</c>, or <c>pods</c> in the core group.</summary>
    public string Qualified => Group.Length == 0 ? Plural : $"{Plural}.{Group}";

    public bool IsRbac => Group == ResourceTypes.RbacGroup;

    // The catalogue is the only source of instances.
    public bool Equals(ResourceType? other) => ReferenceEquals(this, other);

    public override int GetHashCode() => Qualified.GetHashCode(StringComparison.Ordinal);
}

internal static class ResourceTypes
{
    public const string RbacGroup = "rbac.authorization.k8s.io";
    public const string AuthorizationGroup = "authorization.k8s.io";

    public static readonly ResourceType Namespace = new("", "namespaces", "Namespace", false, "ns");
    public static readonly ResourceType Pod = new("", "pods", "Pod", true, "po");
    public static readonly ResourceType Secret = new("", "secrets", "Secret", true);
    public static readonly ResourceType ClusterRole = new(RbacGroup, "clusterroles", "ClusterRole", false);
    public static readonly ResourceType Role = new(RbacGroup, "roles", "Role", true);
    public static readonly ResourceType ClusterRoleBinding = new(RbacGroup, "clusterrolebindings", "ClusterRoleBinding", false);
    public static readonly ResourceType RoleBinding = new(RbacGroup, "rolebindings", "RoleBinding", true);

    public static readonly IReadOnlyList<ResourceType> All =
    [
        Namespace,
        Pod,
        Secret,
        new("", "configmaps", "ConfigMap", true, "cm"),
        new("", "events", "Event", true, "ev"),
        new("", "nodes", "Node", false, "no"),
        new("", "services", "Service", true, "svc"),
        new("", "serviceaccounts", "ServiceAccount", true, "sa"),
        new("apps", "deployments", "Deployment", true, "deploy"),
        ClusterRole,
        Role,
        ClusterRoleBinding,
        RoleBinding,
    ];

    public static ResourceType? Find(string group, string version, string plural) =>
        All.FirstOrDefault(type => type.Group == group && ResourceType.Version == version && type.Plural == plural);

    public static ResourceType OfKind(string apiVersion, string kind) =>
        All.First(type => type.ApiVersion == apiVersion && type.Kind == kind);
}
