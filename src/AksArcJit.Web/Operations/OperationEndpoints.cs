using AksArcJit.Broker.Operations;
using AksArcJit.Broker.Options;
using AksArcJit.Broker.Sweeping;
using AksArcJit.Contracts;
using AksArcJit.Lifecycle.Operations;
using AksArcJit.Lifecycle.Requests;
using AksArcJit.Web.Authentication;
using AksArcJit.Web.Input;
using AksArcJit.Web.OpenApi;
using AksArcJit.Web.Refusals;
using AksArcJit.Web.Requests;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace AksArcJit.Web.Operations;

/// <summary>The kill switch (design section 8), and a sweep on demand.</summary>
internal static class OperationEndpoints
{
    public static void MapOperations(this IEndpointRouteBuilder api)
    {
        var operations = api.MapGroup("/operations").WithTags("Operations");
        operations.MapGet("/pauses", GetPausesAsync).For(RoleNames.Operator, RoleNames.Auditor)
            .Says("getPauses", "Read what is paused", 401, 403, 503);
        operations.MapPost("/pause-grants", PauseAsync).For(RoleNames.Operator)
            .Says("pauseGrants", "Refuse new requests and consents, and hold scheduled starts", 400, 401, 403, 413, 415, 422, 503);
        operations.MapPost("/resume-grants", ResumeAsync).For(RoleNames.Operator)
            .Says("resumeGrants", "Lift the pause of the same scope", 400, 401, 403, 413, 415, 422, 503);
        operations.MapPost("/revoke-all", RevokeAllAsync).For(RoleNames.Operator, RoleNames.Approver)
            .Says("revokeAll", "End everything in the scope; an approver, on their own clusters", 400, 401, 403, 413, 415, 422, 503);
        operations.MapPost("/sweep", SweepAsync).For(RoleNames.Operator)
            .Says("sweep", "Compare every cluster with the journal now, and resolve what is out of order", 400, 401, 403, 413, 415, 503);
    }

    private static async Task<Ok<SweepView>> SweepAsync(Body<SweepForm> body, Sweeper sweeper, CancellationToken cancellation) =>
        TypedResults.Ok(SweepViews.View(await sweeper.SweepAsync(null, body.Form.DryRun ?? false, cancellation)));

    private static async Task<Ok<PausesView>> GetPausesAsync(OperationsDesk desk, CancellationToken cancellation) =>
        TypedResults.Ok(View(await desk.ReadPausesAsync(cancellation)));

    private static async Task<Results<Ok<PausesView>, ProblemResult>> PauseAsync(
        Body<OperationForm> body, Caller caller, OperationsDesk desk, ClusterBook book, CancellationToken cancellation)
    {
        var (scope, reason, problem) = Read(body.Form, book);
        if (problem is not null)
            return problem;
        await desk.PauseAsync(scope, caller.Person, reason, cancellation);
        return TypedResults.Ok(View(await desk.ReadPausesAsync(cancellation)));
    }

    private static async Task<Results<Ok<PausesView>, ProblemResult>> ResumeAsync(
        Body<OperationForm> body, Caller caller, OperationsDesk desk, ClusterBook book, CancellationToken cancellation)
    {
        // A pause of a cluster that has left the options can still be lifted.
        var (scope, reason, problem) = Read(body.Form, book: null);
        if (problem is not null)
            return problem;
        await desk.ResumeAsync(scope, caller.Person, reason, cancellation);
        return TypedResults.Ok(View(await desk.ReadPausesAsync(cancellation)));
    }

    private static async Task<Results<Ok<RevokeAllView>, ProblemResult>> RevokeAllAsync(
        Body<OperationForm> body, Caller caller, OperationsDesk desk, ClusterBook book, CancellationToken cancellation)
    {
        var isOperator = caller.Is(RoleNames.Operator);
        var (scope, reason, problem) = Read(body.Form, book);
        if (!isOperator && problem is null && scope is not PauseScope.OfCluster)
            problem = Problems.RoleRequired([RoleNames.Operator]);
        // Somebody else's cluster and none at all are answered alike.
        if (!isOperator && scope is PauseScope.OfCluster { Cluster: { } cluster } && !Sight.ApprovesFor(caller, cluster, book))
            problem = Problems.NoSuchCluster("clusterId", StatusCodes.Status422UnprocessableEntity);
        if (problem is not null)
            return problem;
        var ended = await desk.RevokeAllAsync(scope, isOperator ? RevokedBy.Operator : RevokedBy.Customer, caller.Person, reason, cancellation);
        return TypedResults.Ok(new RevokeAllView { Scope = View(scope), Ended = ended });
    }

    /// <param name="book">Where the cluster must be in the options.</param>
    private static (PauseScope Scope, string Reason, ProblemResult? Problem) Read(OperationForm form, ClusterBook? book)
    {
        var fields = new Fields();
        var (scope, reason) = (fields.PauseScope(form), fields.Text("reason", form.Reason));
        var problem = fields.Problem;
        if (problem is null && book is not null)
            problem = scope switch
            {
                PauseScope.OfCluster one when book.Find(one.Cluster) is null => Problems.NoSuchCluster("clusterId", StatusCodes.Status422UnprocessableEntity),
                PauseScope.OfCustomer one when book.All.All(entry => entry.Policy.Customer != one.Customer) =>
                    Problems.NoSuchCluster("customer", StatusCodes.Status422UnprocessableEntity),
                _ => null,
            };
        return (scope, reason, problem);
    }

    private static PausesView View(Pauses pauses) => new() { Paused = [.. pauses.Scopes.Select(View)] };

    private static OperationScope View(PauseScope scope) => scope switch
    {
        PauseScope.OfCluster one => new OperationScope { ClusterId = one.Cluster.Text },
        PauseScope.OfCustomer one => new OperationScope { Customer = one.Customer },
        PauseScope.Everything => new OperationScope { All = true },
        _ => throw new ArgumentOutOfRangeException(nameof(scope)),
    };
}
