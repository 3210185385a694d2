using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using AksArcJit.Server.Tests.Harness;

namespace AksArcJit.Server.Tests;

/// <summary>
/// The real process is killed at moments spread over a lifecycle, and started again; and one of two is killed for good. Real time, because
/// a killed process has no other. <c>scripts/soak.sh</c> runs many more moments.
/// </summary>
public sealed class KillTests(BrokerHarness broker) : IClassFixture<BrokerHarness>
{
    private static readonly int Moments = int.Parse(Environment.GetEnvironmentVariable("AKSARCJIT_KILLS") ?? "4");
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(2);

    [Fact]
    public async Task Lifecycle_WhenTheServerIsKilled_StillEndsOnceAndVerifies()
    {
        await broker.StopAsync();
        var server = await ServerProcess.StartAsync(broker.Directory, broker.Options(), "killed");
        try
        {
            for (var moment = 0; moment < Moments; moment++)
            {
                var id = await AskAsync(server, moment);
                // Nobody consents before they have the link.
                await broker.LinkAsync(id);
                var consent = ApproveAsync(server, id);
                // From the consent's first millisecond to just past the end of the window.
                await Task.Delay((Window + TimeSpan.FromMilliseconds(500)) * moment / Math.Max(Moments - 1, 1), TestContext.Current.CancellationToken);
                server.Kill();
                await consent.ContinueWith(_ => { }, TaskScheduler.Default);
                server = await ServerProcess.StartAsync(broker.Directory, broker.Options(), "killed");
                if ((await ReadAsync(server, id))["state"]!.ToString() == "AwaitingConsent")
                    await ApproveAsync(server, id);
                await AssertEndsAsync(server, id);
            }
        }
        finally
        {
            server.Dispose();
        }
        var (code, words) = await ServerProcess.VerifyAsync(broker.Directory, "killed");
        Assert.True(code == 0, words);
        Assert.Empty(await broker.Admin.OurBindingsAsync());
    }

    [Fact]
    public async Task TwoServers_WhenOneIsKilledForGood_TheOtherEndsItsGrantWithin65Seconds()
    {
        using var first = await ServerProcess.StartAsync(broker.Directory, broker.Options(), "first");
        using var second = await ServerProcess.StartAsync(broker.Directory, broker.Options(), "second");
        var id = await AskAsync(first, 1000);
        await ApproveAsync(first, id);
        first.Kill();
        var closed = await AssertEndsAsync(second, id, patience: TimeSpan.FromSeconds(75));
        Assert.InRange(Time(closed, "confirmedGoneAt") - Time(closed, "expiresAt"), TimeSpan.Zero, TimeSpan.FromSeconds(65));
    }

    private async Task<string> AskAsync(ServerProcess server, int number)
    {
        var ticket = $"KILL-{number}";
        using var tickets = Client(server, "ticketSystem");
        (await tickets.PutAsJsonAsync($"/api/v1/tickets/{ticket}", Forms.Ticket("contoso", "edge-01"))).EnsureSuccessStatusCode();
        using var engineer = Client(server, "engineer");
        using var asked = await engineer.PostAsJsonAsync("/api/v1/access-requests", Forms.Ask(ticket, duration: $"PT{Window.TotalSeconds}S"));
        return (await asked.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonObject>())!["id"]!.ToString();
    }

    private async Task ApproveAsync(ServerProcess server, string id)
    {
        var link = new Uri(server.Url, (await broker.LinkAsync(id)).PathAndQuery);
        using var anyone = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false });
        var page = new ConsentPage(broker, link, await anyone.GetStringAsync(link));
        using var form = new FormUrlEncodedContent(page.Approval());
        using var answer = await anyone.PostAsync(link, form);
        Assert.Equal(303, (int)answer.StatusCode);
    }

    private async Task<JsonObject> ReadAsync(ServerProcess server, string id)
    {
        using var auditor = Client(server, "auditor");
        return (await auditor.GetFromJsonAsync<JsonObject>($"/api/v1/access-requests/{id}"))!;
    }

    private async Task<JsonObject> AssertEndsAsync(ServerProcess server, string id, TimeSpan? patience = null)
    {
        var end = DateTimeOffset.UtcNow + (patience ?? TimeSpan.FromSeconds(30));
        var seen = await ReadAsync(server, id);
        while (seen["state"]!.ToString() != "Closed" && DateTimeOffset.UtcNow < end)
        {
            await Task.Delay(100);
            seen = await ReadAsync(server, id);
        }
        Assert.Equal(("Closed", "Ended", "Expired"), (seen["state"]!.ToString(), seen["outcome"]?.ToString(), seen["cause"]?.ToString()));
        var kinds = seen["timeline"]!.AsArray().Select(entry => entry!["kind"]!.ToString()).ToList();
        Assert.All(["AccessRequested", "ConsentGiven", "Granted", "AccessGone"], kind => Assert.Single(kinds, kind));
        Assert.DoesNotContain($"aks-service-rolebinding-{id}", await broker.Admin.OurBindingsAsync());
        return seen;
    }

    private HttpClient Client(ServerProcess server, string who)
    {
        var tokens = JsonNode.Parse(File.ReadAllText(Path.Combine(broker.Directory, "dev-tokens.json")))!;
        var client = new HttpClient { BaseAddress = server.Url };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", tokens[who]!["token"]!.ToString());
        return client;
    }

    private static DateTimeOffset Time(JsonObject request, string field) => DateTimeOffset.Parse(request[field]!.ToString());
}
