using System.Text;
using System.Text.Json.Nodes;
using AksArcJit.DevCluster.Errors;

namespace AksArcJit.DevCluster.Protobuf;

/// <summary>
/// <c>application/vnd.kubernetes.protobuf</c> read as the JSON that says the same: kubectl's typed commands (auth can-i,
/// create clusterrolebinding) send nothing else. Answers stay JSON, which those clients accept.
/// </summary>
internal static class ProtobufBody
{
    public const string ContentType = "application/vnd.kubernetes.protobuf";

    private static readonly Message TypeMeta = new() { [1] = new("apiVersion"), [2] = new("kind") };

    /// <summary>A magic number, then runtime.Unknown: field 1 the type, field 2 the object's bytes.</summary>
    public static JsonObject Read(ReadOnlySpan<byte> body)
    {
        if (!body.StartsWith("k8s\0"u8))
            throw Refusals.BadRequest("provided data does not appear to be a protobuf message, expected prefix k8s\\0");
        ReadOnlySpan<byte> type = default, raw = default;
        var wire = new Wire(body[4..]);
        while (wire.Next(out var number, out var value))
        {
            if (number == 1)
                type = value;
            else if (number == 2)
                raw = value;
        }
        var named = Decode(TypeMeta, type);
        var message = Schema.Find((string?)named["kind"] ?? "") ?? throw Refusals.UnsupportedMediaType(patch: false);
        foreach (var (field, value) in Decode(message, raw))
            named[field] = value?.DeepClone();
        return named;
    }

    private static JsonObject Decode(Message message, ReadOnlySpan<byte> bytes)
    {
        var decoded = new JsonObject();
        var wire = new Wire(bytes);
        while (wire.Next(out var number, out var value))
        {
            if (message.TryGetValue(number, out var field))
                Put(decoded, field, value);
        }
        return decoded;
    }

    private static void Put(JsonObject decoded, Field field, ReadOnlySpan<byte> value)
    {
        switch (field.Shape)
        {
            // Go writes empty texts out; in JSON they are left out.
            case FieldShape.One when field.Of is not null || value.Length > 0:
                decoded[field.Name] = Value(field, value);
                break;
            case FieldShape.Many:
                (decoded[field.Name] ??= new JsonArray()).AsArray().Add(Value(field, value));
                break;
            case FieldShape.Map or FieldShape.MapOfMany:
                var entry = Entry(value);
                (decoded[field.Name] ??= new JsonObject())[entry.Key] = field.Shape == FieldShape.Map
                    ? Encoding.UTF8.GetString(entry.Value)
                    : Decode(new() { [1] = new("items", FieldShape.Many) }, entry.Value)["items"]?.DeepClone() ?? new JsonArray();
                break;
        }
    }

    private static JsonNode Value(Field field, ReadOnlySpan<byte> value) =>
        field.Of is { } message ? Decode(message, value) : Encoding.UTF8.GetString(value);

    private static KeyAndValue Entry(ReadOnlySpan<byte> bytes)
    {
        var entry = new KeyAndValue { Key = "" };
        var wire = new Wire(bytes);
        while (wire.Next(out var number, out var value))
        {
            if (number == 1)
                entry.Key = Encoding.UTF8.GetString(value);
            else if (number == 2)
                entry.Value = value;
        }
        return entry;
    }

    private ref struct KeyAndValue
    {
        public string Key;
        public ReadOnlySpan<byte> Value;
    }
}
