using AksArcJit.Contracts;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace AksArcJit.Web.Refusals;

/// <summary>A problem as an answer (RFC 9457).</summary>
/// <param name="RetryAfter">Where the same request may succeed later: no sooner than this.</param>
public sealed record ProblemResult(Problem Problem, TimeSpan? RetryAfter = null) : IResult, IStatusCodeHttpResult
{
    public const string ContentType = "application/problem+json";

    public int? StatusCode => Problem.Status;

    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.StatusCode = Problem.Status;
        if (RetryAfter is { } pause)
            httpContext.Response.Headers[HeaderNames.RetryAfter] = ((int)Math.Ceiling(pause.TotalSeconds)).ToString();
        return httpContext.Response.WriteAsJsonAsync(Problem, ContractsJson.Default.Problem, ContentType, CancellationToken.None);
    }
}
