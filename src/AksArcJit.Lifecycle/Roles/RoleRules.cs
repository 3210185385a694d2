using System.Security.Cryptography;
using System.Text;

namespace AksArcJit.Lifecycle.Roles;

/// <summary>
/// The live rules of a ClusterRole, its own united with those its aggregation selects. <see cref="CanonicalText"/> does not depend on
/// the order of rules or of the words within one, so that a reordering is no change of terms.
/// </summary>
public sealed class RoleRules
{
    public RoleRules(IReadOnlyList<PolicyRule> rules)
    {
        Rules = rules;
        CanonicalText = string.Join('\n', rules.Select(Line).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));
        Hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(CanonicalText)));
    }

    public IReadOnlyList<PolicyRule> Rules { get; }

    /// <summary>One line a rule: verbs, groups, resources, names and URLs, each sorted, quoted and length-safe.</summary>
    public string CanonicalText { get; }

    /// <summary>SHA-256 of <see cref="CanonicalText"/> in UTF-8, 64 lower-case hexadecimal digits.</summary>
    public string Hash { get; }

    private static string Line(PolicyRule rule) =>
        $"verbs={Words(rule.Verbs)} groups={Words(rule.ApiGroups)} resources={Words(rule.Resources)} names={Words(rule.ResourceNames)} urls={Words(rule.NonResourceUrls)}";

    private static string Words(IReadOnlyList<string> words) =>
        $"[{string.Join(',', words.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Select(w => $"{w.Length}:{w}"))}]";
}
