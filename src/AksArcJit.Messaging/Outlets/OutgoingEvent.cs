using System.Text.Encodings.Web;
using System.Text.Json;
using AksArcJit.Journal;

namespace AksArcJit.Messaging.Outlets;

/// <summary>A CloudEvent 1.0 on its way out.</summary>
/// <param name="Data">JSON.</param>
internal sealed record OutgoingEvent(string Id, string Source, string Type, string Subject, DateTimeOffset Time, byte[] Data)
{
    public const string SpecVersion = "1.0";
    public const string DataContentType = "application/json";
    public const string StructuredContentType = "application/cloudevents+json; charset=utf-8";

    /// <summary>RFC 3339.</summary>
    public string TimeText => Rfc3339.Text(Time);

    /// <summary>CloudEvents JSON event format 1.0.</summary>
    public byte[] Structured()
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.Default }))
        {
            json.WriteStartObject();
            json.WriteString("specversion", SpecVersion);
            json.WriteString("id", Id);
            json.WriteString("source", Source);
            json.WriteString("type", Type);
            json.WriteString("subject", Subject);
            json.WriteString("time", TimeText);
            json.WriteString("datacontenttype", DataContentType);
            json.WritePropertyName("data");
            json.WriteRawValue(Data);
            json.WriteEndObject();
        }
        return buffer.ToArray();
    }

    public static string SubjectOf(StreamId stream) => stream switch
    {
        { Request: { } request } => $"access-requests/{request}",
        _ when stream == StreamId.System => "system",
        // cluster!ID
        _ => $"clusters/{stream.Text[(stream.Text.IndexOf('!', StringComparison.Ordinal) + 1)..]}",
    };
}
