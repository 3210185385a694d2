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

    // Of its minute: the next begins when this one has returned.
    private static readonly TimeSpan Stay = TimeSpan.FromSeconds(59);

    [Function(nameof(Deadlines))]
    public Task RunAsync([TimerTrigger("0 * * * * *")] TimerInfo timer, [DurableClient] DurableTaskClient client, CancellationToken cancellation)
    {
        hub.Meet(client);
        return StayAsync(cancellation);
    }

    /// <summary>
    /// Once, for the minute in which a process starts: after a host that died, its timers' locks hold the platform's timers back for up to a
    /// minute (measured: one of ten ends 14 s late).
    /// </summary>
    public async Task RunAtStartAsync(CancellationToken stop)
    {
        await StayAsync(stop);
        await Task.Delay(Timeout.InfiniteTimeSpan, time, stop);
    }

    public async Task StayAsync(CancellationToken cancellation)
    {
        var end = EndFrom(time.GetUtcNow());
        var taken = new HashSet<(StreamId Stream, DateTimeOffset Due)>();
        while (await IsAnySoonAsync(taken, cancellation) && time.GetUtcNow() is var now && now < end && !cancellation.IsCancellationRequested)
        {
            var pause = end - now < LookInterval ? end - now : LookInterval;
            // A host that stops is no failure: the next instance begins with a look.
            await Task.Delay(pause, time, cancellation).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
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
