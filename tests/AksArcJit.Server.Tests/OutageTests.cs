using System.Text.Json.Nodes;
using AksArcJit.DevCluster.Faults;
using AksArcJit.Server.Tests.Harness;

namespace AksArcJit.Server.Tests;

/// <summary>What is not reachable is told as 503 with Retry-After, and nothing is lost by it.</summary>
public sealed class OutageTests(BrokerHarness broker) : IClassFixture<BrokerHarness>
{
    [Fact]
    public async Task Journal_WhenAway_IsToldAndComesBack()
    {
        var ticket = await broker.OpenTicketAsync();
        var id = await broker.AskAsync();
        using var engineer = broker.As("engineer");
        using var admin = broker.As("operator");
        broker.Journal.IsDown = true;
        try
        {
            Unavailable(await engineer.SendAsync(HttpMethod.Post, "/api/v1/access-requests", Forms.Ask(ticket)));
            Unavailable(await engineer.SendAsync(HttpMethod.Get, $"/api/v1/access-requests/{id}"));
            Unavailable(await engineer.SendAsync(HttpMethod.Get, "/api/v1/access-requests"));
            Unavailable(await admin.SendAsync(HttpMethod.Get, $"/api/v1/access-requests/{id}/journal"));
            Unavailable(await admin.SendAsync(HttpMethod.Put, $"/api/v1/tickets/{ticket}", Forms.Ticket("contoso", "edge-01")));
            Unavailable(await admin.SendAsync(HttpMethod.Post, "/api/v1/operations/revoke-all", new JsonObject { ["all"] = true, ["reason"] = "test" }));

            broker.Clock.Advance(TimeSpan.FromSeconds(3));
            var ready = await admin.SendAsync(HttpMethod.Get, "/readyz");
            Assert.Equal((503, "unready", "fault"), (ready.Status, ready["status"], ready["journal"]));
            Assert.Equal(200, (await admin.SendAsync(HttpMethod.Get, "/healthz")).Status);
        }
        finally
        {
            broker.Journal.IsDown = false;
        }
        Assert.Equal(202, (await engineer.SendAsync(HttpMethod.Post, "/api/v1/access-requests", Forms.Ask(ticket))).Status);
    }

    [Fact]
    public async Task Journal_WhenAwayAtTheEnd_TheAccessEndsAllTheSame()
    {
        var id = await broker.GrantAsync(duration: "PT10M");
        await broker.UntilStateAsync(id, "Active");
        broker.Journal.IsDown = true;
        try
        {
            broker.Clock.Advance(TimeSpan.FromMinutes(10));
            for (var i = 0; i < 200 && await broker.EngineerMayListPodsAsync("default"); i++)
                await Task.Delay(25, TestContext.Current.CancellationToken);
            Assert.False(await broker.EngineerMayListPodsAsync("default"));
        }
        finally
        {
            broker.Journal.IsDown = false;
        }
        broker.Clock.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal("Expired", (await broker.UntilStateAsync(id, "Closed"))["cause"]!.ToString());
    }

    [Fact]
    public async Task Cluster_WhenAway_SpendsNothing()
    {
        var ticket = await broker.OpenTicketAsync();
        var id = await broker.AskAsync();
        var page = await ConsentPage.OpenAsync(broker, id);
        var before = broker.Journal.Writes;
        using var engineer = broker.As("engineer");
        broker.Cluster.Down = true;
        try
        {
            broker.Clock.Advance(TimeSpan.FromSeconds(3));
            var ready = await engineer.OkAsync(HttpMethod.Get, "/readyz");
            Assert.Equal("degraded", ready["status"]!.ToString());
            Assert.StartsWith("the API server does not answer as it should: ", ready["clusters"]!["edge-01"]!["reason"]!.ToString(), StringComparison.Ordinal);
            Assert.DoesNotContain("127.0.0.1", ready.ToJsonString(), StringComparison.Ordinal);
            var consent = await page.PostAsync(page.Approval());
            Assert.Equal(503, consent.Status);
            Assert.NotNull(consent.Headers.RetryAfter);
            Unavailable(await engineer.SendAsync(HttpMethod.Post, "/api/v1/access-requests", Forms.Ask(ticket)));
            Unavailable(await engineer.SendAsync(HttpMethod.Get, "/api/v1/clusters/edge-01/role"));
            Assert.Equal(before, broker.Journal.Writes);
        }
        finally
        {
            broker.Cluster.Down = false;
        }
        Assert.Equal(303, (await page.PostAsync(page.Approval())).Status);
        await broker.UntilStateAsync(id, "Active");
        await engineer.OkAsync(HttpMethod.Post, $"/api/v1/access-requests/{id}/revoke", Forms.Reason());
    }

    [Fact]
    public async Task Revoke_WhenTheClusterRefuses_GoesOnUntilItIsGone()
    {
        var id = await broker.GrantAsync();
        await broker.UntilStateAsync(id, "Active");
        var fault = broker.Cluster.Faults.Add(new Fault(new FaultAction.Respond(500)) { Verb = "delete", Resource = "rolebindings" });
        using var engineer = broker.As("engineer");

        var asked = await engineer.OkAsync(HttpMethod.Post, $"/api/v1/access-requests/{id}/revoke", Forms.Reason());
        broker.Cluster.Faults.Remove(fault.Id);

        Assert.Equal(("Revoking", "EngineerReleased"), (asked["state"]!.ToString(), asked["cause"]!.ToString()));
        Assert.Null(asked["outcome"]);
        broker.Clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal("Ended", (await broker.UntilStateAsync(id, "Closed"))["outcome"]!.ToString());
    }

    private static void Unavailable(Answer answer)
    {
        Assert.True(answer.Status == 503, $"{answer.Status} {answer.Text}");
        Assert.NotNull(answer.Headers.RetryAfter);
        Assert.Equal("application/problem+json", answer.ContentType);
    }
}
