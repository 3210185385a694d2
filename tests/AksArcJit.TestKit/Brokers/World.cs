using AksArcJit.Broker;
using AksArcJit.Broker.Ports;
using AksArcJit.Lifecycle.Tickets;
using AksArcJit.TestKit.Cluster;
using AksArcJit.TestKit.Journal;
using Microsoft.Extensions.Time.Testing;

namespace AksArcJit.TestKit.Brokers;

/// <summary>What outlives a broker: journal, cluster, clock; and the people, who do again what got no answer.</summary>
public sealed class World
{
    private int _seeds;

    public World(int? crashAt = null)
    {
        Time = new FakeTimeProvider(Sample.Start);
        Wall = new SkewedTime(Time);
        Clock = new ForwardClock(Wall);
        Journal = new InMemoryJournal(Clock);
        Cluster = new FakeCluster(Sample.ClusterId, "test", Clock);
        Crash = new CrashPoint(crashAt);
        Broker = Start(Crash);
    }

    public FakeTimeProvider Time { get; }

    public SkewedTime Wall { get; }

    public ForwardClock Clock { get; }

    public InMemoryJournal Journal { get; }

    public FakeCluster Cluster { get; }

    /// <summary>How people are told, by whichever broker.</summary>
    public RecordingChannel Channel { get; } = new("files");

    public CrashPoint Crash { get; }

    public TestBroker Broker { get; private set; }

    public bool HasCrashed { get; private set; }

    /// <summary>Another instance over the same journal and cluster.</summary>
    public TestBroker Start(CrashPoint? crash = null)
    {
        IJournal journal = crash is null ? Journal : crash.Guard<IJournal>(Journal);
        ICluster cluster = crash is null ? Cluster : crash.Guard<ICluster>(Cluster);
        return new TestBroker(journal, new FakeClusters(cluster), Clock, ++_seeds, [crash is null ? Channel : crash.Guard<INoticeChannel>(Channel)]);
    }

    /// <summary>Does it; if the broker dies meanwhile, starts another and does it again.</summary>
    public async Task DoAsync(Func<TestBroker, Task> action)
    {
        try
        {
            await CompleteAsync(action(Broker));
            if (!Crash.IsDead || HasCrashed)
                return;
        }
        catch (CrashException)
        {
            // The restart follows.
        }
        HasCrashed = true;
        Broker = Start();
        await CompleteAsync(action(Broker));
    }

    /// <summary>Nothing here waits for anything but the fake clock: where work waits, time passes.</summary>
    public async Task CompleteAsync(Task work)
    {
        while (!work.IsCompleted)
            Time.Advance(TimeSpan.FromMilliseconds(10));
        await work;
    }

    public Task OpenTicketAsync(Ticket? ticket = null) =>
        DoAsync(broker => broker.Tickets.HearAsync(Sample.TicketId, new TicketSignal.Report(ticket ?? Sample.Ticket(), Sample.Operator), CancellationToken.None));

    /// <summary>Lets time pass in steps, and the broker attend to what is due at each.</summary>
    public async Task PassAsync(TimeSpan span, TimeSpan? step = null)
    {
        var end = Clock.GetUtcNow() + span;
        while (Clock.GetUtcNow() < end)
        {
            Time.Advance(step ?? TimeSpan.FromSeconds(1));
            await DriveAsync();
        }
    }

    public Task DriveAsync() => DoAsync(async broker =>
    {
        await broker.Loop.RereadOnceAsync(CancellationToken.None);
        await broker.Loop.AttendDueAsync();
        await broker.Notices!.AttendDueAsync();
    });
}
