using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using AksArcJit.Journal.Checkpoints;

namespace AksArcJit.Journal.Exports;

/// <summary>
/// A journal as NDJSON (UTF-8, one JSON object a line, each line ended by a line feed): what the API streams, files hold and bundles
/// carry. A fact's payload and a checkpoint's body are JSON strings from which the exact hashed bytes come back. An export ends with a
/// line that counts the others; one without it was cut off.
/// </summary>
/// <remarks>
/// A fact: <c>stream, version, factId, kind, at, payload, previousHash, hash</c>, with <c>payloadBase64</c> in place of <c>payload</c>
/// where the bytes are no UTF-8. A checkpoint: <c>checkpoint</c> (its body), <c>signature</c> (base64), <c>leaves</c> (each
/// <c>[stream, version, headHash]</c>); without leaves it is a line of an anchor. What could not be read: <c>unreadable</c>. The last
/// line: <c>end</c>. A reader ignores properties that it does not know.
/// </remarks>
public static class ExportText
{
    /// <summary>No line is longer, in bytes: a fact of the largest size that a store takes, escaped, is well below.</summary>
    public const int LongestLine = 64 * 1024 * 1024;

    /// <summary>What a line of an anchor begins with, and what stands before the time in it.</summary>
    internal static ReadOnlySpan<byte> AnchorLineStart => "{\"checkpoint\":\""u8;

    internal static ReadOnlySpan<byte> AnchoredAt => ",\"anchoredAt\":"u8;

    private static readonly JsonWriterOptions Writing = new() { Encoder = JavaScriptEncoder.Create(UnicodeRanges.All) };
    private static readonly JsonDocumentOptions Reading = new() { MaxDepth = 8, AllowDuplicateProperties = false };

