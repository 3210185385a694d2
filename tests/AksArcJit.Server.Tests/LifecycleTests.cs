using System.Text;
using System.Text.Json.Nodes;
using AksArcJit.Journal;
using AksArcJit.Lifecycle;
using AksArcJit.Server.Tests.Harness;

namespace AksArcJit.Server.Tests;

public sealed class LifecycleTests(BrokerHarness broker) : IClassFixture<BrokerHarness>
{
    [Fact]
    public async Task Request_WhenConsentedAndOver_WasAllowedAndIsDenied()
    {
        var ticket = await broker.OpenTicketAsync();
        using var engineer = broker.As("engineer");

        var accepted = await engineer.SendAsync(HttpMethod.Post, "/api/v1/access-requests", Forms.Ask(ticket, duration: "PT2H"));
        Assert.Equal(202, accepted.Status);
        Assert.Equal("AwaitingConsent", accepted["state"]);
        Assert.DoesNotContain("null", accepted.Text, StringComparison.Ordinal);
        var id = accepted["id"]!;
        Assert.Equal($"/api/v1/access-requests/{id}", accepted.Headers.Location!.ToString());
        Assert.NotNull(accepted.Headers.RetryAfter);
        Assert.Equal($"/api/v1/access-requests/{id}/withdraw", accepted.Json["links"]!["withdraw"]!.ToString());
        Assert.False(await broker.EngineerMayListPodsAsync("default"));

        var page = await ConsentPage.OpenAsync(broker, id);
        var consented = await page.PostAsync(page.Approval());
        Assert.Equal(303, consented.Status);

        var active = await broker.UntilStateAsync(id, "Active");
        Assert.True(await broker.EngineerMayListPodsAsync("default"));
        Assert.False(await broker.EngineerMayListPodsAsync("kube-system"));
        Assert.Equal("kubectl get pods --namespace default", active["kubectl"]!.ToString());
        Assert.Equal($"aks-service-rolebinding-{id}", active["binding"]!["name"]!.ToString());
        Assert.Equal("RoleBinding", active["binding"]!["kind"]!.ToString());
        Assert.Equal(TimeSpan.FromHours(2), Time(active, "expiresAt") - Time(active, "grantedAt"));

        broker.Clock.Advance(TimeSpan.FromHours(2));
        var closed = await broker.UntilStateAsync(id, "Closed");
        Assert.False(await broker.EngineerMayListPodsAsync("default"));
        Assert.Empty(await broker.Admin.OurBindingsAsync());
        Assert.Equal(("Ended", "Expired"), (closed["outcome"]!.ToString(), closed["cause"]!.ToString()));
        Assert.True(Time(closed, "confirmedGoneAt") >= Time(closed, "endedAt"));
        Assert.Null(closed["kubectl"]);
        Assert.Equal(["AccessRequested", "ConsentGiven", "GrantIntended", "Granted", "RevocationStarted", "AccessGone"],
            closed["timeline"]!.AsArray().Select(entry => entry!["kind"]!.ToString()).Where(kind => !kind.StartsWith("Notice", StringComparison.Ordinal)));
        Assert.Equal("Erika Engineer", closed["timeline"]![0]!["by"]!["name"]!.ToString());
    }

    [Theory]
    [InlineData("engineer", "EngineerReleased")]
    [InlineData("approver", "CustomerRevoked")]
    [InlineData("operator", "OperatorRevoked")]
    public async Task Revoke_WhenActive_EndsBeforeItAnswers(string who, string cause)
    {
        var id = await broker.GrantAsync();
        await broker.UntilStateAsync(id, "Active");
        using var caller = broker.As(who);

        var ended = await caller.OkAsync(HttpMethod.Post, $"/api/v1/access-requests/{id}/revoke", Forms.Reason());

        Assert.Equal(("Closed", "Ended", cause), (ended["state"]!.ToString(), ended["outcome"]!.ToString(), ended["cause"]!.ToString()));
        Assert.False(await broker.EngineerMayListPodsAsync("default"));
        var again = await caller.SendAsync(HttpMethod.Post, $"/api/v1/access-requests/{id}/revoke", Forms.Reason());
        Assert.Equal((409, "urn:aksarcjit:problem:nothing-to-end"), (again.Status, again["type"]));
    }

