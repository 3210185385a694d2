using AksArcJit.Journal;
using AksArcJit.Journal.Exports;
using Microsoft.AspNetCore.Http;

namespace AksArcJit.Web.Audit;

/// <summary>
/// Rows as they come, line by line, then the end. A failure before the first row is a problem like any; after that the connection is
/// broken off, and the missing end tells the reader.
/// </summary>
internal sealed record ExportResult(IAsyncEnumerable<JournalRow> Rows, bool IsWhole) : IResult
{
    public const string ContentType = "application/x-ndjson";

    private const long FlushAt = 64 * 1024;

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var cancellation = httpContext.RequestAborted;
        await using var rows = Rows.GetAsyncEnumerator(cancellation);
        var hasMore = await rows.MoveNextAsync();
        httpContext.Response.ContentType = ContentType;
        var body = httpContext.Response.BodyWriter;
        var end = ExportEnd.Nothing with { IsWhole = IsWhole };
        for (; hasMore; hasMore = await rows.MoveNextAsync())
        {
            end = end.Counting(rows.Current);
            ExportText.Write(body, rows.Current);
            if (body.UnflushedBytes > FlushAt)
                await body.FlushAsync(cancellation);
        }
        ExportText.Write(body, end);
        await body.FlushAsync(cancellation);
    }
}
