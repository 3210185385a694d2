namespace AksArcJit.DevCluster.Rbac;

/// <summary>Whether rules held include rules asked for: k8s.io/component-helpers auth/rbac/validation <c>Covers</c>.</summary>
internal static class RuleCover
{
    /// <returns>The parts that are not held, each one verb on one resource or path.</returns>
    public static IReadOnlyList<PolicyRule> Missing(IReadOnlyList<PolicyRule> held, IEnumerable<PolicyRule> asked) =>
        [.. asked.SelectMany(Parts).Where(part => !held.Any(rule => Covers(rule, part)))];

    private static IEnumerable<PolicyRule> Parts(PolicyRule rule)
    {
        foreach (var verb in rule.Verbs)
        {
            foreach (var url in rule.NonResourceUrls)
                yield return new([verb], [], [], [], [url]);
            foreach (var group in rule.ApiGroups)
                foreach (var resource in rule.Resources)
                    foreach (var name in rule.ResourceNames.Length == 0 ? [null] : rule.ResourceNames.Select(name => (string?)name))
                        yield return new([verb], [group], [resource], name is null ? [] : [name], []);
        }
    }

    private static bool Covers(PolicyRule held, PolicyRule part) =>
        part.NonResourceUrls is [var url]
            ? held.MatchesVerb(part.Verbs[0]) && CoversPath(held, url)
            : held.MatchesVerb(part.Verbs[0])
                && held.MatchesGroup(part.ApiGroups[0])
                && held.MatchesResource(part.Resources[0], Subresource(part.Resources[0]))
                && (held.ResourceNames.Length == 0 || part.ResourceNames is [var name] && held.ResourceNames.Contains(name));

    private static bool CoversPath(PolicyRule held, string url) => held.NonResourceUrls.Any(owned =>
        owned == "*" || owned == url || (owned.EndsWith('*') && url.StartsWith(owned.TrimEnd('*'), StringComparison.Ordinal)));

    private static string Subresource(string resource) =>
        resource.Split('/', 2) is [_, var subresource] ? subresource : "";
}
