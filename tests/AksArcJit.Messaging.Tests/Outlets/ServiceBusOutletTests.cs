using AksArcJit.Messaging.Tests.Amqp;
using AksArcJit.TestKit.Publishing;
using Amqp.Framing;

namespace AksArcJit.Messaging.Tests.Outlets;

/// <summary>The suite on Service Bus, and what only Service Bus has.</summary>
public sealed class ServiceBusOutletTests : OutletSuite
{
    protected override Task<IMessageBroker> BrokerAsync() => Task.FromResult<IMessageBroker>(new ServiceBusDouble(World.Clock));

    [Fact]
    public async Task ATopic_ThenIsShownATokenForItselfAlone()
    {
        using var bus = new ServiceBusDouble(World.Clock);
        await using var outlet = OutletOf(bus.OutletAt(bus.Port));
        await using var process = new PublishingBroker(World, 60, [outlet]);
        await WholeLife.LiveAsync(process);
        await Waiting.UntilAsync(() => process.Publisher.Outlets[0] is { Waiting: 0, LastPublishedAt: not null }, Pass);
        Assert.Equal($"amqp://127.0.0.1/{ServiceBusDouble.Topic}", Assert.Single(bus.Tokens).Name);
    }

    [Fact]
    public async Task AnEventThatIsNotAnsweredInTime_ThenItsConnectionIsClosedBeforeItIsSentAgain()
    {
        using var hold = new ManualResetEventSlim();
        using var bus = new ServiceBusDouble(World.Clock) { Answer = _ => Held(hold) };
        using var proxy = new CuttableProxy(bus.Port);
        await using var outlet = OutletOf(bus.OutletAt(proxy.Port), World.Time);
        await using var process = new PublishingBroker(World, 60, [outlet]);
        await WholeLife.LiveAsync(process);
        await Waiting.UntilAsync(() => process.Meters.Read($"aksarcjit.outlets.retries/{outlet.Name}") >= 1, Pass);
        hold.Set();
        await Waiting.UntilAsync(() => process.Publisher.Outlets[0] is { Waiting: 0, Fault: null }, Pass);

        Assert.True(proxy.Connections >= 2);
        Assert.Equal(5, (await bus.SentAsync(5)).DistinctBy(message => message.Properties.MessageId).Count());

        static Error? Held(ManualResetEventSlim hold)
        {
            hold.Wait(TimeSpan.FromSeconds(30));
            return null;
        }
    }

    [Fact]
    public async Task AnEventThatTheTopicRejects_ThenIsToldAndTriedAgain()
    {
        using var bus = new ServiceBusDouble(World.Clock) { Answer = _ => new Error("amqp:link:message-size-exceeded") { Description = "too large" } };
        await using var outlet = OutletOf(bus.OutletAt(bus.Port));
        await using var process = new PublishingBroker(World, 60, [outlet]);
        await WholeLife.LiveAsync(process);
        await Waiting.UntilAsync(() => process.Meters.Read($"aksarcjit.outlets.refused/{outlet.Name}") >= 2, Pass);
        Assert.Contains("too large", process.Publisher.Outlets[0].Fault, StringComparison.Ordinal);
        bus.Answer = null;
        await Waiting.UntilAsync(() => process.Publisher.Outlets[0] is { Waiting: 0, Fault: null }, Pass);
        Assert.Equal(5, (await bus.SentAsync(5)).Count);
    }
}
