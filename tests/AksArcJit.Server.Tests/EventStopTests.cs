using System.Text.Json.Nodes;
using AksArcJit.DevCluster.Faults;
using AksArcJit.Server.Tests.Harness;

namespace AksArcJit.Server.Tests;

/// <summary>Apart, because it stops the server.</summary>
public sealed class EventStopTests(EventedHarness broker) : IClassFixture<EventedHarness>
{
    [Fact]
    public async Task AStop_WhileTheEndOfAnEventThatWasTakenIsCarriedOut_WaitsForIt()
    {
        var ticket = await broker.OpenTicketAsync();
        var id = await broker.GrantAsync(ticket);
        await broker.UntilStateAsync(id, "Active");
        broker.Cluster.Faults.Add(new Fault(new FaultAction.Latency(TimeSpan.FromSeconds(3))) { Verb = "delete", Resource = "rolebindings", Times = 1 });
        Assert.Equal("heard", (await broker.TellAsync("closed", new JsonObject { ["ticketId"] = ticket }, "stop-1"))["outcome"]);

        await broker.StopAsync();

        Assert.False(await broker.EngineerMayListPodsAsync("default"));
    }
}
