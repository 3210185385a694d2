using System.Text.Json.Nodes;
using AksArcJit.Server.Tests.Harness;

namespace AksArcJit.Server.Tests;

/// <summary>Events in and out of the Server as it is shipped.</summary>
public sealed class EventTests(EventedHarness broker) : IClassFixture<EventedHarness>
{
    private static readonly string[] Types =
    [
        "com.aksarcjit.access.requested.v1", "com.aksarcjit.consent.given.v1", "com.aksarcjit.access.granted.v1",
        "com.aksarcjit.revocation.started.v1", "com.aksarcjit.access.ended.v1",
    ];

    [Fact]
    public async Task ATicket_WhenToldOverTheWebhook_ThenOpensAccessAndItsCloseEndsItWithin2s()
    {
        var opened = await broker.TellAsync("opened", Ticket("CASE-W1"), "w1-1");
        Assert.True(opened.Status == 200, opened.Text);
        Assert.Equal("heard", opened["outcome"]);
        Assert.Equal("heard", (await broker.TellAsync("opened", Ticket("CASE-W1"), "w1-1"))["outcome"]);
        var id = await broker.GrantAsync("CASE-W1");
        Assert.True(await broker.EngineerMayListPodsAsync("default"));

        var begun = TimeProvider.System.GetTimestamp();
        Assert.Equal("heard", (await broker.TellAsync("closed", new JsonObject { ["ticketId"] = "CASE-W1" }, "w1-2"))["outcome"]);
        await broker.UntilStateAsync(id, "Closed");
        Assert.InRange(TimeProvider.System.GetElapsedTime(begun), TimeSpan.Zero, TimeSpan.FromSeconds(2));
        Assert.False(await broker.EngineerMayListPodsAsync("default"));
        Assert.Equal("ignored", (await broker.TellAsync("updated", Ticket("CASE-W1"), "w1-3"))["outcome"]);

        var told = await broker.ReceivedAsync(id, Types.Length);
        Assert.Equal("TicketClosed", (string)told[3]["data"]!["cause"]!);
    }

    [Fact]
    public async Task AnEvent_WhenForgedOrUnreadableOrOfAnotherCustomer_ThenIsRefusedAndNothingIsRecorded()
    {
        Assert.Equal(401, (await broker.TellAsync("opened", Ticket("CASE-W2"), "w2-1", isForged: true)).Status);
        var bad = await broker.TellAsync("opened", new JsonObject { ["ticketId"] = "CASE-W2" }, "w2-2");
        Assert.Equal(422, bad.Status);
        Assert.Contains("bad-data", bad.Text, StringComparison.Ordinal);
        Assert.Equal(422, (await broker.TellAsync("exploded", Ticket("CASE-W2"), "w2-3")).Status);
        Assert.Equal(422, (await broker.TellAsync("opened", Ticket("CASE-W2", "fabrikam"), "w2-4")).Status);
        await UntilReadyAsync(ready => (string?)ready["events"]!["servicenow"]!["deadLettered"]!["lastReason"] == "foreign-customer"
            && (int)ready["events"]!["servicenow"]!["deadLettered"]!["count"]! >= 3 && ready["events"]!["servicenow"]!["deadLettered"]!["lastAt"] is not null);
        using var tickets = broker.As("ticketSystem");
        Assert.Equal(404, (await tickets.SendAsync(HttpMethod.Get, "/api/v1/tickets/CASE-W2")).Status);
    }

    [Fact]
    public async Task ALifecycle_ThenGoesOutInOrderSignedAndUnderTheIdsOfItsFacts()
    {
        var id = await broker.GrantAsync();
        using var engineer = broker.As("engineer");
        Assert.InRange((await engineer.SendAsync(HttpMethod.Post, $"/api/v1/access-requests/{id}/revoke", new JsonObject { ["reason"] = "done" })).Status, 200, 202);
        var told = await broker.ReceivedAsync(id, Types.Length);
        Assert.Equal(Types, told.Select(one => (string)one["type"]!));
        Assert.All(told, one => Assert.Equal("urn:aksarcjit:harness", (string)one["source"]!));
        using var auditor = broker.As("auditor");
        var journal = (await auditor.OkAsync(HttpMethod.Get, $"/api/v1/access-requests/{id}/journal")).ToJsonString();
        Assert.All(told, one => Assert.Contains((string)one["id"]!, journal, StringComparison.Ordinal));
        Assert.Equal("Cluster", (string)told[^1]["data"]!["confirmedBy"]!);
    }

    [Fact]
    public async Task AnOutletThatIsDown_ThenIsSaidInReadyzHoldsUpNoRevocationAndGetsAllLater()
    {
        broker.Status = 500;
        var id = await broker.GrantAsync();
        var down = await UntilReadyAsync(ready => (string)ready["outlets"]!["siem"]!["status"]! == "fault");
        Assert.Equal("degraded", (string)down["status"]!);
        Assert.True((int)down["outlets"]!["siem"]!["waiting"]! >= 1);
        using var engineer = broker.As("engineer");
        await engineer.SendAsync(HttpMethod.Post, $"/api/v1/access-requests/{id}/revoke", new JsonObject { ["reason"] = "done" });
        await broker.UntilStateAsync(id, "Closed");

        broker.Status = 204;
        broker.Clock.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(Types, (await broker.ReceivedAsync(id, Types.Length)).Select(one => (string)one["type"]!));
        var up = await UntilReadyAsync(ready => (string)ready["outlets"]!["siem"]!["status"]! == "ok" && (int)ready["outlets"]!["siem"]!["waiting"]! == 0);
        Assert.NotNull(up["outlets"]!["siem"]!["lastPublishedAt"]);
        Assert.Equal("ok", (string)up["events"]!["servicenow"]!["status"]!);
    }

    private async Task<JsonObject> UntilReadyAsync(Func<JsonObject, bool> isSo)
    {
        JsonObject ready = [];
        for (var attempt = 0; attempt < 400; attempt++)
        {
            ready = JsonNode.Parse(await broker.Anonymous.GetStringAsync("/readyz"))!.AsObject();
            if (isSo(ready))
                return ready;
            await Task.Delay(50);
        }
        Assert.Fail($"Not as wanted in time: {ready}");
        return ready;
    }

    private static JsonObject Ticket(string id, string customer = "contoso") => new()
    {
        ["ticketId"] = id,
        ["customer"] = customer,
        ["clusterIds"] = new JsonArray("edge-01"),
        ["title"] = "Pods restart",
        ["severity"] = "2",
        ["status"] = "Active",
    };
}
