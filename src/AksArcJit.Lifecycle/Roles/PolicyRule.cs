namespace AksArcJit.Lifecycle.Roles;

/// <summary>One rule of a (Cluster)Role, rbac.authorization.k8s.io/v1 PolicyRule. A list is empty where Kubernetes leaves it out.</summary>
public sealed record PolicyRule(
    IReadOnlyList<string> Verbs,
    IReadOnlyList<string> ApiGroups,
    IReadOnlyList<string> Resources,
    IReadOnlyList<string> ResourceNames,
    IReadOnlyList<string> NonResourceUrls)
{
    public const string All = "*";

    public static PolicyRule On(string[] verbs, string[] apiGroups, string[] resources, string[]? names = null) =>
        new(verbs, apiGroups, resources, names ?? [], []);

    /// <summary>True if the rule allows any of <paramref name="verbs"/>.</summary>
    public bool HasVerb(params ReadOnlySpan<string> verbs)
    {
        foreach (var verb in verbs)
            if (Verbs.Contains(verb) || Verbs.Contains(All))
                return true;
        return false;
    }

    /// <summary>True if the rule reaches the resource, with Kubernetes' wildcards: <c>*</c>, <c>*/subresource</c> (RBAC: ResourceMatches).</summary>
    /// <param name="resource">Plural, with its subresource if any: <c>pods/exec</c>.</param>
    public bool Reaches(string apiGroup, string resource)
    {
        if (!ApiGroups.Contains(apiGroup) && !ApiGroups.Contains(All))
            return false;
        var slash = resource.IndexOf('/', StringComparison.Ordinal);
        return Resources.Contains(resource) || Resources.Contains(All)
            || (slash > 0 && Resources.Contains(string.Concat("*", resource.AsSpan(slash))));
    }

    public bool HasWildcard => Verbs.Contains(All) || ApiGroups.Contains(All) || NonResourceUrls.Any(url => url.Contains('*', StringComparison.Ordinal))
        || Resources.Any(r => r.Contains('*', StringComparison.Ordinal));
}
