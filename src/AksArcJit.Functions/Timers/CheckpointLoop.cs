using System.Threading.Channels;
using AksArcJit.Broker.Checkpoints;

namespace AksArcJit.Functions.Timers;

/// <summary>
/// Checkpoints of one process: what it appended is covered soon, in as few as come together; what all instances left open is looked at
/// when the timer asks. One at a time, because a checkpoint follows the one before. They are carried to the anchors beside that: an anchor that
/// hangs puts off no checkpoint.
/// </summary>
public sealed class CheckpointLoop(Checkpointer checkpointer, Coverage coverage, Anchoring anchoring, TimeProvider time)
{
    private static readonly TimeSpan RetryPause = TimeSpan.FromSeconds(5);

    // A round that has covered what it could, and who waits for its look; null where nobody does.
    private readonly Channel<TaskCompletionSource?> _toCarry = Channel.CreateUnbounded<TaskCompletionSource?>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Lock _gate = new();
    private TaskCompletionSource _asked = New();
    private TaskCompletionSource _surveyed = New();

    /// <summary>Has the open index looked at; ends when that is done and carried, as far as journal, key and anchors answer.</summary>
    public Task SurveyAsync()
    {
        lock (_gate)
        {
            _asked.TrySetResult();
            return _surveyed.Task;
        }
    }

    /// <summary>Covers, until stopped.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = stop.Register(() => stopped.TrySetResult());
        for (var isWell = true; !stop.IsCancellationRequested;)
        {
            var (due, changed) = coverage.Due;
            using var timer = new CancellationTokenSource();
            var wake = isWell ? due : time.GetUtcNow() + RetryPause;
            List<Task> waits = [stopped.Task, Volatile.Read(ref _asked).Task, Task.Delay(Until(wake), time, timer.Token)];
            if (isWell)
                waits.Add(changed);
            await Task.WhenAny(waits);
            await timer.CancelAsync();
            if (stop.IsCancellationRequested)
                return;
            var survey = TakeSurvey();
            if (survey is null && isWell && !(coverage.Due.At <= time.GetUtcNow()))
                continue;
            isWell = await checkpointer.TryAttendAsync(stop, surveys: survey is not null);
            _toCarry.Writer.TryWrite(survey);
        }
    }

    /// <summary>Carries what was covered to the anchors, until stopped.</summary>
    public async Task CarryAsync(CancellationToken stop)
    {
        while (await _toCarry.Reader.WaitToReadAsync(stop))
        {
            var waiting = new List<TaskCompletionSource?>();
            while (_toCarry.Reader.TryRead(out var survey))
                waiting.Add(survey);
            try
            {
                await anchoring.CatchUpAsync(stop);
            }
            finally
            {
                waiting.ForEach(survey => survey?.TrySetResult());
            }
        }
    }

    private TimeSpan Until(DateTimeOffset? at) =>
        at is { } some ? some - time.GetUtcNow() is var wait && wait > TimeSpan.Zero ? wait : TimeSpan.Zero : Timeout.InfiniteTimeSpan;

    /// <summary>Who asks from here on is answered by the next round, which looks.</summary>
    private TaskCompletionSource? TakeSurvey()
    {
        lock (_gate)
        {
            if (!_asked.Task.IsCompleted)
                return null;
            var survey = _surveyed;
            (_asked, _surveyed) = (New(), New());
            return survey;
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
