using AksArcJit.Broker.Ports;
using AksArcJit.Web.Authentication;
using AksArcJit.Web.Input;
using AksArcJit.Web.OpenApi;
using AksArcJit.Web.Refusals;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

namespace AksArcJit.Web.Audit;

/// <summary>All that is stored, for those who verify it elsewhere.</summary>
internal static class AuditEndpoints
{
    private const string Form = "One JSON object a line; the last line, with 'end', counts the others: without it the answer was cut off.";

    public static void MapAudit(this IEndpointRouteBuilder api)
    {
        api.MapGet("/journal", GetJournal).For(RoleNames.Auditor).WithTags("Audit")
            .Produces<string>(StatusCodes.Status200OK, ExportResult.ContentType).WithDescription(Form)
            .Says("getJournal", "Stream every fact, or all facts of some requests", 400, 401, 403, 503);
        api.MapGet("/checkpoints", GetCheckpoints).For(RoleNames.Auditor).WithTags("Audit")
            .Produces<string>(StatusCodes.Status200OK, ExportResult.ContentType).WithDescription(Form)
            .Says("getCheckpoints", "Stream the checkpoints with their leaves; read them before the journal", 400, 401, 403, 503);
    }

    private static Results<ExportResult, ProblemResult> GetJournal(
        string? ticket, string? cluster, string? engineer, string? after, string? before, IJournal journal, CancellationToken cancellation)
    {
        var fields = new Fields();
        var selection = new JournalSelection(
            ticket is null ? null : fields.Ticket("ticket", ticket),
            cluster is null ? null : fields.Cluster("cluster", cluster),
            engineer is null ? null : fields.Person("engineer", engineer),
            fields.Time("after", after),
            fields.Time("before", before));
        if (fields.Problem is { } problem)
            return problem;
        return selection == JournalSelection.Everything
            ? new ExportResult(journal.ScanAsync(cancellation), IsWhole: true)
            : new ExportResult(selection.ReadAsync(journal, cancellation), IsWhole: false);
    }

    private static Results<ExportResult, ProblemResult> GetCheckpoints([FromQuery] long? from, ICheckpointLog log, CancellationToken cancellation) =>
        from is < 1
            ? Problems.Invalid("from", "A checkpoint's number, from 1.")
            : new ExportResult(log.ListAsync(from ?? 1, cancellation), IsWhole: from is null or 1);
}
