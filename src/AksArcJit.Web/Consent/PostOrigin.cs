using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace AksArcJit.Web.Consent;

/// <summary>Whether a post came from our own page, as far as the browser tells (W3C Fetch Metadata; RFC 6454).</summary>
public static class PostOrigin
{
    private const string FetchSite = "Sec-Fetch-Site";

    /// <summary>True as well where neither header is there: no browser, and the secret in the address is the authority.</summary>
    /// <param name="publicUrl">Where approvers reach the page.</param>
    public static bool IsOurs(HttpRequest request, Uri publicUrl)
    {
        if (request.Headers[FetchSite] is { Count: > 0 } site && (site.Count > 1 || site[0] is not ("same-origin" or "none")))
            return false;
        return request.Headers[HeaderNames.Origin] is not { Count: > 0 } origin || IsOurs(origin, request, publicUrl);
    }

    // Under our Referrer-Policy (no-referrer) browsers send "null" with our own form too (Fetch standard, "append a request Origin header").
    private static bool IsOurs(StringValues origin, HttpRequest request, Uri publicUrl) =>
        origin.Count == 1 && (origin[0] == "null"
            || (Uri.TryCreate(origin[0], UriKind.Absolute, out var from)
                && (IsSame(from, publicUrl)
                    || (Uri.TryCreate($"{request.Scheme}://{request.Host}", UriKind.Absolute, out var here) && IsSame(from, here)))));

    private static bool IsSame(Uri one, Uri other) =>
        Uri.Compare(one, other, UriComponents.SchemeAndServer, UriFormat.SafeUnescaped, StringComparison.OrdinalIgnoreCase) == 0;
}
