using System.Text.Json.Nodes;
using AksArcJit.Server.Tests.Harness;

namespace AksArcJit.Server.Tests;

/// <summary>The kill switch.</summary>
public sealed class OperationTests(BrokerHarness broker) : IClassFixture<BrokerHarness>
{
    [Fact]
    public async Task PauseGrants_RefusesTheNewUntilResumed()
    {
        var ticket = await broker.OpenTicketAsync();
        var id = await broker.AskAsync();
        var page = await ConsentPage.OpenAsync(broker, id);
        using var admin = broker.As("operator");
        using var engineer = broker.As("engineer");

        var paused = await admin.OkAsync(HttpMethod.Post, "/api/v1/operations/pause-grants", Order("clusterId", "edge-01"));
        var refused = await engineer.SendAsync(HttpMethod.Post, "/api/v1/access-requests", Forms.Ask(ticket));
        var consent = await page.PostAsync(page.Approval());
        var resumed = await admin.OkAsync(HttpMethod.Post, "/api/v1/operations/resume-grants", Order("clusterId", "edge-01"));

        Assert.Equal("edge-01", Assert.Single(paused["paused"]!.AsArray())!["clusterId"]!.ToString());
        Assert.Equal((409, "urn:aksarcjit:problem:grants-paused"), (refused.Status, refused["type"]));
        Assert.Equal(409, consent.Status);
        Assert.Empty(resumed["paused"]!.AsArray());
        Assert.Equal(303, (await page.PostAsync(page.Approval())).Status);
        await engineer.OkAsync(HttpMethod.Post, $"/api/v1/access-requests/{id}/revoke", Forms.Reason());
    }

    [Theory]
    [InlineData("operator", "all", "OperatorRevoked")]
    [InlineData("operator", "customer", "OperatorRevoked")]
    [InlineData("approver", "clusterId", "CustomerRevoked")]
    public async Task RevokeAll_EndsWhatIsInItsScope(string who, string scope, string cause)
    {
        var active = await broker.GrantAsync();
        var waiting = await broker.AskAsync();
        using var caller = broker.As(who);

        var order = await caller.OkAsync(HttpMethod.Post, "/api/v1/operations/revoke-all",
            scope == "all" ? new JsonObject { ["all"] = true, ["reason"] = "Enough" } : Order(scope, scope == "customer" ? "contoso" : "edge-01"));

        Assert.Equal(2, order["ended"]!.GetValue<int>());
        Assert.Equal(("Ended", cause), await EndOfAsync(active));
        Assert.Equal(("Cancelled", cause), await EndOfAsync(waiting));
        Assert.Empty(await broker.Admin.OurBindingsAsync());
    }

    [Theory]
    [InlineData("""{"clusterId":"edge-04","reason":"x"}""", 422)]
    [InlineData("""{"clusterId":"edge-99","reason":"x"}""", 422)]
    [InlineData("""{"all":true,"reason":"x"}""", 403)]
    [InlineData("""{"customer":"contoso","reason":"x"}""", 403)]
    [InlineData("""{"clusterId":"edge-01"}""", 400)]
    [InlineData("""{"clusterId":"edge-01","all":true,"reason":"x"}""", 400)]
    [InlineData("""{"all":false,"reason":"x"}""", 400)]
    [InlineData("""{"reason":"x"}""", 400)]
    public async Task RevokeAll_ByAnApprover_ReachesOnlyTheirClusters(string form, int status)
    {
        var before = broker.Journal.Writes;
        using var approver = broker.As("approver");

        var answer = await approver.SendAsync(HttpMethod.Post, "/api/v1/operations/revoke-all", JsonNode.Parse(form));

        Assert.True(answer.Status == status, answer.Text);
        Assert.Equal(before, broker.Journal.Writes);
    }

    [Fact]
    public async Task Sweep_WhenDry_TellsWhatItWouldDoAndChangesNothing()
    {
        var id = await broker.GrantAsync();
        var name = $"copy-{Guid.CreateVersion7()}";
        using var admin = broker.As("operator");
        // The watch sees the copy too, and looks at it a moment later: not while the clock stands. What was under way is over after a whole pass.
        using var still = broker.Clock.Hold();
        await admin.OkAsync(HttpMethod.Post, "/api/v1/operations/sweep");
        await broker.Admin.BindAsync(name, "aks-service", BrokerHarness.Engineer);
        var before = (broker.Journal.Writes, broker.Journal.Findings("edge-01"));

        var dry = await admin.OkAsync(HttpMethod.Post, "/api/v1/operations/sweep", new JsonObject { ["dryRun"] = true });

        Assert.Equal(before, (broker.Journal.Writes, broker.Journal.Findings("edge-01")));
        var would = Finding(dry, name);
        Assert.Equal(("true", "Copied", "would be journaled and told"), (dry["dryRun"]!.ToString(), would["kind"]!.ToString(), would["done"]!.ToString()));

        var done = Finding(await admin.OkAsync(HttpMethod.Post, "/api/v1/operations/sweep"), name);
        Assert.Equal("journaled and told", done["done"]!.ToString());
        Assert.Equal(before.Item2 + 1, broker.Journal.Findings("edge-01"));
        Assert.Equal("told before", Finding(await admin.OkAsync(HttpMethod.Post, "/api/v1/operations/sweep"), name)["done"]!.ToString());

        // The broker is this class's, and the other tests count what is open and ask what is allowed.
        await broker.Admin.UnbindAsync(name);
        await admin.OkAsync(HttpMethod.Post, $"/api/v1/access-requests/{id}/revoke", Forms.Reason());
    }

    private static JsonObject Finding(JsonObject report, string binding) =>
        Assert.Single(report["findings"]!.AsArray(), finding => finding!["bindingName"]?.ToString() == binding)!.AsObject();

    private static JsonObject Order(string scope, string value) => new() { [scope] = value, ["reason"] = "Something is wrong" };

    private async Task<(string, string)> EndOfAsync(string id)
    {
        var closed = await broker.UntilStateAsync(id, "Closed");
        return (closed["outcome"]!.ToString(), closed["cause"]!.ToString());
    }
}
