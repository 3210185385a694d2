using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using AksArcJit.DevCluster.Errors;

namespace AksArcJit.DevCluster.Objects;

/// <summary>Reading what clients sent (a wrong type is their 400, not our 500) and writing it as Go does.</summary>
internal static class Json
{
    public static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private static readonly JsonWriterOptions Writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static byte[] Bytes(JsonNode node)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, Writing))
            node.WriteTo(writer);
        return buffer.ToArray();
    }

    public static JsonObject ParseObject(ReadOnlySpan<byte> utf8) =>
        Parse(utf8) as JsonObject ?? throw Refusals.BadRequest("the object provided is unrecognized: a JSON object is expected");

    public static JsonNode? Parse(ReadOnlySpan<byte> utf8)
    {
        try
        {
            var node = JsonNode.Parse(utf8);
            // JsonObject finds duplicate keys only when first read; find them here, where it is the client's fault.
            return node?.DeepClone();
        }
        catch (Exception fault) when (fault is JsonException or ArgumentException)
        {
            throw Refusals.BadRequest($"the object provided is unrecognized: {fault.Message}");
        }
    }

    /// <returns>The text of a field, or "" where it is absent or null.</returns>
    public static string Text(this JsonObject? parent, string field) => parent?[field] switch
    {
        null => "",
        JsonValue value when value.TryGetValue(out string? text) => text,
        _ => throw Refusals.BadRequest($"{field}: a string is expected"),
    };

    public static JsonObject? Object(this JsonObject? parent, string field) => parent?[field] switch
    {
        null => null,
        JsonObject found => found,
        _ => throw Refusals.BadRequest($"{field}: an object is expected"),
    };

    public static IEnumerable<JsonObject> Objects(this JsonObject? parent, string field) =>
        Items(parent, field).Select(item => item as JsonObject ?? throw Refusals.BadRequest($"{field}: objects are expected"));

    public static string[] Texts(this JsonObject? parent, string field) =>
    [
        .. Items(parent, field).Select(item =>
            item is JsonValue value && value.TryGetValue(out string? text) ? text : throw Refusals.BadRequest($"{field}: strings are expected")),
    ];

    public static Dictionary<string, string> TextMap(this JsonObject? parent, string field) =>
        (parent.Object(field) ?? []).ToDictionary(
            pair => pair.Key,
            pair => pair.Value is JsonValue value && value.TryGetValue(out string? text)
                ? text
                : throw Refusals.BadRequest($"{field}.{pair.Key}: a string is expected"),
            StringComparer.Ordinal);

    public static JsonArray Array(IEnumerable<string> texts) => new([.. texts.Select(text => (JsonNode)text)]);

    private static JsonArray Items(JsonObject? parent, string field) => parent?[field] switch
    {
        null => [],
        JsonArray items => items,
        _ => throw Refusals.BadRequest($"{field}: a list is expected"),
    };
}
