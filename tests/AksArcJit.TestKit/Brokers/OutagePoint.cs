using AksArcJit.Broker.Ports;

namespace AksArcJit.TestKit.Brokers;

/// <summary>The journal fails at one moment, and for some moments after it: before a call (not applied) or after it (applied, nobody told).</summary>
public sealed class OutagePoint(int at, int length) : IMoment
{
    private int _moments;

    public bool IsReached => _moments >= at;

    public void Pass()
    {
        var moment = Interlocked.Increment(ref _moments);
        if (moment >= at && moment < at + length)
            throw new JournalUnavailableException($"no answer at moment {moment}");
    }
}
