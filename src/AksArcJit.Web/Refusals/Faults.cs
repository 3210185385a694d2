using System.Text.RegularExpressions;
using AksArcJit.Broker.Ports;
using AksArcJit.Broker.Requests;
using AksArcJit.Web.Input;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Infrastructure;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using static Microsoft.AspNetCore.Http.StatusCodes;

namespace AksArcJit.Web.Refusals;

/// <summary>Whatever goes wrong on the way leaves as a problem: exceptions, and statuses that the framework sets without a body.</summary>
internal static partial class Faults
{
    public static async Task TellAsync(HttpContext context, RequestDelegate next)
    {
        ProblemResult? problem;
        try
        {
            await next(context);
            problem = context.Response.HasStarted || context.Response.ContentType is not null || context.Response.ContentLength is not null ? null : OfStatus(context);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // Nobody is there to be told.
            return;
        }
        catch (Exception failure) when (!context.Response.HasStarted)
        {
            problem = OfException(context, failure);
            context.Response.Clear();
        }
        if (problem is not null)
            await problem.ExecuteAsync(context);
    }

    private static ProblemResult OfException(HttpContext context, Exception failure)
    {
        var log = context.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(Faults).FullName!);
        var (method, route) = (context.Request.Method, (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? "(no route)");
        switch (failure)
        {
            case UnreadableBodyException unreadable:
                return unreadable.Problem;
            case BadHttpRequestException { StatusCode: Status400BadRequest } bad when UnboundParameter().Match(bad.Message) is { Success: true } parameter:
                return Problems.Invalid(parameter.Groups[1].Value, "See /docs for the form of this parameter.");
            case BadHttpRequestException bad:
                return bad.StatusCode == Status413PayloadTooLarge ? Problems.TooLarge(JsonBody.Largest) : Problems.Rejected(bad.StatusCode);
            case JournalUnavailableException:
                log.JournalAway(method, route, failure.Message);
                return Problems.JournalUnavailable();
            case QuarantineException quarantine:
                log.MetQuarantine(method, route, failure.Message);
                return Problems.Quarantined(quarantine.Stream.Text);
            case SignInUnavailableException:
                log.SignInAway(failure.Message);
                return Problems.SignInUnavailable();
            default:
                log.RequestFailed(method, route, failure.Message, failure);
                return Problems.Internal();
        }
    }

    private static ProblemResult? OfStatus(HttpContext context) => context.Response.StatusCode switch
    {
        < 400 => null,
        Status401Unauthorized => Problems.SignInRequired(),
        Status403Forbidden => Problems.RoleRequired(RolesOf(context)),
        Status404NotFound => Problems.NoSuchPath(),
        Status405MethodNotAllowed => Problems.MethodNotAllowed(),
        Status415UnsupportedMediaType => Problems.OtherContentType(),
        var other => Problems.Rejected(other),
    };

    // As the framework words it: Failed to bind parameter "Nullable<int> limit" from "many".
    [GeneratedRegex("^Failed to bind parameter \"[^\"]* (\\w+)\" from")]
    private static partial Regex UnboundParameter();

    private static IEnumerable<string> RolesOf(HttpContext context) =>
        (context.GetEndpoint()?.Metadata.GetOrderedMetadata<AuthorizationPolicy>() ?? [])
            .SelectMany(policy => policy.Requirements).OfType<RolesAuthorizationRequirement>().SelectMany(roles => roles.AllowedRoles).Distinct();
}
