using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using AksArcJit.Contracts;
using AksArcJit.Journal;
using AksArcJit.Journal.Exports;
using Microsoft.Net.Http.Headers;

namespace AksArcJit.Web.Requests;

/// <summary>Three ways to write the same records.</summary>
internal static class JournalFormats
{
    public const string Json = "application/json";
    public const string Lines = "application/x-ndjson";
    public const string Csv = "text/csv";

    /// <summary>Null where none of them is wanted.</summary>
    /// <param name="format">json, ndjson or csv; goes before <paramref name="accept"/>.</param>
    public static string? Choose(string? format, IList<MediaTypeHeaderValue> accept) => format switch
    {
        "json" => Json,
        "ndjson" => Lines,
        "csv" => Csv,
        not null => null,
        null when accept.Count == 0 => Json,
        _ => accept.OrderByDescending(range => range.Quality ?? 1).Where(range => range.Quality is not 0)
            .Select(range => new[] { Json, Lines, Csv }.FirstOrDefault(type => MediaTypeHeaderValue.Parse(type).IsSubsetOf(Bare(range)))).FirstOrDefault(type => type is not null),
    };

    public static string Write(string type, IReadOnlyList<FactRecord> records) => type switch
    {
        Json => JsonSerializer.Serialize(new JournalView { Stream = records[0].Stream.Text, Records = [.. records.Select(View)] }, ContractsJson.Default.JournalView),
        Lines => Export(records),
        Csv => Table(records),
        _ => throw new ArgumentOutOfRangeException(nameof(type)),
    };

    private static string Export(IReadOnlyList<FactRecord> records)
    {
        var (text, end) = (new ArrayBufferWriter<byte>(), ExportEnd.Nothing with { IsWhole = false });
        foreach (var row in records.Select(record => new JournalRow.Fact(record)))
        {
            end = end.Counting(row);
            ExportText.Write(text, row);
        }
        ExportText.Write(text, end);
        return Encoding.UTF8.GetString(text.WrittenSpan);
    }

    private static JournalRecord View(FactRecord record) => new()
    {
        Stream = record.Stream.Text,
        Version = record.Version,
        FactId = record.FactId,
        Kind = record.Kind,
        At = Rfc3339.Text(record.At),
        Payload = Encoding.UTF8.GetString(record.Payload.Span),
        PreviousHash = record.PreviousHash,
        Hash = record.Hash,
    };

    private static string Table(IReadOnlyList<FactRecord> records)
    {
        var text = new StringBuilder("stream,version,factId,kind,at,payload,previousHash,hash\r\n");
        foreach (var record in records)
            text.AppendJoin(',', new[]
            {
                record.Stream.Text, record.Version.ToString(CultureInfo.InvariantCulture), record.FactId, record.Kind, Rfc3339.Text(record.At),
                Encoding.UTF8.GetString(record.Payload.Span), record.PreviousHash, record.Hash,
            }.Select(Cell)).Append("\r\n");
        return text.ToString();
    }

    // RFC 4180; and what a spreadsheet would take for a formula is made text (OWASP, CSV injection). A payload starts with a brace, so
    // it stays exactly as it was hashed.
    private static string Cell(string text)
    {
        var guarded = text.Length > 0 && text[0] is ('=' or '+' or '-' or '@' or '\t' or '\r' or '\n') ? "'" + text : text;
        return $"\"{guarded.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }

    private static MediaTypeHeaderValue Bare(MediaTypeHeaderValue range) => new(range.MediaType);
}
