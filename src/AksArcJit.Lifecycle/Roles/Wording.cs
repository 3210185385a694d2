namespace AksArcJit.Lifecycle.Roles;

/// <summary>Kubernetes' words in plain ones.</summary>
internal static class Wording
{
    public static string Verbs(IReadOnlyList<string> verbs)
    {
        var others = verbs.Where(verb => !PolicyRule.IsReading(verb)).Distinct().ToList();
        return verbs.Contains(PolicyRule.All) ? "do anything with"
            : others.Count == 0 ? "read"
            : others.Count < verbs.Distinct().Count() ? $"read and {Join(others.Select(Verb))}"
            : Join(others.Select(Verb));
    }

    /// <summary>The group is named where the word alone does not tell whose object it is.</summary>
    public static string Thing(string group, string resource)
    {
        var owner = group switch
        {
            PolicyRule.All => " in every API group",
            "" or "apps" or "batch" or "extensions" or "policy" or "autoscaling" => "",
            _ when group.EndsWith(".k8s.io", StringComparison.Ordinal) && resource != PolicyRule.All => "",
            _ => $" ({group})",
        };
        return resource == PolicyRule.All
            ? group.Length == 0 ? "every kind of object in the core API group" : $"every kind of object{owner}"
            : Plain(resource) + owner;
    }

    public static string Join(IEnumerable<string> words)
    {
        var all = words.ToList();
        return all.Count < 2 ? string.Concat(all) : $"{string.Join(", ", all.Take(all.Count - 1))} and {all[^1]}";
    }

    private static string Verb(string verb) => verb switch
    {
        "update" => "replace",
        "patch" => "change",
        "deletecollection" => "delete all",
        "impersonate" => "act as",
        _ => verb,
    };

    private static string Plain(string resource) => resource switch
    {
        "pods/log" => "logs of pods",
        "pods/exec" => "command sessions inside pods",
        "pods/attach" => "terminals of pods",
        "pods/portforward" => "network tunnels into pods",
        "pods/proxy" => "connections to pods",
        "services/proxy" => "connections to services",
        "pods/ephemeralcontainers" => "debugging containers inside pods",
        "pods/eviction" => "evictions of pods",
        "nodes/proxy" => "the nodes' own interface (nodes/proxy)",
        "secrets" => "Secrets (passwords, keys, tokens)",
        "serviceaccounts/token" => "tokens of service accounts",
        "selfsubjectaccessreviews" or "selfsubjectrulesreviews" or "selfsubjectreviews" => "questions what oneself may do",
        "subjectaccessreviews" or "localsubjectaccessreviews" => "questions what somebody may do",
        "configmaps" => "configuration (ConfigMaps)",
        "persistentvolumeclaims" => "storage claims",
        _ => resource,
    };
}
