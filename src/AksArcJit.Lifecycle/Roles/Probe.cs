namespace AksArcJit.Lifecycle.Roles;

/// <summary>One question to the cluster about the engineer: a SubjectAccessReview's attributes (authorization.k8s.io/v1).</summary>
/// <param name="ApiGroup">Empty for the core group, and for a URL.</param>
/// <param name="Resource">Plural, without subresource; empty for a URL.</param>
/// <param name="Namespace">Empty asks for all namespaces.</param>
/// <param name="Url">A non-resource URL; empty for resources.</param>
public sealed record Probe(string Verb, string ApiGroup, string Resource, string Subresource, string Name, string Namespace, string Url)
{
    /// <summary>At most this many questions for one role.</summary>
    public const int Most = 20;

    /// <summary>The first verb and resource of each rule, which the binding must allow while it stands.</summary>
    public static IReadOnlyList<Probe> Of(RoleRules role, Scope scope) =>
        [.. role.Rules.Select(rule => Of(rule, scope)).OfType<Probe>().Distinct().Take(Most)];

    private static Probe? Of(PolicyRule rule, Scope scope) => (rule, scope) switch
    {
        ({ Verbs.Count: > 0, Resources.Count: > 0, ApiGroups.Count: > 0 }, _) =>
            OfResource(rule, scope is Scope.Namespace one ? one.Name : ""),
        // A RoleBinding never carries URLs (Kubernetes RBAC: non-resource endpoints need a ClusterRoleBinding).
        ({ Verbs.Count: > 0, NonResourceUrls.Count: > 0 }, Scope.Cluster) =>
            new Probe(rule.Verbs[0], "", "", "", "", "", rule.NonResourceUrls[0]),
        _ => null,
    };

    private static Probe OfResource(PolicyRule rule, string namespaceName)
    {
        var path = rule.Resources[0].Split('/', 2);
        return new Probe(rule.Verbs[0], rule.ApiGroups[0], path[0], path.Length > 1 ? path[1] : "",
            rule.ResourceNames.Count > 0 ? rule.ResourceNames[0] : "", namespaceName, "");
    }

    public override string ToString() => Url.Length > 0
        ? $"{Verb} {Url}"
        : $"{Verb} {Resource}{(Subresource.Length > 0 ? "/" + Subresource : "")}{(ApiGroup.Length > 0 ? "." + ApiGroup : "")}"
          + $"{(Name.Length > 0 ? " " + Name : "")}{(Namespace.Length > 0 ? " in " + Namespace : "")}";
}

/// <summary>The cluster's answer to a probe.</summary>
/// <param name="Reason">The authorizer's own words; may be empty.</param>
/// <param name="AllowedBy">The binding that the reason names, if it names one.</param>
/// <param name="AllowedByAzure">The Azure role assignment that the reason names instead, if it names one.</param>
public sealed record ProbeAnswer(Probe Probe, bool Allowed, string Reason, BindingName? AllowedBy, AzureRoleAssignment? AllowedByAzure = null)
{
    /// <summary>Who allows, as far as the reason names it; null where it names nobody.</summary>
    public string? Grantor => AllowedBy?.ToString() ?? AllowedByAzure?.ToString();

    /// <summary>Whether it tells that the binding gives nothing any more: denied, or allowed by another whom the reason names.</summary>
    public bool Clears(BindingName binding) => !Allowed || (Grantor is not null && AllowedBy != binding);
}
