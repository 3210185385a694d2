using System.Text;
using AksArcJit.Journal;
using AksArcJit.Lifecycle;
using AksArcJit.Lifecycle.Requests;
using AksArcJit.Messaging.Amqp;
using AksArcJit.Messaging.Events;
using AksArcJit.Messaging.Outlets;
using AksArcJit.Messaging.Tests.Amqp;
using AksArcJit.TestKit;
using AksArcJit.TestKit.Brokers;
using AksArcJit.TestKit.Publishing;
using Amqp;
using Amqp.Framing;
using Microsoft.Extensions.Logging.Abstractions;
using RequestsSubmission = AksArcJit.Broker.Requests.Submission;

namespace AksArcJit.Messaging.Tests.Outlets;

/// <summary>What goes out, whichever message broker carries it.</summary>
public abstract class OutletSuite
{
    private static readonly string[] Types =
    [
        "com.aksarcjit.access.requested.v1", "com.aksarcjit.consent.given.v1", "com.aksarcjit.access.granted.v1",
        "com.aksarcjit.revocation.started.v1", "com.aksarcjit.access.ended.v1",
    ];

    protected World World { get; } = new();

    protected abstract Task<IMessageBroker> BrokerAsync();

    protected void Pass() => World.Time.Advance(TimeSpan.FromMilliseconds(200));

