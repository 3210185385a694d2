using AksArcJit.DevCluster.Errors;

namespace AksArcJit.DevCluster.Requests;

/// <summary>What the client can read. This server writes JSON, and Tables where they come first.</summary>
internal static class Accept
{
    /// <exception cref="StatusException">406 where JSON is not among what the client takes.</exception>
    public static void Check(HttpRequest request)
    {
        if (Types(request) is { Length: > 0 } types
            && !types.Any(type => type.StartsWith("application/json", StringComparison.Ordinal) || type.StartsWith("*/*", StringComparison.Ordinal) || type.StartsWith("application/*", StringComparison.Ordinal)))
            throw Refusals.NotAcceptable();
    }

    public static bool Table(HttpRequest request) =>
        Types(request).FirstOrDefault() is { } first && first.Contains("as=Table", StringComparison.Ordinal);

    private static string[] Types(HttpRequest request) =>
        request.Headers.Accept.ToString().Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
