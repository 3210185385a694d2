using AksArcJit.Broker.Options;
using AksArcJit.Broker.Requests;
using AksArcJit.Contracts;
using AksArcJit.Lifecycle;
using AksArcJit.Lifecycle.Requests;
using AksArcJit.Web.Authentication;
using AksArcJit.Web.Input;
using AksArcJit.Web.OpenApi;
using AksArcJit.Web.Refusals;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.Net.Http.Headers;

namespace AksArcJit.Web.Requests;

/// <summary>Requests for access, from asking to ending.</summary>
internal static class RequestEndpoints
{
    // How often a consent is worth looking for; a grant follows its consent within a second.
    private const int PollSeconds = 5;
    private const int LongestKey = 128;

    public static void MapRequests(this IEndpointRouteBuilder api)
    {
        var requests = api.MapGroup("/access-requests").WithTags("Access requests");
        requests.MapPost("", AskAsync).For(RoleNames.Engineer)
            .Says("requestAccess", "Ask for access", 400, 401, 403, 409, 413, 415, 422, 503);
        requests.MapGet("", ListAsync).For(RoleNames.Engineer, RoleNames.Approver, RoleNames.Operator, RoleNames.Auditor)
            .Says("listAccessRequests", "List the requests that you may see", 400, 401, 403, 503);
        requests.MapGet("/{id}", GetAsync)
            .Produces(StatusCodes.Status304NotModified)
            .Says("getAccessRequest", "Read a request; poll with If-None-Match", 400, 401, 404, 500, 503);
        requests.MapPost("/{id}/withdraw", WithdrawAsync)
            .Says("withdrawAccessRequest", "Take your request back before there is access", 400, 401, 403, 404, 409, 503);
        requests.MapPost("/{id}/revoke", RevokeAsync)
            .Says("revokeAccess", "End it now: as its engineer, an approver of its cluster, or an operator", 400, 401, 403, 404, 409, 413, 415, 503);
        requests.MapPost("/{id}/confirm-gone", ConfirmGoneAsync).For(RoleNames.Operator)
            .Says("confirmAccessGone", "Close an unconfirmed revocation on your word", 400, 401, 403, 404, 409, 413, 415, 503);
        requests.MapPost("/{id}/extensions", ExtendAsync).For(RoleNames.Engineer)
            .Says("extendAccess", "Ask for more time, as a request of its own", 400, 401, 403, 404, 409, 413, 415, 422, 503);
    }

    private static async Task<Results<Accepted<AccessRequestAccepted>, ProblemResult>> AskAsync(
        Body<AccessRequestForm> body, [FromHeader(Name = "Idempotency-Key")] string? idempotencyKey, Caller caller, HttpContext context,
        RequestDesk desk, RequestFinder finder, ClusterBook book, NoticeOptions notices)
    {
        var fields = new Fields();
        var form = body.Form;
        var asking = new Asking(
            caller.Person, caller.Name, caller.Subjects,
            fields.Ticket("ticketId", form.TicketId),
            fields.Cluster("clusterId", form.ClusterId),
            fields.Scope("scope", form.Scope),
            fields.Duration("duration", form.Duration),
            fields.Text("justification", form.Justification),
            fields.Time("startAt", form.StartAt),
            form.Continues is null ? null : fields.Request("continues", form.Continues),
            Key(fields, idempotencyKey));
        if (fields.Problem is { } problem)
            return problem;
        if (book.Find(asking.Cluster) is null)
            return Problems.NoSuchCluster("clusterId", StatusCodes.Status422UnprocessableEntity);
        return await SubmitAsync(asking, caller, context, desk, finder, book, notices);
    }

    private static async Task<Results<Accepted<AccessRequestAccepted>, ProblemResult>> ExtendAsync(
        string id, Body<ExtensionForm> body, [FromHeader(Name = "Idempotency-Key")] string? idempotencyKey, Caller caller, HttpContext context,
        RequestDesk desk, RequestFinder finder, ClusterBook book, NoticeOptions notices)
    {
        var (seen, missing) = await finder.FindAsync(id, caller, context.RequestAborted);
        if (seen is null)
            return missing!;
        if (!seen.Standing.HasFlag(Standing.Engineer))
            return Problems.Of(new Refusal(RefusalReason.NotTheEngineer, "Only the engineer who asked can extend a request."));
        var fields = new Fields();
        var terms = seen.State.Terms;
        var asking = new Asking(
            caller.Person, caller.Name, caller.Subjects, seen.State.Request.Ticket, terms.Cluster, terms.Scope,
            fields.Duration("duration", body.Form.Duration),
            fields.Text("justification", body.Form.Justification),
            null, seen.History.Id,
            Key(fields, idempotencyKey));
        return fields.Problem is { } problem ? problem : await SubmitAsync(asking, caller, context, desk, finder, book, notices);
    }

    private static async Task<Results<Accepted<AccessRequestAccepted>, ProblemResult>> SubmitAsync(
        Asking asking, Caller caller, HttpContext context, RequestDesk desk, RequestFinder finder, ClusterBook book, NoticeOptions notices)
    {
        var membership = caller.MembershipBy(book.Find(asking.Cluster)?.GroupsClaim ?? "");
        switch (await desk.AskAsync(asking with { Membership = membership, EngineerMail = caller.MailBy(notices.EngineerMailClaim) }, context.RequestAborted))
        {
            case Submission.Refused refused:
                return Problems.Of(refused.Refusal, refused.Twin is { } twin ? RequestLinks.Self(twin) : null);
            case Submission.Recorded recorded:
                var seen = finder.See(recorded.History, caller);
                context.Response.Headers[HeaderNames.RetryAfter] = PollSeconds.ToString();
                return TypedResults.Accepted(RequestLinks.Self(seen.History.Id), new AccessRequestAccepted
                {
                    Id = seen.History.Id.Text,
                    State = RequestViews.State(seen.State),
                    Links = RequestLinks.For(seen),
                });
            default:
                throw new InvalidOperationException("A submission is recorded or refused.");
        }
    }

