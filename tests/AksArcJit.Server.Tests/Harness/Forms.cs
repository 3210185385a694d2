using System.Text.Json.Nodes;

namespace AksArcJit.Server.Tests.Harness;

/// <summary>Bodies that are right, for tests to spoil.</summary>
public static class Forms
{
    public static JsonObject Ticket(string customer = "contoso", params string[] clusters) => new()
    {
        ["customer"] = customer,
        ["clusterIds"] = new JsonArray([.. clusters.Select(id => (JsonNode)id)]),
        ["title"] = "Pods restart",
        ["severity"] = "2",
        ["assignees"] = new JsonArray(),
        ["status"] = "Active",
    };

    public static JsonObject Ask(string ticket, string cluster = "edge-01", string duration = "PT1H", string ns = "default") => new()
    {
        ["ticketId"] = ticket,
        ["clusterId"] = cluster,
        ["scope"] = new JsonObject { ["kind"] = "Namespace", ["namespace"] = ns },
        ["duration"] = duration,
        ["justification"] = "Look at restarting pods",
    };

    public static JsonObject Reason(string reason = "Enough is seen.") => new() { ["reason"] = reason };
}
