using AksArcJit.DevCluster.Errors;
using AksArcJit.DevCluster.Tokens;

namespace AksArcJit.DevCluster.Rbac;

/// <summary>What RBAC decides about: a verb on a resource, or on a path that is none.</summary>
/// <param name="User">The user, after impersonation.</param>
/// <param name="Verb">Lower case.</param>
/// <param name="Group">API group, "" for the core group.</param>
/// <param name="Namespace">"" at the cluster scope.</param>
/// <param name="Path">Null for a resource.</param>
internal sealed record AccessRequest(
    Identity User, string Verb, string Group, string Resource, string Subresource, string Name, string Namespace, string? Path)
{
    private string Combined => Subresource.Length == 0 ? Resource : $"{Resource}/{Subresource}";

    public static AccessRequest OnResource(
        Identity user, string verb, string group, string resource, string subresource = "", string name = "", string inNamespace = "") =>
        new(user, verb, group, resource, subresource, name, inNamespace, null);

    public static AccessRequest OnPath(Identity user, string verb, string path) => new(user, verb, "", "", "", "", "", path);

    /// <summary>pkg/registry/rbac <c>RuleAllows</c>.</summary>
    public bool IsAllowedBy(PolicyRule rule) => Path is null
        ? rule.MatchesVerb(Verb)
            && rule.MatchesGroup(Group)
            && rule.MatchesResource(Combined, Subresource)
            && rule.MatchesName(Name)
        : rule.MatchesVerb(Verb) && rule.MatchesPath(Path);

    /// <summary>The 403 in the words of the API server's <c>responsewriters.Forbidden</c>.</summary>
    public StatusException Refused(Decision decision)
    {
        var user = $"User {Go.Quote(User.Name)} cannot {Verb}";
        var told = (Path, Namespace) switch
        {
            ({ } path, _) => $"{user} path {Go.Quote(path)}",
            (_, "") => $"{user} resource {Go.Quote(Combined)} in API group {Go.Quote(Group)} at the cluster scope",
            _ => $"{user} resource {Go.Quote(Combined)} in API group {Go.Quote(Group)} in the namespace {Go.Quote(Namespace)}",
        };
        return Refusals.Forbidden(Group, Resource, Name, decision.Reason.Length == 0 ? told : $"{told}: {decision.Reason}");
    }
}

/// <summary>Allowed or not, and why, in the real authorizer's words; "" where it gives none.</summary>
internal readonly record struct Decision(bool Allowed, string Reason);