    [Fact]
    public async Task CloseTicket_WhenActive_EndsBeforeItAnswers()
    {
        var ticket = await broker.OpenTicketAsync();
        var id = await broker.GrantAsync(ticket);
        await broker.UntilStateAsync(id, "Active");
        using var tickets = broker.As("ticketSystem");

        var closed = await tickets.OkAsync(HttpMethod.Post, $"/api/v1/tickets/{ticket}/close");

        Assert.Equal("Closed", closed["status"]!.ToString());
        var seen = await broker.UntilStateAsync(id, "Closed");
        Assert.Equal("TicketClosed", seen["cause"]!.ToString());
        Assert.Equal("Closed", (await tickets.OkAsync(HttpMethod.Get, $"/api/v1/tickets/{ticket}"))["status"]!.ToString());
    }

    [Fact]
    public async Task Withdraw_WhenWaiting_Closes()
    {
        var id = await broker.AskAsync();
        using var engineer = broker.As("engineer");

        var withdrawn = await engineer.OkAsync(HttpMethod.Post, $"/api/v1/access-requests/{id}/withdraw");

        Assert.Equal(("Closed", "Withdrawn"), (withdrawn["state"]!.ToString(), withdrawn["outcome"]!.ToString()));
        var again = await engineer.SendAsync(HttpMethod.Post, $"/api/v1/access-requests/{id}/withdraw");
        Assert.Equal((409, "urn:aksarcjit:problem:not-before-access"), (again.Status, again["type"]));
    }

    [Fact]
    public async Task Extensions_WhenActive_AsksAnewAndNamesWhatItContinues()
    {
        var id = await broker.GrantAsync(who: "engineer2");
        await broker.UntilStateAsync(id, "Active");
        using var engineer = broker.As("engineer2");

        var asked = await engineer.SendAsync(HttpMethod.Post, $"/api/v1/access-requests/{id}/extensions",
            new JsonObject { ["duration"] = "PT30M", ["justification"] = "Not done yet" });

        Assert.Equal(202, asked.Status);
        var next = await engineer.OkAsync(HttpMethod.Get, asked.Headers.Location!.ToString());
        Assert.Equal((id, "PT30M"), (next["continues"]!.ToString(), next["duration"]!.ToString()));
        Assert.NotEqual(id, asked["id"]);
    }

    [Fact]
    public async Task ConfirmGone_WhenNothingIsUnconfirmed_IsRefused()
    {
        var id = await broker.AskAsync();
        using var admin = broker.As("operator");

        var answer = await admin.SendAsync(HttpMethod.Post, $"/api/v1/access-requests/{id}/confirm-gone", Forms.Reason());

        Assert.Equal((409, "urn:aksarcjit:problem:not-unconfirmed"), (answer.Status, answer["type"]));
    }

    [Fact]
    public async Task Journal_InEachFormat_HoldsWhatItsHashesCover()
    {
        var id = await broker.GrantAsync(who: "engineer2");
        await broker.UntilStateAsync(id, "Active");
        using var auditor = broker.As("auditor");

        var json = (await auditor.SendAsync(HttpMethod.Get, $"/api/v1/access-requests/{id}/journal")).Json["records"]!.AsArray();
        var lines = await auditor.SendAsync(HttpMethod.Get, $"/api/v1/access-requests/{id}/journal", null, ("Accept", "application/x-ndjson"));
        var csv = await auditor.SendAsync(HttpMethod.Get, $"/api/v1/access-requests/{id}/journal?format=csv");
        var none = await auditor.SendAsync(HttpMethod.Get, $"/api/v1/access-requests/{id}/journal", null, ("Accept", "image/png"));

        var stream = StreamId.Of(RequestId.Parse(id));
        var previous = HashChain.Start;
        foreach (var record in json)
        {
            Assert.Equal(previous, record!["previousHash"]!.ToString());
            previous = record["hash"]!.ToString();
            Assert.Equal(previous, HashChain.Hash(record["previousHash"]!.ToString(), stream, record["version"]!.GetValue<long>(), record["factId"]!.ToString(),
                record["kind"]!.ToString(), DateTimeOffset.Parse(record["at"]!.ToString()), Encoding.UTF8.GetBytes(record["payload"]!.ToString())));
        }
        Assert.Equal("application/x-ndjson", lines.ContentType);
        Assert.Equal(json.Select(record => record!.ToJsonString()), lines.Text.Trim().Split('\n').SkipLast(1).Select(line => JsonNode.Parse(line)!.ToJsonString()));
        Assert.Equal(json.Count, JsonNode.Parse(lines.Text.Trim().Split('\n')[^1])!["end"]!["facts"]!.GetValue<int>());
        Assert.Equal("text/csv", csv.ContentType);
        Assert.Equal(json.Count + 1, csv.Text.Trim().Split("\r\n").Length);
        Assert.Equal((406, "Accept"), (none.Status, none["field"]));
    }

    private static DateTimeOffset Time(JsonObject seen, string field) => DateTimeOffset.Parse(seen[field]!.ToString());
}
