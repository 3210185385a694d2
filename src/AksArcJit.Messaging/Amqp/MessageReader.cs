using AksArcJit.Messaging.Events;
using Amqp;
using Amqp.Framing;
using Amqp.Types;

namespace AksArcJit.Messaging.Amqp;

/// <summary>
/// A CloudEvent out of an AMQP message (CloudEvents AMQP binding 1.0.2): structured by its content type, else binary with each attribute
/// an application property named <c>cloudEvents:…</c> or <c>cloudEvents_…</c>.
/// </summary>
internal static class MessageReader
{
    private static readonly Symbol EnqueuedTime = "x-opt-enqueued-time";
    private static readonly string[] Prefixes = ["cloudEvents:", "cloudEvents_"];

    public static Parsed<CloudEvent> Read(Message message)
    {
        if (BodyOf(message) is not { } body)
            return new Unreadable(Unreadable.NotACloudEvent, "The message's body is neither data nor text.");
        return Read(message.Properties?.ContentType?.ToString(), PropertiesOf(message), body);
    }

    public static Parsed<CloudEvent> Read(string? contentType, IEnumerable<KeyValuePair<string, object>> properties, ReadOnlyMemory<byte> body)
    {
        if (CloudEventReader.IsStructured(contentType))
            return CloudEventReader.Structured(body);
        var attributes = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in properties)
        {
            if (Array.Find(Prefixes, prefix => name.StartsWith(prefix, StringComparison.Ordinal)) is not { } prefix
                || !CloudEventReader.Attributes.Contains(name[prefix.Length..]))
                continue;
            var attribute = name[prefix.Length..];
            // A time of any other kind is no time: whether that matters is decided where it is read.
            if ((TextOf(value) ?? (attribute == CloudEventReader.Time ? "" : null)) is not { } text)
                return new Unreadable(Unreadable.BadAttribute, "An attribute is neither text nor a timestamp.");
            if (!attributes.TryAdd(attribute, text))
                return new Unreadable(Unreadable.BadAttribute, "An attribute stands twice, with both prefixes.");
        }
        return CloudEventReader.Binary(attributes, contentType, body);
    }

    /// <summary>When the broker took it, where it says so.</summary>
    public static DateTimeOffset? EnqueuedAt(Message message) =>
        message.MessageAnnotations?.Map.TryGetValue(EnqueuedTime, out var value) == true && value is DateTime time ? Utc(time) : null;

    public static DateTimeOffset Utc(DateTime time) => new(DateTime.SpecifyKind(time, DateTimeKind.Utc));

    private static IEnumerable<KeyValuePair<string, object>> PropertiesOf(Message message)
    {
        foreach (var (key, value) in message.ApplicationProperties?.Map ?? [])
            if (key is string name)
                yield return new(name, value);
    }

    private static ReadOnlyMemory<byte>? BodyOf(Message message) => message.BodySection switch
    {
        Data { Binary: { } binary } => binary,
        DataList list => JoinOf(list),
        AmqpValue { Value: string text } => System.Text.Encoding.UTF8.GetBytes(text),
        AmqpValue { Value: byte[] bytes } => bytes,
        null => ReadOnlyMemory<byte>.Empty,
        _ => null,
    };

    private static byte[] JoinOf(DataList list)
    {
        using var whole = new MemoryStream();
        for (var i = 0; i < list.Count; i++)
            whole.Write(list[i].Binary);
        return whole.ToArray();
    }

    private static string? TextOf(object? value) => value switch
    {
        string text => text,
        Symbol symbol => symbol.ToString(),
        DateTimeOffset time => TextOf(time.UtcDateTime),
        DateTime time => Utc(time).ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'"),
        Uri uri => uri.OriginalString,
        _ => null,
    };
}
