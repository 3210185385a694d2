using System.Text.Json.Nodes;
using AksArcJit.DevCluster.Errors;
using AksArcJit.DevCluster.Objects;

namespace AksArcJit.DevCluster.Rbac;

/// <summary>One rule of a role, with the matching of kubernetes pkg/apis/rbac/v1/evaluation_helpers.go.</summary>
internal sealed record PolicyRule(string[] Verbs, string[] ApiGroups, string[] Resources, string[] ResourceNames, string[] NonResourceUrls)
{
    private const string All = "*";

    public static PolicyRule Everything { get; } = new([All], [All], [All], [], []);

    public static PolicyRule EveryPath { get; } = new([All], [], [], [], [All]);

    public static PolicyRule Parse(JsonObject rule) => new(
        rule.Texts("verbs"), rule.Texts("apiGroups"), rule.Texts("resources"), rule.Texts("resourceNames"), rule.Texts("nonResourceURLs"));

    public bool MatchesVerb(string verb) => Verbs.Contains(All) || Verbs.Contains(verb);

    public bool MatchesGroup(string group) => ApiGroups.Contains(All) || ApiGroups.Contains(group);

    /// <summary><c>*</c> is every resource and subresource; <c>*/scale</c> is that subresource of every resource.</summary>
    public bool MatchesResource(string combined, string subresource) =>
        Resources.Contains(All)
        || Resources.Contains(combined)
        || (subresource.Length > 0 && Resources.Contains($"*/{subresource}"));

    /// <summary>A rule with names never matches a request without one (list, create), but for a list limited to that name.</summary>
    public bool MatchesName(string name) => ResourceNames.Length == 0 || ResourceNames.Contains(name);

    public bool MatchesPath(string path) => NonResourceUrls.Any(url =>
        url == All || url == path || (url.EndsWith('*') && path.StartsWith(url.TrimEnd('*'), StringComparison.Ordinal)));

    public JsonObject ToJson()
    {
        var rule = new JsonObject { ["verbs"] = Json.Array(Verbs) };
        Add("apiGroups", ApiGroups);
        Add("resources", Resources);
        Add("resourceNames", ResourceNames);
        Add("nonResourceURLs", NonResourceUrls);
        return rule;

        void Add(string field, string[] values)
        {
            if (values.Length > 0)
                rule[field] = Json.Array(values);
        }
    }

    /// <summary>Kubernetes' <c>CompactString</c>, which the escalation message is made of.</summary>
    public override string ToString()
    {
        (string Name, string[] Values)[] parts =
        [
            ("APIGroups", ApiGroups), ("Resources", Resources), ("NonResourceURLs", NonResourceUrls),
            ("ResourceNames", ResourceNames), ("Verbs", Verbs),
        ];
        return "{" + string.Join(", ", parts.Where(part => part.Values.Length > 0).Select(part => $"{part.Name}:{List(part.Values)}")) + "}";

        static string List(string[] values) => $"[{string.Join(" ", values.Select(Go.Quote))}]";
    }
}
