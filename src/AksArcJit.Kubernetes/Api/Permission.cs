namespace AksArcJit.Kubernetes.Api;

/// <summary>One thing that the broker must be allowed to do, as an RBAC rule would say it.</summary>
/// <param name="Name">Empty for any.</param>
internal sealed record Permission(string Verb, string Group, string Resource, string Name = "")
{
    private const string Rbac = "rbac.authorization.k8s.io";

    public static readonly Permission ReadVersion = new("get", "", "/version");
    public static readonly Permission ReadRole = new("get", Rbac, "clusterroles");
    public static readonly Permission ListRoles = new("list", Rbac, "clusterroles");
    public static readonly Permission ReadNamespace = new("get", "", "namespaces");
    public static readonly Permission WatchRoles = new("watch", Rbac, "clusterroles");
    public static readonly Permission Review = new("create", "authorization.k8s.io", "subjectaccessreviews");
    public static readonly Permission ReviewSelf = new("create", "authorization.k8s.io", "selfsubjectaccessreviews");

    /// <summary>For a request that creates a binding: the role that it binds.</summary>
    public string BoundRole { get; init; } = "";

    /// <param name="kind">Of <see cref="Lifecycle.Roles.BindingName.Kind"/>.</param>
    public static Permission OnBindings(string verb, string kind) =>
        new(verb, Rbac, kind == "RoleBinding" ? "rolebindings" : "clusterrolebindings");

    public static Permission ToBind(string role) => new("bind", Rbac, "clusterroles", role);

    /// <summary>Everything that a broker needs that grants <paramref name="role"/>.</summary>
    public static IReadOnlyList<Permission> AllFor(string role) =>
    [
        ReadRole, ListRoles, WatchRoles, ToBind(role), ReadNamespace, Review,
        .. from kind in (string[])["ClusterRoleBinding", "RoleBinding"]
           from verb in (string[])["create", "get", "list", "watch", "delete"]
           select OnBindings(verb, kind),
    ];

    public override string ToString() =>
        $"\"{Verb}\" on {Resource}{(Group.Length > 0 ? "." + Group : "")}{(Name.Length > 0 ? $" \"{Name}\"" : "")}";
}
