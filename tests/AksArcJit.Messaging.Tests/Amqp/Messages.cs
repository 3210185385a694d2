using Amqp;
using Amqp.Framing;

namespace AksArcJit.Messaging.Tests.Amqp;

/// <summary>Told as AMQP messages.</summary>
public static class Messages
{
    public static Message Binary(this Told told, string prefix = "cloudEvents:")
    {
        var message = new Message
        {
            Header = new Header { Durable = true },
            Properties = new Properties { MessageId = told.Id, ContentType = "application/json" },
            ApplicationProperties = new ApplicationProperties
            {
                [$"{prefix}specversion"] = "1.0",
                [$"{prefix}id"] = told.Id,
                [$"{prefix}type"] = told.Type,
                [$"{prefix}source"] = told.Source,
            },
            BodySection = new Data { Binary = told.DataBytes },
        };
        if (told.Time is { } time)
            message.ApplicationProperties[$"{prefix}time"] = time.UtcDateTime;
        return message;
    }

    public static Message InOneJson(this Told told) => Raw(told.Structured(), "application/cloudevents+json; charset=utf-8");

    public static Message Raw(byte[] body, string? contentType) => new()
    {
        Header = new Header { Durable = true },
        Properties = new Properties { ContentType = contentType },
        BodySection = new Data { Binary = body },
    };
}
