using AksArcJit.Broker.Deadlines;
using AksArcJit.Broker.Ports;
using AksArcJit.Journal;
using Microsoft.Extensions.Logging;

namespace AksArcJit.Broker.Publishing;

/// <summary>
/// Sends facts out to every outlet, at least once and in order in each stream, from the journal through the open index: nothing is written
/// twice. The process that appended sends at once; what others left is found when the open index is read again. A stream leaves the open
/// index when all outlets have it. The effect of a crash, and of nothing else, is that what was not marked yet goes out again.
/// </summary>
public sealed class Publisher
{
    public static readonly TimeSpan SurveyInterval = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan RetryPause = TimeSpan.FromSeconds(5);

    // Facts of one lifecycle come in bursts: one mark stands for them all.
    private static readonly TimeSpan MarkDelay = TimeSpan.FromSeconds(1);
    private const int MarksAtOnce = 16;

    private readonly IJournal _journal;
    private readonly Unpublished _unpublished;
    private readonly TimeProvider _time;
    private readonly ILogger<Publisher> _log;
    private readonly IReadOnlyList<OutletCourse> _courses;
    private readonly DeadlineQueue _marks = new();

    /// <param name="journal">As followed by <paramref name="unpublished"/>.</param>
    public Publisher(
        IJournal journal, Unpublished unpublished, IEnumerable<IEventOutlet> outlets, PublishingMetrics metrics, IEntropy entropy, TimeProvider time,
        ILogger<Publisher> log)
    {
        (_journal, _unpublished, _time, _log) = (journal, unpublished, time, log);
        _courses = [.. outlets.Select(outlet => new OutletCourse(outlet, unpublished, journal, Moved, metrics, entropy, time, log))];
        unpublished.Found += Prompt;
        metrics.Observe(() => Outlets);
    }

    public IReadOnlyList<OutletStatus> Outlets => [.. _courses.Select(course => course.Status)];

    /// <summary>Runs until stopped; then waits for what is being sent, and marks it.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        var marks = new Places(MarksAtOnce, stream => MarkAsync(stream), stop);
        await Task.WhenAll([.. _courses.Select(course => course.RunAsync(stop)), SurveyAsync(stop), _marks.WorkOffAsync(marks.Attend, _time, stop)]);
        await marks.EmptyAsync();
        await Task.WhenAll(_unpublished.Unmarked.Select(stream => MarkAsync(stream, isLast: true)));
    }

    /// <summary>Reads what is open and was not looked at for a while: what other instances and earlier processes appended shows there.</summary>
    public async Task SurveyOnceAsync(CancellationToken cancellation)
    {
        var begun = _time.GetUtcNow();
        var open = new HashSet<StreamId>();
        await foreach (var entry in _journal.ListOpenAsync(cancellation))
        {
            open.Add(entry.Stream);
            if (_unpublished.Wants(entry, begun - SurveyInterval))
                await _journal.ReadAsync(entry.Stream, cancellation);
        }
        _unpublished.Keep(open, begun);
    }

    private async Task SurveyAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var pause = SurveyInterval;
            try
            {
                await SurveyOnceAsync(stop);
            }
            catch (JournalUnavailableException away)
            {
                _log.OpenIndexUnreadable(away.Message);
                pause = RetryPause;
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            await _time.PauseAsync(pause, stop);
        }
    }

    private async Task MarkAsync(StreamId stream, bool isLast = false)
    {
        try
        {
            if (_unpublished.Due(stream).SettleAt is { } version)
                await _journal.SettleAsync(stream, version, CancellationToken.None);
            // Nothing where it has left the open index with that.
            var marks = _unpublished.Due(stream).Marks;
            if (marks.Count == 0)
                return;
            await _journal.MarkPublishedAsync(stream, marks, CancellationToken.None);
            _unpublished.Marked(stream, marks);
        }
        catch (Exception failure)
        {
            _log.NotMarked(stream, failure.Message);
            if (!isLast)
                _marks.Schedule(stream, _time.GetUtcNow() + RetryPause, isRemoval: false);
        }
    }

    private void Moved(StreamId stream) => _marks.Schedule(stream, _time.GetUtcNow() + MarkDelay, isRemoval: false);

    private void Prompt(StreamId stream, DateTimeOffset oldestAt)
    {
        foreach (var course in _courses)
            course.Prompt(stream, oldestAt);
    }
}
