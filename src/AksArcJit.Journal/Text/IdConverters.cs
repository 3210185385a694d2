using System.Text.Json;
using System.Text.Json.Serialization;
using AksArcJit.Lifecycle;

namespace AksArcJit.Journal.Text;

/// <summary>A value that is one word in JSON. What <paramref name="read"/> cannot parse is reported with its place in the text.</summary>
internal abstract class WordConverter<T>(Func<string, T> read, Func<T, string> write) : JsonConverter<T>
{
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.String)
            throw new JsonException();
        try
        {
            return read(reader.GetString()!);
        }
        catch (Exception fault) when (fault is FormatException or OverflowException)
        {
            throw new JsonException(fault.Message, fault);
        }
    }

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteStringValue(write(value));
}

internal sealed class RequestIdConverter() : WordConverter<RequestId>(RequestId.Parse, id => id.Text);

internal sealed class TicketIdConverter() : WordConverter<TicketId>(TicketId.Parse, id => id.Text);

internal sealed class ClusterIdConverter() : WordConverter<ClusterId>(ClusterId.Parse, id => id.Text);
