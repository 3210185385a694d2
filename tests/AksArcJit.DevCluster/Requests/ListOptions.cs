using AksArcJit.DevCluster.Errors;
using AksArcJit.DevCluster.Objects;

namespace AksArcJit.DevCluster.Requests;

/// <summary>The query parameters of meta/v1 ListOptions.</summary>
/// <param name="ResourceVersion">Null where absent; 0 means any.</param>
/// <param name="Limit">0: no limit.</param>
internal sealed record ListOptions(
    LabelSelector Labels, FieldSelector Fields, long? ResourceVersion, string ResourceVersionMatch, int Limit, string Continue,
    bool AllowBookmarks, TimeSpan? Timeout)
{
    public static ListOptions Parse(IQueryCollection query) => new(
        LabelSelector.Parse(query["labelSelector"].ToString()),
        FieldSelector.Parse(query["fieldSelector"].ToString()),
        Number(query, "resourceVersion"),
        query["resourceVersionMatch"].ToString(),
        (int)Math.Min(Number(query, "limit") ?? 0, int.MaxValue),
        query["continue"].ToString(),
        Flag(query, "allowWatchBookmarks"),
        Number(query, "timeoutSeconds") is { } seconds and > 0 ? TimeSpan.FromSeconds(seconds) : null);

    public static bool Flag(IQueryCollection query, string name) => query[name].ToString() is "true" or "1";

    public bool Matches(StoredObject stored, string inNamespace) =>
        (inNamespace.Length == 0 || stored.Key.Namespace == inNamespace) && Fields.Matches(stored.Key) && Labels.Matches(stored.Labels);

    private static long? Number(IQueryCollection query, string name) => query[name].ToString() switch
    {
        "" => null,
        var text when long.TryParse(text, out var number) && number >= 0 => number,
        var text => throw Refusals.BadRequest($"invalid {name}: {Go.Quote(text)}"),
    };
}
