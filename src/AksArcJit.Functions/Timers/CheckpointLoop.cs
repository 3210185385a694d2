using AksArcJit.Broker.Checkpoints;

namespace AksArcJit.Functions.Timers;

/// <summary>
/// Checkpoints of one process: what it appended is covered soon, in as few as come together; what all instances left open is looked at
/// when the timer asks. One at a time, because a checkpoint follows the one before.
/// </summary>
public sealed class CheckpointLoop(Checkpointer checkpointer, Coverage coverage, Anchoring anchoring, TimeProvider time)
{
    private static readonly TimeSpan RetryPause = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private TaskCompletionSource _asked = New();
    private TaskCompletionSource _surveyed = New();

    /// <summary>Has the open index looked at; ends when that is done, as far as journal, key and anchors answer.</summary>
    public Task SurveyAsync()
    {
        lock (_gate)
        {
            _asked.TrySetResult();
            return _surveyed.Task;
        }
    }

    public async Task RunAsync(CancellationToken stop)
    {
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = stop.Register(() => stopped.TrySetResult());
        for (var isWell = true; !stop.IsCancellationRequested;)
        {
            var (asked, surveyed) = Asked();
            var (due, changed) = coverage.Due;
            using var timer = new CancellationTokenSource();
            var wake = isWell ? due : time.GetUtcNow() + RetryPause;
            List<Task> waits = [stopped.Task, asked, Task.Delay(Until(wake), time, timer.Token)];
            if (isWell)
                waits.Add(changed);
            await Task.WhenAny(waits);
            await timer.CancelAsync();
            if (stop.IsCancellationRequested)
                return;
            // Once: who asks from here on, is answered by the next round, which looks.
            var surveys = asked.IsCompleted;
            if (!surveys && isWell && !(coverage.Due.At <= time.GetUtcNow()))
                continue;
            isWell = await checkpointer.TryAttendAsync(stop, surveys);
            await anchoring.CatchUpAsync(stop);
            if (surveys)
                surveyed.TrySetResult();
        }
    }

    private TimeSpan Until(DateTimeOffset? at) =>
        at is { } some ? some - time.GetUtcNow() is var wait && wait > TimeSpan.Zero ? wait : TimeSpan.Zero : Timeout.InfiniteTimeSpan;

    private (Task Asked, TaskCompletionSource Surveyed) Asked()
    {
        lock (_gate)
        {
            if (_asked.Task.IsCompleted && _surveyed.Task.IsCompleted)
                (_asked, _surveyed) = (New(), New());
            return (_asked.Task, _surveyed);
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
