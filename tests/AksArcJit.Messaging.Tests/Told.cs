using System.Text.Json;
using System.Text.Json.Nodes;

namespace AksArcJit.Messaging.Tests;

/// <summary>An event as a ticket system sends it.</summary>
public sealed record Told(string Type, string Id, JsonObject Data, string Source = "https://tickets.test/", DateTimeOffset? Time = null)
{
    public const string Prefix = "com.aksarcjit.ticket.";

    public static Told Ticket(string ticket, string id, long? sequence, string title = "Pods restart", string status = "Active", string verb = "updated", string customer = "contoso")
    {
        var data = new JsonObject
        {
            ["ticketId"] = ticket,
            ["customer"] = customer,
            ["clusterIds"] = new JsonArray("edge-01"),
            ["title"] = title,
            ["severity"] = "2",
            ["assignees"] = new JsonArray(),
            ["status"] = status,
        };
        if (sequence is not null)
            data["sequence"] = sequence;
        return new Told($"{Prefix}{verb}.v1", id, data);
    }

    public static Told Close(string ticket, string id, long? sequence = null)
    {
        var data = new JsonObject { ["ticketId"] = ticket };
        if (sequence is not null)
            data["sequence"] = sequence;
        return new Told($"{Prefix}closed.v1", id, data);
    }

    public byte[] DataBytes => JsonSerializer.SerializeToUtf8Bytes(Data);

    /// <summary>By the reference SDK, so that two independent readings of the specification meet.</summary>
    public byte[] Structured()
    {
        var formatter = new CloudNative.CloudEvents.SystemTextJson.JsonEventFormatter();
        return formatter.EncodeStructuredModeMessage(new CloudNative.CloudEvents.CloudEvent
        {
            Id = Id,
            Type = Type,
            Source = new Uri(Source, UriKind.RelativeOrAbsolute),
            Time = Time,
            DataContentType = "application/json",
            Data = JsonSerializer.SerializeToElement(Data),
        }, out _).ToArray();
    }
}
