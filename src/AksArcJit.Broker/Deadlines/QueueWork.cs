using AksArcJit.Journal;

namespace AksArcJit.Broker.Deadlines;

internal static class QueueWork
{
    // The queue is asked again at least this often: a clock that was set ahead makes something due that no timer knows of.
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(60);

    /// <summary>Hands over what is due, and waits for what is due next, until stopped.</summary>
    /// <param name="attend">Returns at once, and never throws.</param>
    public static async Task WorkOffAsync(this DeadlineQueue queue, Action<StreamId> attend, TimeProvider time, CancellationToken stop)
    {
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = stop.Register(() => stopped.TrySetResult());
        while (!stop.IsCancellationRequested)
        {
            while (queue.TakeDue(time.GetUtcNow()) is { } due)
                attend(due);
            var (at, changed) = queue.Peek();
            using var timer = new CancellationTokenSource();
            List<Task> waits = [stopped.Task, changed];
            if (at is { } next)
                waits.Add(Task.Delay(Clamp(next - time.GetUtcNow()), time, timer.Token));
            await Task.WhenAny(waits);
            await timer.CancelAsync();
        }
    }

    private static TimeSpan Clamp(TimeSpan wait) => wait < TimeSpan.Zero ? TimeSpan.Zero : wait > LongestWait ? LongestWait : wait;
}
