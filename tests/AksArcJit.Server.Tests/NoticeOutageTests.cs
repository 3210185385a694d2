using System.Text.Json.Nodes;
using AksArcJit.Server.Tests.Harness;

namespace AksArcJit.Server.Tests;

/// <summary>A mail server that is away. A class of its own: its broker goes on leaving that channel alone for a while.</summary>
public sealed class NoticeOutageTests(MailHarness broker) : IClassFixture<MailHarness>
{
    [Fact]
    public async Task Consent_WhenTheMailServerHangs_ThenItIsAnsweredAndTheNextChannelIsTried()
    {
        broker.Mail.ToRecipient = _ => "450 not now";
        var id = await broker.AskAsync();
        // Three tries in ten seconds, then files.
        for (var step = 0; step < 400 && !Directory.Exists(broker.Outbox); step++)
        {
            broker.Clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
        broker.Mail.Hangs = true;
        var page = await ConsentPage.OpenAsync(broker, id);
        Assert.Equal(303, (await page.PostAsync(page.Approval())).Status);
        await broker.UntilStateAsync(id, "Active");

        var ready = JsonNode.Parse(await broker.Anonymous.GetStringAsync("/readyz", TestContext.Current.CancellationToken))!;
        Assert.Equal(("degraded", "fault", "ok"), (ready["status"]!.ToString(), ready["notices"]!["smtp"]!["status"]!.ToString(), ready["notices"]!["files"]!["status"]!.ToString()));
        var told = (await broker.UntilAsync(id, request => request["notices"]!.AsArray().Count > 0))["notices"]![0]!;
        Assert.Equal(("ConsentAsked", "files"), (told["kind"]!.ToString(), told["channel"]!.ToString()));
    }
}
