using AksArcJit.DevCluster.Errors;

namespace AksArcJit.DevCluster.Objects;

/// <summary>Field selectors on what every type supports: metadata.name and metadata.namespace.</summary>
internal sealed class FieldSelector
{
    private readonly List<(string Field, string Value, bool Negated)> _terms = [];

    /// <summary>The one name that the selector admits, or "".</summary>
    public string RequiredName => _terms.Find(term => term is { Field: "metadata.name", Negated: false }).Value ?? "";

    public bool IsEmpty => _terms.Count == 0;

    public static FieldSelector Parse(string query)
    {
        var selector = new FieldSelector();
        foreach (var term in query.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var negated = term.Contains("!=", StringComparison.Ordinal);
            if (term.Split(negated ? "!=" : term.Contains("==", StringComparison.Ordinal) ? "==" : "=", 2) is not [var field, var value])
                throw Refusals.BadRequest($"invalid selector: {Go.Quote(query)}; can't understand {Go.Quote(term)}");
            if (field is not ("metadata.name" or "metadata.namespace"))
                throw Refusals.BadRequest($"Unable to find field label: {field}: field label not supported: {field}");
            selector._terms.Add((field, value, negated));
        }
        return selector;
    }

    public bool Matches(ObjectKey key) => _terms.TrueForAll(term =>
        ((term.Field == "metadata.name" ? key.Name : key.Namespace) == term.Value) != term.Negated);
}
