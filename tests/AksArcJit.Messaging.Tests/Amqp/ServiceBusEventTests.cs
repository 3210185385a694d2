using AksArcJit.Broker.Ports;
using AksArcJit.Messaging.Amqp;
using AksArcJit.Messaging.Events;
using AksArcJit.TestKit.Brokers;
using AksArcJit.TestKit.Cluster;
using AksArcJit.TestKit.Journal;
using Amqp;
using Amqp.Framing;
using Microsoft.Extensions.Logging;

namespace AksArcJit.Messaging.Tests.Amqp;

/// <summary>The suite on Service Bus, and what only Service Bus has: claims, locks, reasons.</summary>
public sealed class ServiceBusEventTests : EventSuite
{
    protected override Task<IMessageBroker> BrokerAsync() => Task.FromResult<IMessageBroker>(new ServiceBusDouble(World.Clock));

    protected override void AssertReasons(IReadOnlyList<Message> dead)
    {
        Assert.All(dead, message => Assert.Equal("com.microsoft:dead-letter", message.ApplicationProperties["condition"]));
        Assert.Equal(["bad-data", "foreign-customer", "not-a-cloud-event", "too-large", "unknown-type"],
            dead.Select(message => (string)message.ApplicationProperties["DeadLetterReason"]).Order());
        Assert.All(dead, message => Assert.NotEmpty((string)message.ApplicationProperties["DeadLetterErrorDescription"]));
    }

    // Locks of 30 s held over two minutes: only renewal does that. No delivery was counted, so that no outage dead-letters.
    protected override void AssertHeldDuringOutage(IMessageBroker broker)
    {
        var bus = (ServiceBusDouble)broker;
        Assert.Equal(10, bus.Locked);
        Assert.True(bus.Renewals >= 30, $"{bus.Renewals} renewals");
        Assert.Empty(bus.Settled);
    }

    [Fact]
    public async Task Tokens_WhenTheirTimeIsNearlyOver_ThenNewOnesAreShownForTheEntityAndItsManagement()
    {
        using var bus = new ServiceBusDouble(World.Clock);
        await using var ear = new Ear(World.Broker).Listen(bus.SourceAt(bus.Port));
        await Waiting.UntilAsync(() => ear.State.Status.IsConnected, Pass);
        Assert.Equal([$"amqp://127.0.0.1/{ServiceBusDouble.Entity}", $"amqp://127.0.0.1/{ServiceBusDouble.Entity}/$management"], bus.Tokens.Select(token => token.Name));
        Assert.All(bus.Tokens, token => Assert.Equal("servicebus.windows.net:sastoken", token.Type));
        var expiry = World.Clock.GetUtcNow() + TimeSpan.FromHours(1);

        // Shown at four fifths of the hour: 48 minutes.
        World.Time.Advance(TimeSpan.FromMinutes(46));
        Assert.Equal(2, bus.Tokens.Count);
        World.Time.Advance(TimeSpan.FromMinutes(3));
        await Waiting.UntilAsync(() => bus.Tokens.Count == 4);
        Assert.True(World.Clock.GetUtcNow() < expiry);
        Assert.True(ear.State.Status.IsConnected);
    }

    [Fact]
    public async Task AnEntityThatRequiresSessions_ThenIsToldPlainlyAndNotTriedAgainForMinutes()
    {
        using var bus = new ServiceBusDouble(World.Clock)
        {
            Refusal = new Error(ErrorCode.NotAllowed) { Description = "It is not possible for an entity that requires sessions to create a non-sessionful message receiver. TrackingId:1" },
        };
        await using var ear = new Ear(World.Broker).Listen(bus.SourceAt(bus.Port));
        var begun = World.Clock.GetUtcNow();
        await Waiting.UntilAsync(() => ear.Log.Entries.Any(entry => entry.Level == LogLevel.Error), Pass);

        await Waiting.UntilAsync(() => World.Clock.GetUtcNow() > begun + TimeSpan.FromMinutes(4), () => World.Time.Advance(TimeSpan.FromSeconds(5)));
        Assert.Contains("requires sessions", Assert.Single(ear.Log.Entries).Text, StringComparison.Ordinal);
        Assert.False(ear.State.Status.IsConnected);

        bus.Refusal = null;
        await Waiting.UntilAsync(() => ear.State.Status.IsConnected, () => World.Time.Advance(TimeSpan.FromSeconds(5)));
    }

    [Fact]
    public async Task AnEntraToken_WhenGiven_ThenItIsShownAsJwt()
    {
        using var bus = new ServiceBusDouble(World.Clock);
        await using var ear = new Ear(World.Broker).Listen(bus.SourceAt(bus.Port), new EntraTokens(new FixedCredential(World.Clock.GetUtcNow() + TimeSpan.FromHours(1))));
        await Waiting.UntilAsync(() => ear.State.Status.IsConnected, Pass);
        Assert.All(bus.Tokens, token => Assert.Equal(("jwt", "token for https://servicebus.azure.net/.default"), (token.Type, token.Text)));
    }

