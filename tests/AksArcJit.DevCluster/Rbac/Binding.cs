using System.Text.Json.Nodes;
using AksArcJit.DevCluster.Errors;
using AksArcJit.DevCluster.Objects;
using AksArcJit.DevCluster.Tokens;

namespace AksArcJit.DevCluster.Rbac;

/// <summary>A RoleBinding or ClusterRoleBinding as the authorizer reads it.</summary>
/// <param name="Namespace">"" for a ClusterRoleBinding.</param>
internal sealed record Binding(string Name, string Namespace, RoleRef Role, IReadOnlyList<Subject> Subjects)
{
    public static Binding Parse(StoredObject stored)
    {
        var body = stored.Read();
        return new(stored.Key.Name, stored.Key.Namespace, RoleRef.Parse(body), [.. body.Objects("subjects").Select(Subject.Parse)]);
    }

    public Subject? SubjectFor(Identity user) => Subjects.FirstOrDefault(subject => subject.Is(user, Namespace));

    /// <summary>plugin/pkg/auth/authorizer/rbac <c>clusterRoleBindingDescriber</c> and <c>roleBindingDescriber</c>.</summary>
    public string Describe(Subject subject)
    {
        var binding = Namespace.Length == 0 ? $"ClusterRoleBinding {Go.Quote(Name)}" : $"RoleBinding {Go.Quote($"{Name}/{Namespace}")}";
        return $"{binding} of {Role.Kind} {Go.Quote(Role.Name)} to {subject.Describe(Namespace)}";
    }
}

internal sealed record RoleRef(string ApiGroup, string Kind, string Name)
{
    /// <summary>Go's <c>%#v</c>, which the immutability message shows.</summary>
    public string Shown => $"rbac.RoleRef{{APIGroup:{Go.Quote(ApiGroup)}, Kind:{Go.Quote(Kind)}, Name:{Go.Quote(Name)}}}";

    public ResourceType Type => Kind == "Role" ? ResourceTypes.Role : ResourceTypes.ClusterRole;

    public static RoleRef Parse(JsonObject binding)
    {
        var role = binding.Object("roleRef");
        return new(role.Text("apiGroup"), role.Text("kind"), role.Text("name"));
    }

    public ObjectKey KeyIn(string bindingNamespace) => new(Type.Namespaced ? bindingNamespace : "", Name);
}

internal sealed record Subject(string Kind, string Name, string Namespace)
{
    public static Subject Parse(JsonObject subject) => new(subject.Text("kind"), subject.Text("name"), subject.Text("namespace"));

    public bool Is(Identity user, string bindingNamespace) => Kind switch
    {
        "User" => user.Name == Name,
        "Group" => user.Groups.Contains(Name),
        "ServiceAccount" => user.Name == $"{Identity.ServiceAccountPrefix}{Home(bindingNamespace)}:{Name}",
        _ => false,
    };

    public string Describe(string bindingNamespace) =>
        $"{Kind} {Go.Quote(Kind == "ServiceAccount" ? $"{Name}/{Home(bindingNamespace)}" : Name)}";

    private string Home(string bindingNamespace) => Namespace.Length > 0 ? Namespace : bindingNamespace;
}
