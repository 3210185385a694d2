using AksArcJit.Lifecycle.Roles;
using k8s.Models;

namespace AksArcJit.Kubernetes.Roles;

internal static class RuleMapping
{
    public static IEnumerable<PolicyRule> Of(V1ClusterRole role) => (role.Rules ?? []).Select(rule => new PolicyRule(
        List(rule.Verbs), List(rule.ApiGroups), List(rule.Resources), List(rule.ResourceNames), List(rule.NonResourceURLs)));

    /// <summary>Each rule once: an aggregated role already stores what its parts say.</summary>
    public static IReadOnlyList<PolicyRule> Distinct(IEnumerable<PolicyRule> rules) =>
        [.. rules.DistinctBy(rule => new RoleRules([rule]).CanonicalText, StringComparer.Ordinal)];

    private static List<string> List(IList<string>? words) => [.. words ?? []];
}
