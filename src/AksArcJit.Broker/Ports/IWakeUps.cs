using AksArcJit.Journal;

namespace AksArcJit.Broker.Ports;

/// <summary>
/// Asks the host to look at a stream again. Carries no data: a lost wake-up costs latency, never correctness, because the open index is
/// read again every 60 s.
/// </summary>
public interface IWakeUps
{
    /// <param name="at">UTC; the past means at once.</param>
    /// <param name="isRemoval">Removals go ahead of everything else.</param>
    void Schedule(StreamId stream, DateTimeOffset at, bool isRemoval);
}