    [Fact]
    public async Task Tokens_WhenRefusedAtRenewal_ThenTheyAreShownAgainEvery10s()
    {
        using var bus = new ServiceBusDouble(World.Clock);
        await using var ear = new Ear(World.Broker).Listen(bus.SourceAt(bus.Port));
        await Waiting.UntilAsync(() => ear.State.Status.IsConnected, Pass);
        bus.RefusesTokens = true;
        World.Time.Advance(TimeSpan.FromMinutes(48.5));
        await Waiting.UntilAsync(() => bus.Refused == 1);
        bus.RefusesTokens = false;

        var end = World.Clock.GetUtcNow() + TimeSpan.FromMinutes(1);
        await Waiting.UntilAsync(() => bus.Tokens.Count == 4, () => World.Time.Advance(TimeSpan.FromMilliseconds(100)));
        Assert.True(World.Clock.GetUtcNow() < end);
    }

    [Fact]
    public async Task Tokens_WhenRefused_ThenItIsTriedAgainUntilTheyAreTaken()
    {
        using var bus = new ServiceBusDouble(World.Clock) { RefusesTokens = true };
        using var proxy = new CuttableProxy(bus.Port);
        await using var ear = new Ear(World.Broker).Listen(bus.SourceAt(proxy.Port));
        await Waiting.UntilAsync(() => proxy.Connections >= 3, Pass);
        Assert.False(ear.State.Status.IsConnected);

        bus.RefusesTokens = false;
        await Waiting.UntilAsync(() => ear.State.Status.IsConnected, Pass);
    }

    [Fact]
    public async Task AnEvent_WhenAFaultOfOursKeepsItFromBeingHeard_ThenItIsAbandonedAndTheBrokersLimitDecides()
    {
        using var bus = new ServiceBusDouble(World.Clock);
        await using var ear = new Ear(new TestBroker(new Bug().Guard<IJournal>(World.Journal), new FakeClusters(World.Cluster), World.Clock, 5)).Listen(bus.SourceAt(bus.Port));
        await bus.SendAsync([Told.Ticket("CASE-1", "e-1", 1).Binary()]);
        var begun = World.Clock.GetUtcNow();
        // By seconds: each delivery is doubted for minutes.
        await Waiting.UntilAsync(() => ear.Settled("abandoned") == 10, () => World.Time.Advance(TimeSpan.FromSeconds(2)));
        Assert.True(World.Clock.GetUtcNow() - begun >= 10 * PatientHearing.Doubt, "An outage without a name uses deliveries up in minutes, not in seconds.");

        var dead = Assert.Single(await bus.DeadAsync(1));
        Assert.Equal("MaxDeliveryCountExceeded", dead.ApplicationProperties["DeadLetterReason"]);
        Assert.DoesNotContain(bus.Settled, one => one.Outcome == typeof(Accepted));
    }

    [Fact]
    public async Task TheLinkForTokens_WhenDetachedForIdleness_ThenNewTokensAreShownOverANewOne()
    {
        using var bus = new ServiceBusDouble(World.Clock);
        await using var ear = new Ear(World.Broker).Listen(bus.SourceAt(bus.Port));
        await Waiting.UntilAsync(() => ear.State.Status.IsConnected, Pass);
        await bus.DetachIdleRequestLinksAsync();

        World.Time.Advance(TimeSpan.FromMinutes(49));
        await Waiting.UntilAsync(() => bus.Tokens.Count >= 4, () => World.Time.Advance(TimeSpan.FromMilliseconds(500)));

    }

    [Fact]
    public async Task TheLinkForLocks_WhenDetachedForIdlenessDuringAnOutage_ThenLocksAreRenewedOverANewOne()
    {
        using var bus = new ServiceBusDouble(World.Clock);
        await using var ear = await HoldOneAsync(bus);
        await Waiting.UntilAsync(() => bus.Renewals >= 1, Pass);
        await bus.DetachIdleRequestLinksAsync();

        await PassAsync(TimeSpan.FromMinutes(11));

        Assert.Equal("0 ready, 1 locked, 0 dead", bus.ToString());
        Assert.True(bus.Renewals >= 20, $"{bus.Renewals} renewals");
        Assert.Empty(bus.Settled);
    }

    [Fact]
    public async Task ARenewal_WhenItGetsNoAnswer_ThenItIsAskedAgainBeforeTheLockEnds()
    {
        using var bus = new ServiceBusDouble(World.Clock) { MuteRenewals = 1 };
        await using var ear = await HoldOneAsync(bus);

        await PassAsync(TimeSpan.FromMinutes(2));

        Assert.Equal(0, bus.MuteRenewals);
        Assert.Equal("0 ready, 1 locked, 0 dead", bus.ToString());
        Assert.True(bus.Renewals >= 5, $"{bus.Renewals} renewals");
    }

    // An outage of the journal leaves it in hand.
    private async Task<Ear> HoldOneAsync(ServiceBusDouble bus)
    {
        var journal = new FaultyJournal(World.Journal) { IsDown = true };
        var ear = new Ear(new TestBroker(journal, new FakeClusters(World.Cluster), World.Clock, 5)).Listen(bus.SourceAt(bus.Port));
        await bus.SendAsync([Told.Ticket("CASE-0", "e-0", 1).Binary()]);
        await Waiting.UntilAsync(() => bus.Locked == 1, Pass);
        return ear;
    }

    // Slow enough for the sockets to keep up with the locks.
    private async Task PassAsync(TimeSpan span)
    {
        var end = World.Clock.GetUtcNow() + span;
        await Waiting.UntilAsync(() => World.Clock.GetUtcNow() >= end, () => World.Time.Advance(TimeSpan.FromMilliseconds(500)));
    }
}
