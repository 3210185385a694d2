namespace AksArcJit.Lifecycle.Roles;

/// <summary>Where a RoleBinding or ClusterRoleBinding is found.</summary>
/// <param name="Namespace">Empty for a ClusterRoleBinding.</param>
public sealed record BindingName(string Name, string Namespace)
{
    public const string Prefix = "aks-service-rolebinding-";

    /// <summary>One binding per grant: the request's id, whole, is in the name.</summary>
    public static BindingName For(RequestId id, Scope scope) =>
        new(Prefix + id.Text, scope is Scope.Namespace one ? one.Name : "");

    /// <summary>The request whose name this is; null where it is nobody's.</summary>
    public RequestId? Request =>
        Name.StartsWith(Prefix, StringComparison.Ordinal) && RequestId.TryParse(Name[Prefix.Length..], out var id) ? id : null;

    /// <summary>
    /// One of the API server's own bindings by which everybody who is signed in may ask about themselves and about the server (Kubernetes:
    /// Using RBAC Authorization, discovery roles). What it allows is nobody's access in particular.
    /// </summary>
    public bool IsEverybodys => this is { Namespace.Length: 0, Name: "system:basic-user" or "system:discovery" or "system:public-info-viewer" };

    public string Kind => Namespace.Length == 0 ? "ClusterRoleBinding" : "RoleBinding";

    public override string ToString() => Namespace.Length == 0 ? $"{Kind} {Name}" : $"{Kind} {Namespace}/{Name}";
}
