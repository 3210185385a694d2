using System.Diagnostics;
using System.Diagnostics.Metrics;
using AksArcJit.Benchmarks.Journal;
using AksArcJit.Broker.Ports;
using AksArcJit.Messaging;
using AksArcJit.Stores.Sqlite;
using AksArcJit.TestKit;
using AksArcJit.TestKit.Amqp;
using AksArcJit.TestKit.Brokers;
using AksArcJit.TestKit.Cluster;
using Amqp;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace AksArcJit.Benchmarks.Events;

/// <summary>
/// Ticket events from RabbitMQ, each journaled on SQLite before it is settled, against the bare client that only receives and settles: the
/// same queue, filled before, in turns, both with the credit that a source has where its options say nothing.
/// </summary>
internal static class EventRun
{
    private static readonly int Credit = new EventSourceOptions().Credit;
    private const int First = 200;
    private const int WarmUp = 2;

    public static async Task<bool> RunAsync(bool isSmoke)
    {
        if (!RabbitMq.IsInstalled)
        {
            Console.WriteLine("skip ticket events: RabbitMQ is not installed (./scripts/setup.sh)");
            return true;
        }
        var (events, tickets) = isSmoke ? (1_000, 500) : (20_000, 10_000);
        await using var rabbit = new RabbitMq();
        var queue = new EventQueue(rabbit, await rabbit.QueueAsync());
        List<double> ratios = [], rates = [];
        // The first rounds run code that the runtime is still compiling, and compiling again; they are told, and do not count.
        for (var round = isSmoke ? 0 : -WarmUp; round < Ratio.Rounds; round++)
        {
            var bare = await BareAsync(queue, events, tickets);
            var journaled = await JournaledAsync(queue, events, tickets);
            Console.WriteLine($"{(round < 0 ? "warm-up" : $"round {round}")}: {events / bare:0}/s bare, {events / journaled:0}/s journaled");
            if (round < 0)
                continue;
            ratios.Add(bare / journaled);
            rates.Add(events / journaled);
        }
        return Ratio.Tell("ticket events journaled on SQLite, against the bare client's receive-and-settle", ratios, 0.50, $"{Ratio.Median(rates):0} events/s");
    }

    /// <returns>Seconds.</returns>
    private static async Task<double> BareAsync(EventQueue queue, int events, int tickets)
    {
        await queue.FillAsync(First + events, tickets);
        var timing = new Timing(events);
        var connection = await queue.ConnectAsync();
        var receiver = new ReceiverLink(new Session(connection), "bare", queue.Entity);
        receiver.Start(Credit, (link, message) =>
        {
            link.Accept(message);
            timing.Settled();
        });
        var seconds = await timing.Done;
        await receiver.CloseAsync();
        await connection.CloseAsync();
        return seconds;
    }

    /// <returns>Seconds.</returns>
    private static async Task<double> JournaledAsync(EventQueue queue, int events, int tickets)
    {
        await queue.FillAsync(First + events, tickets);
        using var place = new Place();
        using var journal = new SqliteJournal(Options.Create(new SqliteJournalOptions { File = place.File("journal.db") }), TimeProvider.System);
        var broker = new TestBroker(journal, new FakeClusters(new FakeCluster(Sample.ClusterId, "test", TimeProvider.System)), TimeProvider.System, 1);
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["events:sources:0:name"] = "queue",
            ["events:sources:0:kind"] = AmqpPeerOptions.Amqp,
            ["events:sources:0:address"] = queue.Address,
            ["events:sources:0:entity"] = queue.Entity,
            ["events:sources:0:user"] = RabbitMq.User,
            ["events:sources:0:passwordFile"] = queue.PasswordFile,
        }).Build();
        await using var services = new ServiceCollection().AddLogging().AddSingleton(TimeProvider.System).AddSingleton<IEntropy>(new SeededEntropy(2))
            .AddSingleton(broker.Tickets).AddTicketEvents(configuration).AddEventLoops().BuildServiceProvider();
        var timing = new Timing(events);
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, one) =>
        {
            if (instrument.Name == "aksarcjit.events.settled")
                one.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((_, _, _, _) => timing.Settled());
        listener.Start();
        var hosted = services.GetServices<IHostedService>().ToList();
        foreach (var service in hosted)
            await service.StartAsync(CancellationToken.None);
        var seconds = await timing.Done;
        foreach (var service in hosted)
            await service.StopAsync(CancellationToken.None);
        return seconds;
    }

    /// <summary>From the first settled event that counts to the last. The very first pay for what is compiled and opened, and do not count.</summary>
    private sealed class Timing(int events)
    {
        private readonly TaskCompletionSource<double> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private long _begun;
        private int _settled;

        public Task<double> Done => _done.Task;

        public void Settled()
        {
            var settled = Interlocked.Increment(ref _settled);
            if (settled == First)
                Volatile.Write(ref _begun, Stopwatch.GetTimestamp());
            else if (settled == First + events)
                _done.SetResult(Stopwatch.GetElapsedTime(Volatile.Read(ref _begun)).TotalSeconds);
        }
    }
}
