namespace AksArcJit.DevCluster.Errors;

/// <summary>Go's print verbs, which Kubernetes' messages are made of.</summary>
internal static class Go
{
    /// <summary><c>%q</c> of a string.</summary>
    public static string Quote(string text) =>
        "\"" + text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal) + "\"";

    /// <summary><c>%q</c> of a slice: <c>["a" "b"]</c>.</summary>
    public static string QuoteAll(IEnumerable<string> texts) => $"[{string.Join(' ', texts.Select(Quote))}]";

    /// <summary>k8s.io/apimachinery <c>utilerrors.Aggregate</c>: one text alone, several in brackets.</summary>
    public static string Aggregate(IReadOnlyCollection<string> texts) => texts.Distinct(StringComparer.Ordinal).ToArray() switch
    {
        [var only] => only,
        var several => $"[{string.Join(", ", several)}]",
    };
}