    public static void Write(IBufferWriter<byte> target, JournalRow row) => Line(target, json =>
    {
        switch (row)
        {
            case JournalRow.Fact(var record):
                Fact(json, record);
                break;
            case JournalRow.Checkpoint(var stored):
                Signed(json, stored.Signed);
                json.WriteStartArray("leaves");
                foreach (var leaf in stored.Leaves)
                {
                    json.WriteStartArray();
                    json.WriteStringValue(leaf.Stream.Text);
                    json.WriteNumberValue(leaf.Version);
                    json.WriteStringValue(leaf.HeadHash);
                    json.WriteEndArray();
                }
                json.WriteEndArray();
                break;
            case JournalRow.Unreadable(var where, var why, var stream, var version, var number):
                json.WriteStartObject("unreadable");
                json.WriteString("where", where);
                json.WriteString("why", why);
                if (stream is not null)
                    json.WriteString("stream", stream.Text);
                if (version is { } known)
                    json.WriteNumber("version", known);
                if (number is { } checkpoint)
                    json.WriteNumber("checkpoint", checkpoint);
                json.WriteEndObject();
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(row));
        }
    });

    public static void Write(IBufferWriter<byte> target, ExportEnd end) => Line(target, json =>
    {
        json.WriteStartObject("end");
        json.WriteNumber("facts", end.Facts);
        json.WriteNumber("checkpoints", end.Checkpoints);
        json.WriteNumber("unreadable", end.Unreadable);
        json.WriteBoolean("whole", end.IsWhole);
        json.WriteEndObject();
    });

    /// <summary>One line of an anchor.</summary>
    /// <param name="at">UTC, when it is anchored; null writes none.</param>
    public static void Write(IBufferWriter<byte> target, SignedCheckpoint anchored, DateTimeOffset? at = null) => Line(target, json =>
    {
        Signed(json, anchored);
        if (at is { } known)
            json.WriteString("anchoredAt", Rfc3339.Text(known));
    });

    /// <summary>What a line says: a <see cref="JournalRow"/>, or an <see cref="ExportEnd"/>.</summary>
    /// <param name="line">Without its line feed.</param>
    /// <exception cref="FormatException">The line is none that <c>Write</c> writes.</exception>
    public static ExportLine Read(ReadOnlyMemory<byte> line) => Read<ExportLine>(line, json =>
        json.TryGetProperty("stream", out _) ? new ExportLine.Row(new JournalRow.Fact(Record(json)))
        : json.TryGetProperty("checkpoint", out _) ? new ExportLine.Row(new JournalRow.Checkpoint(new StoredCheckpoint(Signed(json), [.. json.GetProperty("leaves").EnumerateArray().Select(Leaf)], null)))
        : json.TryGetProperty("unreadable", out var unreadable) ? new ExportLine.Row(Unreadable(unreadable))
        : json.TryGetProperty("end", out var end) ? new ExportLine.End(new ExportEnd(
            end.GetProperty("facts").GetInt64(), end.GetProperty("checkpoints").GetInt64(), end.GetProperty("unreadable").GetInt64(), end.GetProperty("whole").GetBoolean()))
        : throw new FormatException("it is neither a fact nor a checkpoint"));

    /// <summary>One line of an anchor; leaves, where it has any, are ignored.</summary>
    /// <exception cref="FormatException">The line is none that <c>Write</c> writes.</exception>
    public static SignedCheckpoint ReadAnchored(ReadOnlyMemory<byte> line) => Read(line, Signed);

    /// <summary>When a line of an anchor was written; null where it does not say.</summary>
    /// <exception cref="FormatException">The line is none that <c>Write</c> writes.</exception>
    public static DateTimeOffset? ReadAnchoredAt(ReadOnlyMemory<byte> line) => Read(line, json => json.TryGetProperty("anchoredAt", out var at)
        ? Rfc3339.Parse(at.GetString() ?? "")
        : (DateTimeOffset?)null);

    private static void Line(IBufferWriter<byte> target, Action<Utf8JsonWriter> content)
    {
        using (var json = new Utf8JsonWriter(target, Writing))
        {
            json.WriteStartObject();
            content(json);
            json.WriteEndObject();
        }
        target.Write("\n"u8);
    }

    private static void Fact(Utf8JsonWriter json, FactRecord record)
    {
        json.WriteString("stream", record.Stream.Text);
        json.WriteNumber("version", record.Version);
        json.WriteString("factId", record.FactId);
        json.WriteString("kind", record.Kind);
        json.WriteString("at", Rfc3339.Text(record.At));
        if (Utf8.IsValid(record.Payload.Span))
            json.WriteString("payload", record.Payload.Span);
        else
            json.WriteBase64String("payloadBase64", record.Payload.Span);
        json.WriteString("previousHash", record.PreviousHash);
        json.WriteString("hash", record.Hash);
    }

    private static void Signed(Utf8JsonWriter json, SignedCheckpoint signed)
    {
        json.WriteString("checkpoint", signed.Body.Span);
        json.WriteBase64String("signature", signed.Signature.Span);
    }

    private static T Read<T>(ReadOnlyMemory<byte> line, Func<JsonElement, T> read)
    {
        try
        {
            using var document = JsonDocument.Parse(line, Reading);
            return read(document.RootElement);
        }
        catch (Exception fault) when (fault is JsonException or KeyNotFoundException or IndexOutOfRangeException or InvalidOperationException or FormatException)
        {
            throw new FormatException($"This is no line of an export: {fault.Message}", fault);
        }
    }

    private static FactRecord Record(JsonElement json) => new(
        StreamId.Parse(Text(json, "stream")), json.GetProperty("version").GetInt64(), Text(json, "factId"), Text(json, "kind"),
        Rfc3339.Parse(Text(json, "at")),
        json.TryGetProperty("payloadBase64", out var bytes) ? bytes.GetBytesFromBase64() : Encoding.UTF8.GetBytes(Text(json, "payload")),
        Text(json, "previousHash"), Text(json, "hash"));

    private static SignedCheckpoint Signed(JsonElement json) =>
        SignedCheckpoint.Decode(Encoding.UTF8.GetBytes(Text(json, "checkpoint")), json.GetProperty("signature").GetBytesFromBase64());

    private static CheckpointLeaf Leaf(JsonElement json) => new(StreamId.Parse(json[0].GetString() ?? ""), json[1].GetInt64(), json[2].GetString() ?? "");

    private static JournalRow.Unreadable Unreadable(JsonElement json) => new(
        Text(json, "where"), Text(json, "why"),
        json.TryGetProperty("stream", out var stream) ? StreamId.Parse(stream.GetString() ?? "") : null,
        json.TryGetProperty("version", out var version) ? version.GetInt64() : null,
        json.TryGetProperty("checkpoint", out var number) ? number.GetInt64() : null);

    private static string Text(JsonElement json, string name) => json.GetProperty(name).GetString() ?? throw new FormatException($"it has no {name}");
}
