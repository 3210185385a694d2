using AksArcJit.Broker.Ports;
using AksArcJit.Contracts;
using AksArcJit.Journal;
using AksArcJit.Lifecycle;
using AksArcJit.Web.Authentication;
using AksArcJit.Web.OpenApi;
using AksArcJit.Web.Refusals;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Net.Http.Headers;

namespace AksArcJit.Web.Requests;

/// <summary>A request's records as they are stored, with everything that an auditor needs to check them.</summary>
internal static class JournalEndpoints
{
    public static void MapJournals(this IEndpointRouteBuilder api) =>
        api.MapGet("/access-requests/{id}/journal", GetAsync).WithTags("Access requests")
            .Produces<JournalView>(StatusCodes.Status200OK, JournalFormats.Json, JournalFormats.Lines, JournalFormats.Csv)
            .Says("getAccessRequestJournal", "Read every record with its hashes: JSON, one JSON a line, or CSV (by Accept or ?format=)", 400, 401, 404, 406, 503);

    private static async Task<Results<ContentHttpResult, ProblemResult>> GetAsync(
        string id, string? format, Caller caller, HttpContext context, RequestFinder finder, IJournal journal)
    {
        context.Response.Headers.Append(HeaderNames.Vary, HeaderNames.Accept);
        if (JournalFormats.Choose(format, context.Request.GetTypedHeaders().Accept) is not { } type)
            return Problems.NotAcceptable($"{JournalFormats.Json}, {JournalFormats.Lines} or {JournalFormats.Csv}");
        var (records, problem) = await RecordsAsync(id, caller, finder, journal, context.RequestAborted);
        return problem is not null ? problem : TypedResults.Content(JournalFormats.Write(type, records!), type);
    }

    // To those who see everything the records are shown as they lie, damaged ones too: that is what an auditor came for.
    private static async Task<(IReadOnlyList<FactRecord>? Records, ProblemResult? Problem)> RecordsAsync(
        string id, Caller caller, RequestFinder finder, IJournal journal, CancellationToken cancellation)
    {
        if (Sight.SeesAll(caller) && RequestId.TryParse(id, out var requestId))
            return await journal.ReadAsync(StreamId.Of(requestId), cancellation) is { Count: > 0 } records ? (records, null) : (null, Problems.NoSuchRequest());
        var (seen, missing) = await finder.FindAsync(id, caller, cancellation);
        return seen is null ? (null, missing) : ([.. seen.History.Facts.Select(fact => fact.Record)], null);
    }
}
