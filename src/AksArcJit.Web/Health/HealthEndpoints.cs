using AksArcJit.Contracts;
using AksArcJit.Web.OpenApi;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace AksArcJit.Web.Health;

/// <summary>For those who watch the process: without sign-in, and without anything that they should not know.</summary>
internal static class HealthEndpoints
{
    public static void MapHealth(this IEndpointRouteBuilder endpoints)
    {
        var health = endpoints.MapGroup("").WithTags("Health").AllowAnonymous();
        health.MapGet("/healthz", Alive).Says("getAlive", "Whether the process answers");
        health.MapGet("/readyz", ReadyAsync).Produces<Readiness>(StatusCodes.Status503ServiceUnavailable).Says("getReadiness", "Whether the journal and each cluster answer");
    }

    private static Ok<Alive> Alive() => TypedResults.Ok(new Alive { Status = "alive" });

    // Without its journal the broker can record nothing, so nobody should be sent here; a cluster that is away is its own affair.
    private static async Task<Results<Ok<Readiness>, JsonHttpResult<Readiness>>> ReadyAsync(ReadinessCheck check)
    {
        var readiness = await check.AskAsync();
        return readiness.Journal == "ok"
            ? TypedResults.Ok(readiness)
            : TypedResults.Json(readiness, statusCode: StatusCodes.Status503ServiceUnavailable);
    }
}
