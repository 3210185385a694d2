namespace AksArcJit.Lifecycle.Roles;

/// <summary>Addresses of the API server that tell how it is and what it offers, no more (Kubernetes: system:discovery, system:public-info-viewer, system:monitoring).</summary>
internal static class PublicAddress
{
    private static readonly string[] Exact = ["/healthz", "/livez", "/readyz", "/version", "/api", "/apis", "/openapi", "/metrics", "/openid/v1/jwks"];
    private static readonly string[] Below = ["/healthz/", "/livez/", "/readyz/", "/version/", "/api/", "/apis/", "/openapi/", "/metrics/", "/.well-known/openid-configuration"];

    /// <summary>True if every address that <paramref name="url"/> means, with a trailing <c>*</c> or without, is such a one.</summary>
    public static bool Covers(string url) =>
        Exact.Contains(url) || Below.Any(start => url.StartsWith(start, StringComparison.Ordinal) && !url.Contains("..", StringComparison.Ordinal));
}
