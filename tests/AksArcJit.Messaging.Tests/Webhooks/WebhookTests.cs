using AksArcJit.Broker.Ports;
using AksArcJit.Lifecycle;
using AksArcJit.Lifecycle.Tickets;
using AksArcJit.Messaging.Webhooks;
using AksArcJit.TestKit.Brokers;

namespace AksArcJit.Messaging.Tests.Webhooks;

public sealed class WebhookTests
{
    private static readonly WebhookKey Key = new([.. Enumerable.Range(0, 32).Select(i => (byte)i)]);
    private static readonly WebhookKey NextKey = new([.. Enumerable.Range(1, 32).Select(i => (byte)i)]);
    private static readonly byte[] Body = Told.Ticket("CASE-1", "e-1", 1).Structured();
    private readonly World _world = new();
    private readonly EventWebhook _webhook;

    public WebhookTests()
    {
        var ear = new Ear(_world.Broker, "sender", ["contoso"]);
        _webhook = new EventWebhook([(ear.State, [Key, NextKey])], TimeSpan.FromMinutes(5), ear.Events, _world.Clock);
    }

    /// <summary>The example of the Standard Webhooks specification, made by its own libraries.</summary>
    [Fact]
    public void Sign_WhenGivenThePublishedExample_ThenItIsThePublishedSignature()
    {
        var file = Path.GetTempFileName();
        File.WriteAllText(file, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n");
        Assert.True(WebhookKey.TryRead(file, out var key));
        Assert.Equal("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
            WebhookSignature.Sign(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", "{\"test\": 2432232314}"u8));
    }

    [Fact]
    public async Task AnEvent_WhenSignedWithEitherKey_ThenItIsHeardOnce()
    {
        Assert.IsType<WebhookAnswer.Heard>(await _webhook.ReceiveAsync(Call(Key)));
        Assert.IsType<WebhookAnswer.Heard>(await _webhook.ReceiveAsync(Call(NextKey)));
        Assert.IsType<WebhookAnswer.Heard>(await _webhook.ReceiveAsync(Call(Key) with { Signature = $"v1a,xyz v1,AAAA {Call(Key).Signature}" }));
        Assert.Single(await _world.Journal.ReadAsync(Journal.StreamId.Of(TicketId.Parse("CASE-1")), CancellationToken.None));
    }

    [Fact]
    public async Task AnEvent_WhenForged_ThenNothingIsHeard()
    {
        var good = Call(Key);
        var other = new WebhookKey(new byte[32]);
        var changed = (byte[])Body.Clone();
        changed[^3] ^= 1;
        WebhookCall[] forged =
        [
            Call(other), good with { Body = changed }, good with { Id = "msg-2" }, good with { Timestamp = $"{long.Parse(good.Timestamp!) + 1}" },
            good with { Signature = "" }, good with { Signature = null }, good with { Signature = "v1," }, good with { Signature = "v1,not base64" },
            good with { Signature = good.Signature![3..] }, good with { Id = null }, good with { Timestamp = null },
            Call(Key, TimeSpan.FromMinutes(-6)), Call(Key, TimeSpan.FromMinutes(6)), Call(Key, at: "yesterday"), Call(Key, at: "99999999999999999999"),
        ];
        foreach (var call in forged)
            Assert.IsType<WebhookAnswer.Forged>(await _webhook.ReceiveAsync(call));
        Assert.Null(await _world.Broker.Tickets.ReadAsync(TicketId.Parse("CASE-1"), CancellationToken.None));
    }

    [Fact]
    public async Task ACaughtCall_WhenReplayedAfterTheCloseWithinTheTolerance_ThenTheTicketStaysClosed()
    {
        var opened = Call(Key, body: Told.Ticket("CASE-1", "e-1", null, verb: "opened").Structured());
        await _webhook.ReceiveAsync(opened);
        await _webhook.ReceiveAsync(Call(Key, body: Told.Close("CASE-1", "e-2").Structured()));
        await _webhook.ReceiveAsync(opened);
        Assert.Equal(TicketStatus.Closed, (await _world.Broker.Tickets.ReadAsync(TicketId.Parse("CASE-1"), CancellationToken.None))!.Status);
    }

    [Fact]
    public async Task ASender_WhenItSpeaksOfAnotherCustomersTicket_ThenItIsRefused()
    {
        await _world.OpenTicketAsync(TestKit.Sample.Ticket() with { Customer = "fabrikam" });
        var refused = Assert.IsType<WebhookAnswer.Refused>(await _webhook.ReceiveAsync(Call(Key, body: Told.Close(TestKit.Sample.TicketId.Text, "e-1").Structured())));
        Assert.Equal("foreign-customer", refused.Reason);
        Assert.Equal(TicketStatus.Active, (await _world.Broker.Tickets.ReadAsync(TestKit.Sample.TicketId, CancellationToken.None))!.Status);
    }

    [Fact]
    public async Task ATicket_WhenItNamesAClusterThatNobodyKnows_ThenItIsRecordedAndCoversNothing()
    {
        var told = Told.Ticket(TestKit.Sample.TicketId.Text, "e-1", 1);
        told.Data["clusterIds"] = new System.Text.Json.Nodes.JsonArray("unknown-cluster");
        Assert.IsType<WebhookAnswer.Heard>(await _webhook.ReceiveAsync(Call(Key, body: told.Structured())));
        var asked = await _world.Broker.AskAsync("key", TimeSpan.FromMinutes(30));
        Assert.Equal(RefusalReason.TicketDoesNotCoverCluster, Assert.IsType<Broker.Requests.Submission.Refused>(asked).Refusal.Reason);
    }

    private WebhookCall Call(WebhookKey key, TimeSpan skew = default, byte[]? body = null, string? at = null)
    {
        var timestamp = at ?? $"{(_world.Clock.GetUtcNow() + skew).ToUnixTimeSeconds()}";
        return new WebhookCall("msg-1", timestamp, WebhookSignature.Sign(key, "msg-1", timestamp, body ?? Body), body ?? Body);
    }
}
