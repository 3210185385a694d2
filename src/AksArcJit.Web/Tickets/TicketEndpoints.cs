using AksArcJit.Broker.Tickets;
using AksArcJit.Contracts;
using AksArcJit.Lifecycle;
using AksArcJit.Lifecycle.Tickets;
using AksArcJit.Web.Authentication;
using AksArcJit.Web.Input;
using AksArcJit.Web.OpenApi;
using AksArcJit.Web.Refusals;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using TicketStatus = AksArcJit.Lifecycle.Tickets.TicketStatus;

namespace AksArcJit.Web.Tickets;

/// <summary>Support cases, as the ticket system tells them.</summary>
internal static class TicketEndpoints
{
    private const int MostClusters = 100;
    private const int MostAssignees = 100;

    public static void MapTickets(this IEndpointRouteBuilder api)
    {
        var tickets = api.MapGroup("/tickets/{id}").WithTags("Tickets");
        tickets.MapPut("", PutAsync).For(RoleNames.TicketSystem, RoleNames.Operator)
            .Says("putTicket", "Tell a ticket as it is now", 400, 401, 403, 409, 413, 415, 503);
        tickets.MapGet("", GetAsync).For(RoleNames.TicketSystem, RoleNames.Operator, RoleNames.Auditor, RoleNames.Engineer)
            .Says("getTicket", "Read a ticket", 400, 401, 403, 404, 503);
        tickets.MapPost("/close", CloseAsync).For(RoleNames.TicketSystem, RoleNames.Operator)
            .Says("closeTicket", "Close a ticket, which ends all access under it before it answers", 400, 401, 403, 409, 413, 415, 503);
    }

    private static async Task<Results<Ok<TicketView>, ProblemResult>> PutAsync(
        string id, Body<TicketForm> body, Caller caller, TicketDesk desk, CancellationToken cancellation)
    {
        var fields = new Fields();
        var form = body.Form;
        var ticket = new Ticket(
            fields.Ticket("id", id),
            fields.Text("customer", form.Customer, 256),
            fields.Each("clusterIds", form.ClusterIds, MostClusters, fields.Cluster),
            fields.Text("title", form.Title),
            fields.Text("severity", form.Severity, 64),
            fields.Each("assignees", form.Assignees ?? [], MostAssignees, fields.Person),
            fields.Needs("status", form.Status) == Contracts.TicketStatus.Closed ? TicketStatus.Closed : TicketStatus.Active,
            Sequence(fields, form.Sequence));
        return fields.Problem is { } problem
            ? problem
            : Tell(await desk.HearAsync(ticket.Id, new TicketSignal.Report(ticket, caller.Person), cancellation));
    }

    private static async Task<Results<Ok<TicketView>, ProblemResult>> GetAsync(string id, TicketDesk desk, CancellationToken cancellation)
    {
        var fields = new Fields();
        var ticketId = fields.Ticket("id", id);
        if (fields.Problem is { } problem)
            return problem;
        return await desk.ReadAsync(ticketId, cancellation) is { } ticket ? TypedResults.Ok(View(ticket)) : Problems.NoSuchTicket();
    }

    private static async Task<Results<Ok<TicketView>, ProblemResult>> CloseAsync(
        string id, Body<CloseTicketForm> body, Caller caller, TicketDesk desk, CancellationToken cancellation)
    {
        var fields = new Fields();
        var ticketId = fields.Ticket("id", id);
        var sequence = Sequence(fields, body.Form.Sequence);
        return fields.Problem is { } problem
            ? problem
            : Tell(await desk.HearAsync(ticketId, new TicketSignal.Close(ticketId, sequence, caller.Person), cancellation));
    }

    private static Results<Ok<TicketView>, ProblemResult> Tell((Ticket? Ticket, Refusal? Refusal) heard) =>
        heard.Refusal is { } refusal ? Problems.Of(refusal) : TypedResults.Ok(View(heard.Ticket!));

    private static long? Sequence(Fields fields, long? sequence) =>
        sequence is null or >= 0 ? sequence : fields.Fault<long?>("sequence", "A number of at least 0, or none.");

    private static TicketView View(Ticket ticket) => new()
    {
        Id = ticket.Id.Text,
        Customer = ticket.Customer,
        ClusterIds = [.. ticket.Clusters.Select(cluster => cluster.Text)],
        Title = ticket.Title,
        Severity = ticket.Severity,
        Assignees = [.. ticket.Assignees.Select(person => person.ToString())],
        Status = ticket.Status == TicketStatus.Closed ? Contracts.TicketStatus.Closed : Contracts.TicketStatus.Active,
        Sequence = ticket.Sequence,
    };
}
