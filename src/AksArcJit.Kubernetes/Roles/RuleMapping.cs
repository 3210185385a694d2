using AksArcJit.Lifecycle.Roles;
using k8s.Models;

namespace AksArcJit.Kubernetes.Roles;

internal static class RuleMapping
{
    /// <exception cref="Exception">It holds nothing where a rule or a word should stand, as no API server writes it.</exception>
    public static IReadOnlyList<PolicyRule> Of(V1ClusterRole role) => [.. (role.Rules ?? []).Select(rule => new PolicyRule(
        List(rule.Verbs), List(rule.ApiGroups), List(rule.Resources), List(rule.ResourceNames), List(rule.NonResourceURLs)))];

    /// <summary>Each rule once: an aggregated role already stores what its parts say.</summary>
    public static IReadOnlyList<PolicyRule> Distinct(IEnumerable<PolicyRule> rules) =>
        [.. rules.DistinctBy(rule => new RoleRules([rule]).CanonicalText, StringComparer.Ordinal)];

    private static List<string> List(IList<string>? words) => [.. (words ?? []).Select(word => word ?? throw new FormatException("a rule has an empty place"))];
}
