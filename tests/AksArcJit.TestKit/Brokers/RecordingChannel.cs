using AksArcJit.Broker.Ports;

namespace AksArcJit.TestKit.Brokers;

/// <summary>Takes every notice and remembers it, unless it is told to fail, refuse or wait.</summary>
public sealed class RecordingChannel(string name) : INoticeChannel
{
    private readonly Lock _gate = new();
    private readonly List<OutgoingNotice> _taken = [];

    public string Name => name;

    /// <summary>What comes of a try; null takes the notice.</summary>
    public Func<OutgoingNotice, NoticeDelivery?> Answer { get; set; } = _ => null;

    /// <summary>Every answer waits for it.</summary>
    public Task Hold { get; set; } = Task.CompletedTask;

    public Func<Addressee, bool> Knows { get; set; } = _ => true;

    public int Tries { get; private set; }

    public IReadOnlyList<OutgoingNotice> Taken
    {
        get
        {
            lock (_gate)
                return [.. _taken];
        }
    }

    public bool Reaches(Addressee addressee) => Knows(addressee);

    public async Task<NoticeDelivery> DeliverAsync(OutgoingNotice notice, CancellationToken cancellation)
    {
        await Hold;
        lock (_gate)
        {
            Tries++;
            if (Answer(notice) is { } failure)
                return failure;
            _taken.Add(notice);
            return new NoticeDelivery.Taken();
        }
    }
}
