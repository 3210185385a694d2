using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using AksArcJit.DevCluster.Errors;

namespace AksArcJit.DevCluster.Objects;

/// <summary>A conjunction of conditions on labels, in its query form and in its object form.</summary>
internal sealed partial class LabelSelector
{
    private readonly List<Condition> _conditions = [];

    private delegate bool Condition(IReadOnlyDictionary<string, string> labels);

    public bool IsEmpty => _conditions.Count == 0;

    public bool Matches(IReadOnlyDictionary<string, string> labels) => _conditions.TrueForAll(condition => condition(labels));

    /// <summary>The query form: <c>a=b,c!=d,e in (f,g),h,!i</c>.</summary>
    public static LabelSelector Parse(string query)
    {
        var selector = new LabelSelector();
        foreach (var term in Comma().Split(query).Select(term => term.Trim()).Where(term => term.Length > 0))
        {
            var match = Term().Match(term);
            if (!match.Success)
                throw Refusals.BadRequest($"unable to parse requirement: {term}");
            var key = match.Groups["key"].Value;
            var value = match.Groups["value"].Value.Trim();
            var values = match.Groups["values"].Value.Split(',', StringSplitOptions.TrimEntries);
            selector.Add(key, match.Groups["not"].Success ? "!" : match.Groups["op"].Value, match.Groups["values"].Success ? values : [value]);
        }
        return selector;
    }

    /// <summary>The object form: matchLabels and matchExpressions.</summary>
    public static LabelSelector Parse(JsonObject form)
    {
        var selector = new LabelSelector();
        foreach (var (key, value) in form.TextMap("matchLabels"))
            selector.Add(key, "=", [value]);
        foreach (var expression in form.Objects("matchExpressions"))
        {
            var op = expression.Text("operator") switch
            {
                "In" => "in",
                "NotIn" => "notin",
                "Exists" => "",
                "DoesNotExist" => "!",
                var other => throw Refusals.BadRequest($"{Go.Quote(other)} is not a valid label selector operator"),
            };
            selector.Add(expression.Text("key"), op, expression.Texts("values"));
        }
        return selector;
    }

    private void Add(string key, string op, string[] values) => _conditions.Add(op switch
    {
        "=" or "==" or "in" => labels => labels.TryGetValue(key, out var held) && values.Contains(held),
        "!=" or "notin" => labels => !labels.TryGetValue(key, out var held) || !values.Contains(held),
        "!" => labels => !labels.ContainsKey(key),
        "" => labels => labels.ContainsKey(key),
        _ => throw Refusals.BadRequest($"unknown label operator {op}"),
    });

    // Commas, but not those inside the parentheses of a set.
    [GeneratedRegex(@",(?![^()]*\))")]
    private static partial Regex Comma();

    [GeneratedRegex(@"^(?<not>!)?\s*(?<key>[A-Za-z0-9._/-]+)\s*((?<op>==|=|!=)(?<value>[^=!]*)|(?<op>in|notin)\s*\((?<values>[^()]*)\))?$")]
    private static partial Regex Term();
}
