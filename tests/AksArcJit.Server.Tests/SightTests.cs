using System.Text.Json.Nodes;
using AksArcJit.Server.Tests.Harness;

namespace AksArcJit.Server.Tests;

/// <summary>Who may see and do what, role by role and object by object.</summary>
public sealed class SightTests(BrokerHarness broker) : IClassFixture<BrokerHarness>
{
    [Theory]
    [InlineData("engineer", 200)]
    [InlineData("approver", 200)]
    [InlineData("operator", 200)]
    [InlineData("auditor", 200)]
    [InlineData("engineer2", 404)]
    [InlineData("ticketSystem", 404)]
    public async Task Get_TellsOnlyThoseWhomItConcerns(string who, int status)
    {
        var id = await broker.AskAsync();
        using var caller = broker.As(who);

        var seen = await caller.SendAsync(HttpMethod.Get, $"/api/v1/access-requests/{id}");
        var journal = await caller.SendAsync(HttpMethod.Get, $"/api/v1/access-requests/{id}/journal");
        var missing = await caller.SendAsync(HttpMethod.Get, "/api/v1/access-requests/aaaaaaaaaaaaaaaaaaaaaaaaaa");

        Assert.Equal((status, status), (seen.Status, journal.Status));
        Assert.Equal(404, missing.Status);
        if (status == 404)
            Assert.Equal((missing.Text, missing.Text), (seen.Text, journal.Text));
    }

    [Fact]
    public async Task Get_WhenTheClusterHasOtherApprovers_HidesItFromThisOne()
    {
        var id = await broker.AskAsync(await broker.OpenTicketAsync("fabrikam", "edge-04"), "edge-04");
        using var approver = broker.As("approver");

        Assert.Equal(404, (await approver.SendAsync(HttpMethod.Get, $"/api/v1/access-requests/{id}")).Status);
        Assert.Equal(404, (await approver.SendAsync(HttpMethod.Post, $"/api/v1/access-requests/{id}/revoke", Forms.Reason())).Status);
        Assert.Equal(404, (await approver.SendAsync(HttpMethod.Get, "/api/v1/clusters/edge-04/role")).Status);
        Assert.DoesNotContain("edge-04", (await approver.OkAsync(HttpMethod.Get, "/api/v1/clusters")).ToJsonString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("engineer2", "withdraw", 404)]
    [InlineData("approver", "withdraw", 403)]
    [InlineData("operator", "withdraw", 403)]
    [InlineData("auditor", "withdraw", 403)]
    [InlineData("engineer2", "revoke", 404)]
    [InlineData("auditor", "revoke", 403)]
    [InlineData("ticketSystem", "revoke", 404)]
    [InlineData("engineer", "confirm-gone", 403)]
    [InlineData("approver", "confirm-gone", 403)]
    [InlineData("engineer2", "extensions", 404)]
    [InlineData("approver", "extensions", 403)]
    public async Task Act_WhenItIsNotYours_ChangesNothing(string who, string verb, int status)
    {
        var id = await broker.AskAsync();
        var before = broker.Journal.Writes;
        using var caller = broker.As(who);

        var answer = await caller.SendAsync(HttpMethod.Post, $"/api/v1/access-requests/{id}/{verb}",
            verb == "withdraw" ? null : verb == "extensions" ? new JsonObject { ["duration"] = "PT1H", ["justification"] = "more" } : Forms.Reason());

        Assert.True(answer.Status == status, answer.Text);
        Assert.Equal(before, broker.Journal.Writes);
    }

    [Theory]
    [InlineData("PUT", "/api/v1/tickets/CASE-1", "ticketSystem operator")]
    [InlineData("GET", "/api/v1/tickets/CASE-1", "ticketSystem operator auditor engineer engineer2")]
    [InlineData("POST", "/api/v1/tickets/CASE-1/close", "ticketSystem operator")]
    [InlineData("POST", "/api/v1/access-requests", "engineer engineer2")]
    [InlineData("GET", "/api/v1/access-requests", "engineer engineer2 approver operator auditor")]
    [InlineData("GET", "/api/v1/clusters", "engineer engineer2 approver operator auditor")]
    [InlineData("POST", "/api/v1/operations/pause-grants", "operator")]
    [InlineData("POST", "/api/v1/operations/resume-grants", "operator")]
    [InlineData("POST", "/api/v1/operations/revoke-all", "operator approver")]
    [InlineData("POST", "/api/v1/operations/sweep", "operator")]
    public async Task Door_OpensToItsRolesOnly(string method, string path, string roles)
    {
        foreach (var who in new[] { "engineer", "engineer2", "approver", "operator", "auditor", "ticketSystem" })
        {
            using var caller = broker.As(who);
            // An empty form passes the door and is refused behind it.
            var answer = await caller.SendAsync(new HttpMethod(method), path, method == "GET" ? null : new JsonObject { ["nothing"] = 1 });
            Assert.True(answer.Status == 403 != roles.Split(' ').Contains(who), $"{who}: {answer.Status}");
            if (answer.Status == 403)
                Assert.Equal("urn:aksarcjit:problem:role-required", answer["type"]);
        }
    }

    [Fact]
    public async Task List_TellsEachOnlyTheirs()
    {
        var mine = await broker.AskAsync();
        var theirs = await broker.AskAsync(await broker.OpenTicketAsync("fabrikam", "edge-04"), "edge-04", who: "engineer2");

        Assert.Equal((true, false), await SeesAsync("engineer", mine, theirs));
        Assert.Equal((false, true), await SeesAsync("engineer2", mine, theirs));
        Assert.Equal((true, false), await SeesAsync("approver", mine, theirs));
        Assert.Equal((true, true), await SeesAsync("operator", mine, theirs));
        Assert.Equal((true, true), await SeesAsync("auditor", mine, theirs));
    }

    [Fact]
    public async Task Links_OfferOnlyWhatTheReaderMayDo()
    {
        var id = await broker.AskAsync();

        Assert.Equal((true, true), await OffersAsync("engineer", id));
        Assert.Equal((false, true), await OffersAsync("approver", id));
        Assert.Equal((false, true), await OffersAsync("operator", id));
        Assert.Equal((false, false), await OffersAsync("auditor", id));
    }

    private async Task<(bool Mine, bool Theirs)> SeesAsync(string who, string mine, string theirs)
    {
        using var caller = broker.As(who);
        var list = (await caller.OkAsync(HttpMethod.Get, "/api/v1/access-requests?limit=200"))["items"]!.AsArray().Select(item => item!["id"]!.ToString()).ToList();
        return (list.Contains(mine), list.Contains(theirs));
    }

    private async Task<(bool Withdraw, bool Revoke)> OffersAsync(string who, string id)
    {
        using var caller = broker.As(who);
        var links = (await caller.OkAsync(HttpMethod.Get, $"/api/v1/access-requests/{id}"))["links"]!;
        return (links["withdraw"] is not null, links["revoke"] is not null);
    }
}