    private static async Task<Results<Ok<AccessRequestPage>, ProblemResult>> ListAsync(
        string? ticket, string? cluster, string? engineer, [FromQuery] AccessRequestState[]? state, string? after, string? before,
        string? cursor, int? limit, Caller caller, RequestList list, CancellationToken cancellation)
    {
        var fields = new Fields();
        var filter = new RequestFilter(
            ticket is null ? null : fields.Ticket("ticket", ticket),
            cluster is null ? null : fields.Cluster("cluster", cluster),
            engineer is null ? null : fields.Person("engineer", engineer),
            state is null || state.All(Enum.IsDefined) ? state ?? [] : fields.Fault<IReadOnlyList<AccessRequestState>>("state", $"Of {string.Join(", ", Enum.GetNames<AccessRequestState>())}."),
            fields.Time("after", after),
            fields.Time("before", before),
            limit is null ? RequestFilter.UsualLimit
                : limit is >= 1 and <= RequestFilter.MostLimit ? limit.Value
                : fields.Fault<int>("limit", $"1 to {RequestFilter.MostLimit}."));
        if (fields.Problem is { } problem)
            return problem;
        return await list.ReadAsync(filter, cursor, caller, cancellation) is { } page
            ? TypedResults.Ok(page)
            : Problems.Invalid("cursor", "Give the cursor of the page before, with the same filters, or none.");
    }

    private static async Task<Results<Ok<AccessRequestView>, StatusCodeHttpResult, ProblemResult>> GetAsync(
        string id, Caller caller, HttpContext context, RequestFinder finder)
    {
        var (seen, missing) = await finder.FindAsync(id, caller, context.RequestAborted);
        if (seen is null)
            return missing!;
        var tag = new EntityTagHeaderValue($"\"{seen.History.Version}\"");
        context.Response.GetTypedHeaders().ETag = tag;
        return context.Request.GetTypedHeaders().IfNoneMatch.Any(known => known.Equals(EntityTagHeaderValue.Any) || known.Compare(tag, useStrongComparison: false))
            ? TypedResults.StatusCode(StatusCodes.Status304NotModified)
            : TypedResults.Ok(RequestViews.View(seen));
    }

    private static async Task<Results<Ok<AccessRequestView>, ProblemResult>> WithdrawAsync(
        string id, Caller caller, HttpContext context, RequestDesk desk, RequestFinder finder)
    {
        var (seen, missing) = await finder.FindToEndAsync(id, caller, context.RequestAborted);
        return seen is null ? missing! : await SayAsync(seen, new Signal.Withdraw(caller.Person), caller, context, desk, finder);
    }

    private static async Task<Results<Ok<AccessRequestView>, ProblemResult>> RevokeAsync(
        string id, Body<ReasonForm> body, Caller caller, HttpContext context, RequestDesk desk, RequestFinder finder)
    {
        var (seen, missing) = await finder.FindToEndAsync(id, caller, context.RequestAborted);
        if (seen is null)
            return missing!;
        var fields = new Fields();
        var reason = fields.Text("reason", body.Form.Reason);
        if (fields.Problem is { } problem)
            return problem;
        RevokedBy? whose = seen.Standing switch
        {
            var standing when standing.HasFlag(Standing.Engineer) => RevokedBy.Engineer,
            var standing when standing.HasFlag(Standing.Approver) => RevokedBy.Customer,
            var standing when standing.HasFlag(Standing.Operator) => RevokedBy.Operator,
            _ => null,
        };
        return whose is null
            ? Problems.RoleRequired([RoleNames.Approver, RoleNames.Operator])
            : await SayAsync(seen, new Signal.Revoke(whose.Value, caller.Person, reason), caller, context, desk, finder);
    }

    private static async Task<Results<Ok<AccessRequestView>, ProblemResult>> ConfirmGoneAsync(
        string id, Body<ReasonForm> body, Caller caller, HttpContext context, RequestDesk desk, RequestFinder finder)
    {
        var (seen, missing) = await finder.FindAsync(id, caller, context.RequestAborted);
        if (seen is null)
            return missing!;
        var fields = new Fields();
        var reason = fields.Text("reason", body.Form.Reason);
        return fields.Problem is { } problem
            ? problem
            : await SayAsync(seen, new Signal.ConfirmGone(caller.Person, reason), caller, context, desk, finder);
    }

    private static async Task<Results<Ok<AccessRequestView>, ProblemResult>> SayAsync(
        SeenRequest seen, Signal signal, Caller caller, HttpContext context, RequestDesk desk, RequestFinder finder) =>
        await desk.SayAsync(seen.History.Id, signal, context.RequestAborted) switch
        {
            Submission.Recorded recorded => TypedResults.Ok(RequestViews.View(finder.See(recorded.History, caller))),
            Submission.Refused refused => Problems.Of(refused.Refusal),
            Submission.Unrecorded unrecorded => Problems.EndUnrecorded(unrecorded.IsGone),
            _ => throw new InvalidOperationException("A submission is recorded, refused, or an end."),
        };

    private static string? Key(Fields fields, string? key) =>
        key is null || (key.Length is >= 1 and <= LongestKey && key.All(c => c is > ' ' and <= '~'))
            ? key
            : fields.Fault<string>("Idempotency-Key", $"1 to {LongestKey} visible ASCII characters, or leave the header out.");
}