    [Theory]
    [InlineData(EventOutletOptions.Binary)]
    [InlineData(EventOutletOptions.Structured)]
    public async Task ALifecycle_ThenArrivesInOrderAsCloudEventsUnderTheIdsOfItsFacts(string mode)
    {
        using var broker = await BrokerAsync();
        var options = broker.OutletAt(broker.Port);
        options.Mode = mode;
        await using var outlet = OutletOf(options);
        await using var process = new PublishingBroker(World, 60, [outlet]);
        var id = await WholeLife.LiveAsync(process);
        await Waiting.UntilAsync(() => process.Publisher.Outlets[0] is { Waiting: 0, LastPublishedAt: not null }, Pass);

        var sent = await broker.SentAsync(Types.Length);
        Assert.Equal(Types, sent.Select(message => message.Properties.Subject));
        var facts = await World.Journal.ReadAsync(StreamId.Of(id), CancellationToken.None);
        foreach (var message in sent)
        {
            // By the reader that hears ticket events: it knows both modes.
            var told = Assert.IsType<Parsed<CloudEvent>.Of>(MessageReader.Read(message)).Value;
            var fact = facts.Single(fact => fact.FactId == message.Properties.MessageId);
            Assert.Equal((fact.FactId, "urn:aksarcjit:test", message.Properties.Subject, fact.At), (told.Id, told.Source, told.Type, told.Time));
            Assert.Equal($"access-requests/{id}", message.Properties.GroupId);
            Assert.True(message.Header.Durable);
            Assert.Contains($"\"requestId\":\"{id}\"", Encoding.UTF8.GetString(told.Data.Span), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task TheConnection_WhenCutAgainAndAgain_ThenEveryEventArrivesAndEachStreamInOrder()
    {
        using var broker = await BrokerAsync();
        using var proxy = new CuttableProxy(broker.Port);
        await using var outlet = OutletOf(broker.OutletAt(proxy.Port));
        await using var process = new PublishingBroker(World, 60, [outlet]);
        var appending = Findings.AppendAsync(process.Broker.Journal, clusters: 40, each: 50, World.Clock);
        foreach (var after in new[] { 100, 400, 900 })
        {
            await Waiting.UntilAsync(() => process.Meters.Read($"aksarcjit.outlets.published/{outlet.Name}") >= after, Pass);
            proxy.Cut();
        }
        await appending;
        await Waiting.UntilAsync(() => process.Publisher.Outlets[0] is { Waiting: 0, LastPublishedAt: not null }, Pass);
        Assert.True(proxy.Connections >= 3);

        var sent = await broker.SentAsync(2_000);
        var distinct = sent.DistinctBy(message => message.Properties.MessageId).ToList();
        Assert.Equal(2_000, distinct.Count);
        // What was under way when the connection went may have arrived: one event of each stream that was being sent.
        Assert.InRange(sent.Count, 2_000, 2_000 + 3 * 32);
        foreach (var stream in distinct.GroupBy(message => message.Properties.GroupId))
            Assert.Equal(Enumerable.Range(0, 50).Select(number => $"uid-{number}"), stream.Select(Uid));
    }

    [Fact]
    public async Task TenThousandEvents_ThenEachArrivesOnceAndEachStreamInOrder()
    {
        using var broker = await BrokerAsync();
        await using var outlet = OutletOf(broker.OutletAt(broker.Port));
        await using var process = new PublishingBroker(World, 60, [outlet]);
        await Findings.AppendAsync(process.Broker.Journal, clusters: 200, each: 50, World.Clock);
        await Waiting.UntilAsync(() => process.Publisher.Outlets[0] is { Waiting: 0, LastPublishedAt: not null }, Pass);
        var sent = await broker.SentAsync(10_000);
        Assert.Equal(10_000, sent.Count);
        Assert.Equal(10_000, sent.Select(message => message.Properties.MessageId).Distinct().Count());
        foreach (var stream in sent.GroupBy(message => message.Properties.GroupId))
            Assert.Equal(Enumerable.Range(0, 50).Select(number => $"uid-{number}"), stream.Select(Uid));
    }

    [Fact]
    public async Task ABrokerThatIsNotThere_ThenIsTriedUntilItIs()
    {
        using var broker = await BrokerAsync();
        using var proxy = new CuttableProxy(broker.Port) { IsClosed = true };
        await using var outlet = OutletOf(broker.OutletAt(proxy.Port));
        await using var process = new PublishingBroker(World, 60, [outlet]);
        await WholeLife.LiveAsync(process);
        Assert.Empty(World.Cluster.Bindings);
        await Waiting.UntilAsync(() => process.Meters.Read($"aksarcjit.outlets.retries/{outlet.Name}") >= 3, Pass);
        Assert.NotNull(process.Publisher.Outlets[0].Fault);
        proxy.IsClosed = false;
        await Waiting.UntilAsync(() => process.Publisher.Outlets[0] is { Waiting: 0, Fault: null }, Pass);
        Assert.Equal(Types, (await broker.SentAsync(Types.Length)).Select(message => message.Properties.Subject));
    }

    internal static AmqpOutlet OutletOf(EventOutletOptions options, TimeProvider? time = null) => new(
        options, new EventWriter("test"), ServiceBusTokens.For(options, TimeProvider.System), new SeededEntropy(Environment.TickCount), time ?? TimeProvider.System,
        NullLogger<AmqpOutlet>.Instance);

    private static string Uid(Message message) =>
        (string)System.Text.Json.Nodes.JsonNode.Parse(((Data)message.BodySection).Binary)!["uid"]!;
}

/// <summary>A whole lifecycle: asked, approved, granted, revoked, gone. Five events.</summary>
internal static class WholeLife
{
    public static async Task<RequestId> LiveAsync(PublishingBroker process)
    {
        await process.Broker.Tickets.HearAsync(Sample.TicketId, new Lifecycle.Tickets.TicketSignal.Report(Sample.Ticket(), Sample.Operator), CancellationToken.None);
        var id = Assert.IsType<RequestsSubmission.Recorded>(await process.Broker.AskAsync("one", TimeSpan.FromMinutes(30))).History.Id;
        await process.Broker.ApproveAsync(id, Sample.Approver);
        await process.Broker.Engine.SubmitAsync(id, new Signal.Revoke(RevokedBy.Operator, Sample.Operator, "enough"), CancellationToken.None);
        await process.Broker.Engine.AdvanceUntilWaitAsync(id);
        return id;
    }
}
