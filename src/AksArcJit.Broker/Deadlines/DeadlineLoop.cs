using AksArcJit.Broker.Operations;
using AksArcJit.Broker.Ports;
using AksArcJit.Broker.Requests;
using AksArcJit.Broker.Tickets;
using AksArcJit.Journal;
using Microsoft.Extensions.Logging;

namespace AksArcJit.Broker.Deadlines;

/// <summary>
/// Advances what is due, many at a time with a bound, removals first, and reads the open index again every 60 s: what another instance
/// left, and every wake-up that was lost, is found there.
/// </summary>
public sealed class DeadlineLoop(
    DeadlineQueue queue, IJournal journal, RequestEngine engine, TicketDesk tickets, OperationsDesk operations,
    OpenGrants openGrants, TimeProvider time, ILogger<DeadlineLoop> log)
{
    public static readonly TimeSpan RereadInterval = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan RetryPause = TimeSpan.FromSeconds(2);

    // Grants wait for grants, never removals for them: a hung create holds a place for up to ten seconds. How many requests one cluster
    // gets at once is the adapter's bound; this one only keeps a storm from filling memory.
    public const int RemovalsAtOnce = 1024;
    public const int OthersAtOnce = 64;

    /// <summary>Runs until stopped; then waits for what has begun.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        var (removals, others) = (new List<Task>(), new List<Task>());
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = stop.Register(() => stopped.TrySetResult());
        while (!stop.IsCancellationRequested)
        {
            removals.RemoveAll(task => task.IsCompleted);
            others.RemoveAll(task => task.IsCompleted);
            while (removals.Count < RemovalsAtOnce && queue.TakeDueRemoval(time.GetUtcNow()) is { } removal)
                removals.Add(AttendAsync(removal));
            while (others.Count < OthersAtOnce && queue.TakeDue(time.GetUtcNow()) is { } due)
                others.Add(AttendAsync(due));

            // Where all places are taken, the next task to end is waited for, not the next time.
            var (removalAt, otherAt, changed) = queue.Peek();
            var at = Earliest(removals.Count < RemovalsAtOnce ? removalAt : null, others.Count < OthersAtOnce ? otherAt : null);
            using var timer = new CancellationTokenSource();
            List<Task> waits = [stopped.Task, changed, .. removals, .. others];
            if (at is { } next)
                waits.Add(Task.Delay(Clamp(next - time.GetUtcNow()), time, timer.Token));
            await Task.WhenAny(waits);
            await timer.CancelAsync();
        }
        await Task.WhenAll([.. removals, .. others]);
    }

    /// <summary>Attends everything that is due now, one after another, until nothing is.</summary>
    public async Task AttendDueAsync()
    {
        while (queue.TakeDue(time.GetUtcNow()) is { } due)
            await AttendAsync(due);
    }

    /// <summary>Reads the open index at start and every 60 s.</summary>
    public async Task RereadAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var pause = RereadInterval;
            try
            {
                await RereadOnceAsync(stop);
            }
            catch (JournalUnavailableException away)
            {
                log.OpenIndexUnreadable(away.Message);
                pause = TimeSpan.FromSeconds(5);
            }
            await Task.Delay(pause, time, stop);
        }
    }

    public async Task RereadOnceAsync(CancellationToken cancellation)
    {
        await foreach (var open in journal.ListOpenAsync(cancellation))
            queue.Schedule(open.Stream, open.Due, IsRemoval(open.Stream));
    }

    /// <summary>Never throws: what fails is told and comes again.</summary>
    private async Task AttendAsync(StreamId stream)
    {
        try
        {
            if (stream.Request is { } request)
                await engine.AdvanceUntilWaitAsync(request);
            else if (stream.Ticket is { } ticket)
                await tickets.DistributeAsync(ticket);
            else if (stream == StreamId.System)
                await operations.DistributeAsync();
            else if (await journal.ReadAsync(stream, CancellationToken.None) is [.., var newest])
                // Findings want nothing of their own: they leave as soon as those who follow them let them.
                await journal.SettleAsync(stream, newest.Version, CancellationToken.None);
        }
        catch (QuarantineException quarantine)
        {
            // Nothing to do through its chain: the sweep watches its binding.
            log.Quarantined(quarantine.Message);
        }
        catch (Exception failure)
        {
            log.AdvanceFailed(stream, failure.Message, failure);
            queue.Schedule(stream, time.GetUtcNow() + RetryPause, IsRemoval(stream));
        }
    }

    private bool IsRemoval(StreamId stream) => stream.Request is { } id && openGrants.IsToBeRemoved(id);

    private static DateTimeOffset? Earliest(DateTimeOffset? one, DateTimeOffset? other) => one is null || other < one ? other : one;

    private static TimeSpan Clamp(TimeSpan wait) =>
        wait < TimeSpan.Zero ? TimeSpan.Zero : wait > RereadInterval ? RereadInterval : wait;
}
