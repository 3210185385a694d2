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

    /// <summary>True for verbs that only look: at objects (get, list, watch) or at URLs (get, head).</summary>
    public static bool IsReading(string verb) => verb is "get" or "list" or "watch" or "head";

    /// <summary>True if any verb does more than look; a verb that is not known does.</summary>
    public bool IsChanging => !Verbs.All(IsReading);

    /// <summary>
    /// True if the rule reaches the resource, with Kubernetes' wildcards <c>*</c> and <c>*/subresource</c> (RBAC: ResourceMatches), and with
    /// <c>resource/*</c>, which RBAC reads literally, but whoever wrote it meant more, and another authorizer may do as meant.
    /// </summary>
    /// <param name="resource">Plural, with its subresource if any: <c>pods/exec</c>; <c>pods/*</c> is any subresource of pods.</param>
    public bool Reaches(string apiGroup, string resource)
    {
        if (!ApiGroups.Contains(apiGroup) && !ApiGroups.Contains(All))
            return false;
        if (Resources.Contains(All) || Resources.Contains(resource))
            return true;
        var slash = resource.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0)
            return false;
        var (kind, sub) = (resource[..slash], resource[(slash + 1)..]);
        return Resources.Contains($"*/{sub}") || Resources.Contains($"{kind}/*")
            || (sub == All && Resources.Any(r => r.StartsWith($"{kind}/", StringComparison.Ordinal)));
    }

    /// <summary>How many permissions <see cref="Singles"/> has, verb by verb: a few words in each list are soon too many to look at.</summary>
    public double Permissions => (double)Verbs.Count * ((double)ApiGroups.Count * Resources.Count + NonResourceUrls.Count);

    /// <summary>The same permissions, one API group and resource, or one URL, at a time; empty where the rule allows nothing.</summary>
    public IEnumerable<PolicyRule> Singles() => Verbs.Count == 0 ? [] :
        ApiGroups.SelectMany(group => Resources.Select(resource => this with { ApiGroups = [group], Resources = [resource], NonResourceUrls = [] }))
            .Concat(NonResourceUrls.Select(url => this with { ApiGroups = [], Resources = [], ResourceNames = [], NonResourceUrls = [url] }));
}
