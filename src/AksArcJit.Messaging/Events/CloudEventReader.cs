using System.Globalization;
using System.Net.Mime;
using System.Text.Json;
using AksArcJit.Contracts.Events;
using AksArcJit.Lifecycle.Tickets;

namespace AksArcJit.Messaging.Events;

/// <summary>
/// Reads CloudEvents 1.0: binary mode, where a protocol's headers are the attributes, and structured mode, where one JSON object is the
/// event (CloudEvents JSON format, sections 2 and 3). Nothing that arrives makes it throw.
/// </summary>
internal static class CloudEventReader
{
    /// <summary>Bytes of a whole event.</summary>
    public const int Largest = 64 * 1024;

    public const string StructuredType = "application/cloudevents+json";

    public const string Time = "time";

    /// <summary>The attributes that are read; extensions are ignored, whatever their type.</summary>
    public static readonly IReadOnlyList<string> Attributes = ["specversion", "id", "source", "type", Time, "datacontenttype"];

    private const int LongestId = 256;
    private const int LongestSource = 512;
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 16 };

    public static bool IsStructured(string? contentType) => MediaTypeOf(contentType) == StructuredType;

    /// <param name="attributes">Names without a protocol's prefix, lower case.</param>
    public static Parsed<CloudEvent> Binary(IReadOnlyDictionary<string, string> attributes, string? contentType, ReadOnlyMemory<byte> data)
    {
        if (data.Length > Largest)
            return TooLarge(data.Length);
        return Check(attributes.GetValueOrDefault, contentType, data);
    }

    public static Parsed<CloudEvent> Structured(ReadOnlyMemory<byte> body)
    {
        if (body.Length > Largest)
            return TooLarge(body.Length);
        try
        {
            using var document = JsonDocument.Parse(body, Strict);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
                return NoEvent("The body is not one JSON object.");
            if (root.TryGetProperty("data_base64", out _))
                return new Unreadable(Unreadable.BadData, "The event carries data_base64; ticket events carry their data as JSON.");
            foreach (var name in Attributes)
                if (name != Time && root.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.String)
                    return Bad(name, "is not a string");
            return Check(name => root.TryGetProperty(name, out var value) ? value.ValueKind == JsonValueKind.String ? value.GetString() : "" : null,
                root.TryGetProperty("datacontenttype", out var type) ? type.GetString() : null,
                root.TryGetProperty("data", out var data) ? JsonSerializer.SerializeToUtf8Bytes(data, EventJson.Default.JsonElement) : ReadOnlyMemory<byte>.Empty);
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            // The latter where a string holds half a surrogate pair.
            return NoEvent("The body is not JSON in UTF-8, each name once.");
        }
    }

    private static Parsed<CloudEvent> Check(Func<string, string?> attribute, string? contentType, ReadOnlyMemory<byte> data) =>
        Read(attribute, contentType, data) switch
        {
            Parsed<CloudEvent>.Bad { Unreadable: var why } when IsVisible(attribute("id"), LongestId, ' ') && IsVisible(attribute("source"), LongestSource, '!') =>
                why with { Event = new SourceEvent(attribute("source")!, attribute("id")!) },
            var read => read,
        };

    private static Parsed<CloudEvent> Read(Func<string, string?> attribute, string? contentType, ReadOnlyMemory<byte> data)
    {
        var time = attribute(Time);
        return attribute("specversion") switch
        {
            null => NoEvent("The attribute specversion is missing."),
            not "1.0" => new Unreadable(Unreadable.UnknownVersion, "Only CloudEvents 1.0 is read."),
            _ when !IsVisible(attribute("id"), LongestId, ' ') => Bad("id", $"is missing, longer than {LongestId} characters, or not printable ASCII"),
            _ when !IsVisible(attribute("source"), LongestSource, '!') => Bad("source", $"is missing, longer than {LongestSource} characters, or no URI reference"),
            _ when string.IsNullOrEmpty(attribute("type")) => Bad("type", "is missing"),
            // Its time decides nothing, and a close is not turned away for it.
            _ when time is not null && !IsTime(time) && attribute("type") != TicketEventTypes.Closed => Bad(Time, "is no RFC 3339 time"),
            _ when contentType is not null && MediaTypeOf(contentType) != "application/json" => Bad("datacontenttype", "is not application/json"),
            _ => new CloudEvent(attribute("id")!, attribute("source")!, attribute("type")!,
                time is null || !IsTime(time) ? null : DateTimeOffset.Parse(time, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal), data),
        };
    }

    private static bool IsVisible(string? text, int longest, char least) =>
        text is { Length: > 0 } && text.Length <= longest && text.All(c => c >= least && c <= '~') && text.AsSpan().Trim().Length > 0;

    private static bool IsTime(string text) => text.Length <= 40 && text.Length >= 20 && text[10] is 'T' or 't'
        && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out _);

    private static string? MediaTypeOf(string? contentType)
    {
        try
        {
            return contentType is null ? null : new ContentType(contentType).MediaType.ToLowerInvariant();
        }
        catch (FormatException)
        {
            return "";
        }
        catch (ArgumentException)
        {
            return "";
        }
    }

    private static Unreadable NoEvent(string detail) => new(Unreadable.NotACloudEvent, detail);

    private static Unreadable Bad(string attribute, string what) => new(Unreadable.BadAttribute, $"The attribute {attribute} {what}.");

    private static Unreadable TooLarge(long bytes) => new(Unreadable.TooLarge, $"The event has {bytes} bytes; at most {Largest} are read.");
}
