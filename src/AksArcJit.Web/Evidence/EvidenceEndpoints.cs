using AksArcJit.Broker.Evidence;
using AksArcJit.Web.Authentication;
using AksArcJit.Web.Input;
using AksArcJit.Web.OpenApi;
using AksArcJit.Web.Refusals;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace AksArcJit.Web.Evidence;

/// <summary>Evidence bundles: one zip that an auditor verifies offline.</summary>
internal static class EvidenceEndpoints
{
    private const string Zip = "application/zip";

    public static void MapEvidence(this IEndpointRouteBuilder api)
    {
        api.MapGet("/access-requests/{id}/evidence", OfRequestAsync).For(RoleNames.Auditor).WithTags("Access requests")
            .Produces<Stream>(StatusCodes.Status200OK, Zip)
            .Says("getAccessRequestEvidence", "Fetch the evidence of a request: facts, terms, rules, probes, checkpoint, proof and a report, one zip", 400, 401, 403, 404, 500, 503);
        api.MapGet("/tickets/{id}/evidence", OfTicketAsync).For(RoleNames.Auditor).WithTags("Tickets")
            .Produces<Stream>(StatusCodes.Status200OK, Zip)
            .Says("getTicketEvidence", "Fetch the evidence of a ticket and of every request under it, one zip", 400, 401, 403, 404, 422, 500, 503);
    }

    private static async Task<Results<FileContentHttpResult, ProblemResult>> OfRequestAsync(string id, EvidenceDesk desk, CancellationToken cancellation)
    {
        var fields = new Fields();
        var requestId = fields.Request("id", id);
        return fields.Problem is { } problem ? problem : Tell(await desk.OfRequestAsync(requestId, cancellation), Problems.NoSuchRequest);
    }

    private static async Task<Results<FileContentHttpResult, ProblemResult>> OfTicketAsync(string id, EvidenceDesk desk, CancellationToken cancellation)
    {
        var fields = new Fields();
        var ticketId = fields.Ticket("id", id);
        return fields.Problem is { } problem ? problem : Tell(await desk.OfTicketAsync(ticketId, cancellation), Problems.NoSuchTicket);
    }

    private static Results<FileContentHttpResult, ProblemResult> Tell(EvidenceOutcome outcome, Func<ProblemResult> missing) => outcome switch
    {
        EvidenceOutcome.Made made => TypedResults.Bytes(made.Zip, Zip, $"{made.Subject.FileName}.zip"),
        EvidenceOutcome.Missing => missing(),
        EvidenceOutcome.TooMany => Problems.TooManyRequests(EvidenceDesk.MostRequests),
        EvidenceOutcome.CheckpointsDamaged damaged => Problems.CheckpointsDamaged(damaged.Why),
        _ => throw new ArgumentOutOfRangeException(nameof(outcome)),
    };
}
