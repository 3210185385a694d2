using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using AksArcJit.Server.Tests.Harness;

namespace AksArcJit.Server.Tests;

/// <summary>The real process is killed while its outlet is down. Real time, because a killed process has no other.</summary>
public sealed class EventKillTests(EventedHarness broker) : IClassFixture<EventedHarness>
{
    [Fact]
    public async Task AFact_WhenTheServerIsKilledBeforeItWentOut_ThenTheNextOneSendsItOnceWithinTwoMinutes()
    {
        await broker.StopAsync();
        broker.Status = 503;
        string id;
        using (var killed = await ServerProcess.StartAsync(broker.Directory, broker.Options(), "killed"))
        {
            using var tickets = Client(killed, "ticketSystem");
            (await tickets.PutAsJsonAsync("/api/v1/tickets/KILL-E1", Forms.Ticket("contoso", "edge-01"), TestContext.Current.CancellationToken)).EnsureSuccessStatusCode();
            using var engineer = Client(killed, "engineer");
            using var asked = await engineer.PostAsJsonAsync("/api/v1/access-requests", Forms.Ask("KILL-E1"), TestContext.Current.CancellationToken);
            id = (await asked.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonObject>(TestContext.Current.CancellationToken))!["id"]!.ToString();
            killed.Kill();
        }
        Assert.Empty(broker.Received);
        broker.Status = 204;

        using var next = await ServerProcess.StartAsync(broker.Directory, broker.Options(), "next");
        var begun = TimeProvider.System.GetTimestamp();
        // What a process that is gone appended is anybody's after a minute; the open index is read every minute.
        while (broker.Received.IsEmpty && TimeProvider.System.GetElapsedTime(begun) < TimeSpan.FromMinutes(2))
            await Task.Delay(250, TestContext.Current.CancellationToken);
        var told = Assert.Single(await broker.ReceivedAsync(id, 1));
        Assert.Equal("com.aksarcjit.access.requested.v1", (string)told["type"]!);
    }

    private HttpClient Client(ServerProcess server, string who)
    {
        var tokens = JsonNode.Parse(File.ReadAllText(Path.Combine(broker.Directory, "dev-tokens.json")))!;
        var client = new HttpClient { BaseAddress = server.Url };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", tokens[who]!["token"]!.ToString());
        return client;
    }
}
