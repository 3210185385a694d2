namespace AksArcJit.Lifecycle.Roles;

/// <summary>What the role can do, in words for the person who decides: harmless reading first, the dangers said apart.</summary>
public static class RoleExplanation
{
    private static readonly string[] Reading = ["get", "list", "watch"];

    /// <summary>One sentence a rule, in the role's order.</summary>
    public static IReadOnlyList<string> Sentences(RoleRules role) => [.. role.Rules.Select(Sentence)];

    public static string Sentence(PolicyRule rule)
    {
        var verbs = rule.Verbs.Contains(PolicyRule.All) ? "do anything with"
            : rule.Verbs.All(Reading.Contains) ? "read"
            : rule.Verbs.Any(Reading.Contains) ? $"read and {Join(rule.Verbs.Except(Reading))}"
            : Join(rule.Verbs);
        if (rule.NonResourceUrls.Count > 0)
            return $"May {verbs} the addresses {Join(rule.NonResourceUrls)}.";
        var things = rule.Resources.Contains(PolicyRule.All) ? "every kind of object" : Join(rule.Resources.Select(Plain));
        var groups = rule.ApiGroups.Contains(PolicyRule.All) ? " in every API group"
            : rule.ApiGroups.Any(g => g.Length > 0) ? $" ({Join(rule.ApiGroups.Select(g => g.Length == 0 ? "core" : g))})" : "";
        var names = rule.ResourceNames.Count > 0 ? $" named {Join(rule.ResourceNames)}" : "";
        return $"May {verbs} {things}{names}{groups}.";
    }

    private static string Plain(string resource) => resource switch
    {
        "pods/log" => "logs of pods",
        "pods/exec" => "command sessions inside pods",
        "pods/attach" => "terminals of pods",
        "pods/portforward" => "network tunnels into pods",
        "secrets" => "Secrets (passwords, keys, tokens)",
        "configmaps" => "configuration (ConfigMaps)",
        "persistentvolumeclaims" => "storage claims",
        _ => resource,
    };

    private static string Join(IEnumerable<string> words)
    {
        var all = words.ToList();
        return all.Count < 2 ? string.Concat(all) : $"{string.Join(", ", all.Take(all.Count - 1))} and {all[^1]}";
    }
}
