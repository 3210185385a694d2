using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace AksArcJit.Web.Consent;

/// <summary>A page as the answer: never stored, never framed, nothing loaded, no script, and the address told to nobody.</summary>
public sealed class PageResult<TPage>(int status, IReadOnlyDictionary<string, object?> parameters) : IResult where TPage : IComponent
{
    private const int SecondsUntilRetry = 5;

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var page = Encoding.UTF8.GetBytes(await httpContext.RequestServices.GetRequiredService<PageRenderer>().RenderAsync<TPage>(parameters));
        var response = httpContext.Response;
        response.StatusCode = status;
        response.ContentType = "text/html; charset=utf-8";
        response.ContentLength = page.Length;
        if (status == StatusCodes.Status503ServiceUnavailable)
            response.Headers.RetryAfter = SecondsUntilRetry.ToString(CultureInfo.InvariantCulture);
        PageHeaders.Write(response.Headers);
        if (!HttpMethods.IsHead(httpContext.Request.Method))
            await response.Body.WriteAsync(page, httpContext.RequestAborted);
    }
}

public static class PageHeaders
{
    private static readonly string Policy =
        $"default-src 'none'; style-src {ConsentStyle.Source}; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    public static void Write(IHeaderDictionary headers)
    {
        headers.ContentSecurityPolicy = Policy;
        headers.CacheControl = "no-store";
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "no-referrer";
        headers["X-Robots-Tag"] = "noindex, nofollow";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()";
    }
}
