using AksArcJit.Broker.Ports;
using AksArcJit.Journal;

namespace AksArcJit.TestKit.Publishing;

/// <summary>An outlet that keeps what it took, and answers as it is told.</summary>
public sealed class RecordingOutlet(string name = "bus") : IEventOutlet
{
    private readonly Lock _gate = new();
    private readonly List<Announcement> _taken = [];
    private int _tries;

    public string Name => name;

    /// <summary>Null takes it.</summary>
    public Func<Announcement, Delivery?>? Answer { get; set; }

    /// <summary>Awaited before each answer: a slow outlet.</summary>
    public Func<Announcement, Task>? Before { get; set; }

    public int Tries => Volatile.Read(ref _tries);

    /// <summary>In the order in which they were taken, doubles included.</summary>
    public IReadOnlyList<Announcement> Taken
    {
        get
        {
            lock (_gate)
                return [.. _taken];
        }
    }

    public IReadOnlyList<string> Kinds(StreamId stream) => [.. Taken.Where(one => one.Record.Stream == stream).Select(one => one.Record.Kind)];

    public async Task<Delivery> SendAsync(Announcement announcement, CancellationToken cancellation)
    {
        Interlocked.Increment(ref _tries);
        if (Before is { } before)
            await before(announcement);
        if (Answer?.Invoke(announcement) is { } answer)
            return answer;
        lock (_gate)
            _taken.Add(announcement);
        return new Delivery.Taken();
    }
}
