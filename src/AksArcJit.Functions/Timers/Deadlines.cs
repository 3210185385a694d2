using AksArcJit.Broker;
using AksArcJit.Broker.Deadlines;
using AksArcJit.Broker.Ports;
using AksArcJit.Broker.Requests;
using AksArcJit.Functions.Requests;
using AksArcJit.Journal;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;

namespace AksArcJit.Functions.Timers;

/// <summary>
/// Punctuality (design section 3): each minute what comes due soon is taken from the open index into this process's queue, and while there
/// is any, the invocation stays until second 59 and looks again every 5 s. Where nothing is due it returns at once, so that idle costs a
/// query a minute. The platform runs one at a time over all instances.
/// </summary>
public sealed class Deadlines(IJournal journal, DeadlineQueue queue, OpenGrants openGrants, Hub hub, TimeProvider time, ILogger<Deadlines> log)
{
    public static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(5);

    /// <summary>With <see cref="LookInterval"/> it keeps the 65 s within which another instance must notice.</summary>
    public static readonly TimeSpan OverdueInterval = TimeSpan.FromSeconds(50);

    // Of its minute: the next begins when this one has returned.
    private static readonly TimeSpan Stay = TimeSpan.FromSeconds(59);

    // What the last look found, and is in hand, or only waits in the index for a checkpoint.
    private HashSet<(StreamId Stream, DateTimeOffset Due)> _overdue = [];

    [Function(nameof(Deadlines))]
    public Task RunAsync([TimerTrigger("0 * * * * *")] TimerInfo timer, [DurableClient] DurableTaskClient client, CancellationToken cancellation)
    {
        hub.Meet(client);
        return StayAsync(cancellation);
    }

    /// <summary>
    /// Beside the timer, in every process: the locks of a host that died hold the platform's timers back for a minute or two, and an end
    /// may not wait for that. The minute of the start is stayed through (measured without: one of ten ends 14 s late); then what is overdue
    /// is taken, which is nothing while the timer does its work.
    /// </summary>
    public async Task WatchAsync(CancellationToken stop)
    {
        await StayAsync(stop);
        while (!stop.IsCancellationRequested)
        {
            await time.PauseAsync(OverdueInterval, stop);
            await TakeOverdueAsync(stop);
        }
    }

    public async Task StayAsync(CancellationToken cancellation)
    {
        var end = EndFrom(time.GetUtcNow());
        var taken = new HashSet<(StreamId Stream, DateTimeOffset Due)>();
        while (await IsAnySoonAsync(taken, cancellation) && time.GetUtcNow() is var now && now < end && !cancellation.IsCancellationRequested)
        {
            var pause = end - now < LookInterval ? end - now : LookInterval;
            await time.PauseAsync(pause, cancellation);
        }
    }

    private async Task TakeOverdueAsync(CancellationToken cancellation)
    {
        // Who is at it now is not disturbed.
        var before = time.GetUtcNow() - LookInterval;
        var overdue = new HashSet<(StreamId Stream, DateTimeOffset Due)>();
        try
        {
            await foreach (var open in journal.ListOpenAsync(cancellation))
                if (open.Due <= before && overdue.Add((open.Stream, open.Due)) && !_overdue.Contains((open.Stream, open.Due)))
                    queue.Schedule(open.Stream, open.Due, open.Stream.Request is { } id && openGrants.IsToBeRemoved(id));
            _overdue = overdue;
        }
        catch (JournalUnavailableException away)
        {
            log.OpenIndexUnreadable(away.Message);
        }
    }

    /// <summary>The end of the stay: second 59. A timer that fires a moment early has begun the next minute.</summary>
    private static DateTimeOffset EndFrom(DateTimeOffset now)
    {
        var begun = now + (TimeSpan.FromMinutes(1) - Stay);
        return begun - TimeSpan.FromTicks(begun.Ticks % TimeSpan.TicksPerMinute) + Stay;
    }

    /// <param name="taken">What the index told before. Told again, it is in hand, or only waits there for a checkpoint.</param>
    private async Task<bool> IsAnySoonAsync(HashSet<(StreamId Stream, DateTimeOffset Due)> taken, CancellationToken cancellation)
    {
        var horizon = time.GetUtcNow() + HubWakeUps.Short;
        try
        {
            await foreach (var open in journal.ListOpenAsync(cancellation))
                if (open.Due <= horizon && taken.Add((open.Stream, open.Due)))
                    queue.Schedule(open.Stream, open.Due, open.Stream.Request is { } id && openGrants.IsToBeRemoved(id));
        }
        catch (JournalUnavailableException away)
        {
            log.OpenIndexUnreadable(away.Message);
            return true;
        }
        return taken.Count > 0 || queue.Peek().At <= horizon;
    }
}
