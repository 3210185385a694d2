using AksArcJit.Broker.Ports;
using Microsoft.Extensions.Logging;

namespace AksArcJit.Broker.Checkpoints;

/// <summary>
/// Carries every checkpoint out of the journal's reach, to each anchor at its own pace (<see cref="AnchorCourse"/>): as soon as it is made, and
/// once a minute what was left. An anchor that is away holds nothing up.
/// </summary>
public sealed class Anchoring(
    string installation, IEnumerable<IAnchor> anchors, ICheckpointLog log, JournalStanding standing, CheckpointTrust trust,
    TimeProvider time, ILogger<Anchoring> logger)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(60);

    // Until it is compared nothing is granted.
    private static readonly TimeSpan LongestPauseUncompared = TimeSpan.FromSeconds(5);

    private readonly List<AnchorCourse> _courses = [.. anchors.Select(anchor => new AnchorCourse(anchor, installation, log, standing, trust, time, logger))];
    private TaskCompletionSource _made = New();

    public IReadOnlyList<AnchorProgress> Progress => [.. _courses.Select(course => course.Progress)];

    /// <summary>There is a new checkpoint.</summary>
    public void Prompt() => Interlocked.Exchange(ref _made, New()).TrySetResult();

    /// <summary>Compares the store with each anchor, at start. One that does not answer is compared when it does, before anything is added to it.</summary>
    public Task CompareAsync(CancellationToken cancellation) => Task.WhenAll(_courses.Select(course => course.TryCompareAsync(cancellation)));

    public Task RunAsync(CancellationToken stop) =>
        _courses.Count == 0 ? Task.Delay(Timeout.InfiniteTimeSpan, time, stop) : Task.WhenAll(_courses.Select(course => RunAsync(course, stop)));

    /// <summary>Brings every anchor up to date, as far as it answers.</summary>
    public Task CatchUpAsync(CancellationToken cancellation) => Task.WhenAll(_courses.Select(course => course.TryCatchUpAsync(cancellation)));

    private async Task RunAsync(AnchorCourse course, CancellationToken stop)
    {
        var pause = FirstPause;
        while (!stop.IsCancellationRequested)
        {
            var made = Volatile.Read(ref _made).Task;
            if (await course.TryCatchUpAsync(stop))
            {
                pause = FirstPause;
                using var timer = CancellationTokenSource.CreateLinkedTokenSource(stop);
                await Task.WhenAny(made, Task.Delay(Interval, time, timer.Token));
                await timer.CancelAsync();
            }
            else
            {
                await Task.Delay(pause, time, stop);
                var longest = course.IsCompared ? LongestPause : LongestPauseUncompared;
                pause = pause * 2 < longest ? pause * 2 : longest;
            }
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
