using AksArcJit.Journal;
using AksArcJit.Lifecycle;
using AksArcJit.Messaging.Tests.Outlets;
using AksArcJit.TestKit.Amqp;
using AksArcJit.TestKit.Publishing;

namespace AksArcJit.Messaging.Tests.Amqp;

/// <summary>The suite on RabbitMQ, and what only a broker that is a process of its own can show.</summary>
public sealed class RabbitMqEventTests(RabbitMq rabbit) : EventSuite
{
    protected override async Task<IMessageBroker> BrokerAsync() => await rabbit.NewAsync();

    [Fact]
    public async Task Tls_WhenItsAuthorityIsNamed_ThenEventsComeAndGoAndWithoutItNothingDoes()
    {
        using var queue = await rabbit.NewAsync();
        EventSourceOptions Source(string caFile, string host = "localhost")
        {
            var source = queue.SourceAt(0);
            (source.Address, source.CaFile) = ($"amqps://{host}:{rabbit.TlsPort}", caFile);
            return source;
        }
        await using (var ear = new Ear(World.Broker).Listen(Source(rabbit.CaFile)))
        {
            await queue.SendAsync([Told.Ticket("CASE-1", "e-1", 1).Binary()]);
            await Waiting.UntilAsync(() => ear.Settled("heard") == 1, Pass);
        }
        // The machine knows no such authority; and the certificate is for another name than the address.
        foreach (var source in new[] { Source(""), Source(rabbit.CaFile, "127.0.0.1") })
        {
            await using var deaf = new Ear(World.Broker).Listen(source);
            await Waiting.UntilAsync(() => deaf.Counts.GetValueOrDefault("aksarcjit.events.disconnects/") >= 2, Pass, deaf.ToString);
            Assert.False(deaf.State.Status.IsConnected);
        }
        var options = queue.OutletAt(0);
        (options.Address, options.CaFile) = ($"amqps://localhost:{rabbit.TlsPort}", rabbit.CaFile);
        await using var outlet = RabbitMqOutletTests.OutletOf(options);
        await using var process = new PublishingBroker(World, 60, [outlet]);
        await WholeLife.LiveAsync(process);
        await Waiting.UntilAsync(() => process.Publisher.Outlets[0] is { Waiting: 0, LastPublishedAt: not null }, Pass);
        Assert.Equal(5, (await queue.SentAsync(5)).Count);
    }
}

/// <summary>Kills a RabbitMQ of its own, so that no other test is cut off with it.</summary>
public sealed class RabbitMqCrashTests : IAsyncLifetime
{
    private readonly RabbitMq _rabbit = new();
    private readonly TestKit.Brokers.World _world = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _rabbit.DisposeAsync();

    [Fact]
    public async Task TheBroker_WhenKilledInTheMiddleOfABatch_ThenEachEventCountsOnceAndNoneIsLostEitherWay()
    {
        using var heard = await _rabbit.NewAsync();
        using var taken = await _rabbit.NewAsync();
        await using var ear = new Ear(_world.Broker).Listen(heard.SourceAt(heard.Port));
        await using var outlet = RabbitMqOutletTests.OutletOf(taken.OutletAt(taken.Port));
        await using var process = new PublishingBroker(_world, 60, [outlet]);
        var told = Enumerable.Range(0, 1_000).Select(number => Told.Ticket($"CASE-{number % 50}", $"e-{number}", null, $"as of {number}")).ToList();
        await heard.SendAsync(told.Select(one => one.Binary()));
        var appending = Findings.AppendAsync(process.Broker.Journal, clusters: 40, each: 50, _world.Clock);
        await Waiting.UntilAsync(() => ear.Settled("heard") >= 100 && process.Meters.Read($"aksarcjit.outlets.published/{outlet.Name}") >= 100, Pass);

        await _rabbit.CrashAndRestartAsync();
        await appending;
        await Waiting.UntilAsync(() => process.Publisher.Outlets[0] is { Waiting: 0, Fault: null }, Pass, () => $"{process.Publisher.Outlets[0]}");
        var sent = await taken.SentAsync(2_000);
        Assert.Equal(2_000, sent.Select(message => message.Properties.MessageId).Distinct().Count());
        Assert.InRange(sent.Count, 2_000, 2_000 + 32);
        for (var ticket = 0; ticket < 50; ticket++)
        {
            var stream = StreamId.Of(TicketId.Parse($"CASE-{ticket}"));
            await Waiting.UntilAsync(() => _world.Journal.ReadAsync(stream, CancellationToken.None).GetAwaiter().GetResult().Count >= 20, Pass, ear.ToString);
            Assert.Equal(20, (await _world.Journal.ReadAsync(stream, CancellationToken.None)).Count);
        }
    }

    private void Pass() => _world.Time.Advance(TimeSpan.FromMilliseconds(200));
}
