using AksArcJit.Broker.Deadlines;
using AksArcJit.Broker.Ports;
using AksArcJit.Journal;

namespace AksArcJit.Functions.Requests;

/// <summary>
/// Wakes where it is cheapest: what is soon by this process's own queue, and everything by the request's orchestration, which outlives the
/// process. Streams without an orchestration (tickets, orders) are found in the open index each minute.
/// </summary>
public sealed class HubWakeUps(DeadlineQueue queue, Hub hub, TimeProvider time) : IWakeUps
{
    /// <summary>
    /// Waits up to this are waited out in the process where they arise: <see cref="Timers.Deadlines"/> comes by each minute, but returns at
    /// once where nothing is due, and might just have done so.
    /// </summary>
    public static readonly TimeSpan Short = TimeSpan.FromSeconds(90);

    public void Schedule(StreamId stream, DateTimeOffset at, bool isRemoval)
    {
        var isShort = at - time.GetUtcNow() <= Short;
        if (isShort)
            queue.Schedule(stream, at, isRemoval);
        if (stream.Request is not { } request)
            return;
        if (isShort)
            hub.Hint(request, isUrgent: false);
        else
            hub.Tell(request, at);
    }
}
