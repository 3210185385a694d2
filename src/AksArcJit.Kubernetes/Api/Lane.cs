namespace AksArcJit.Kubernetes.Api;

/// <summary>
/// A bound on requests in flight for one purpose, and its circuit. Whoever waits goes on waiting as long as the API server answers: a
/// queue is no outage. When several requests in a row got no answer the lane stands still: nobody waits any more, and one request is let
/// through every half second to find out whether the server is back. So a dead cluster holds up nobody, and one that returns is noticed
/// within half a second of the next attempt. Among those who wait, what takes access away goes before what only confirms it.
/// </summary>
/// <param name="longestPause">How long at most the lane keeps still because the server asks for it.</param>
/// <param name="trialInterval">How often a lane that stands still lets one through; zero, wherever a place is free.</param>
/// <param name="patience">How long a pause may be waited out; a longer one is told at once.</param>
internal sealed class Lane(int width, TimeSpan longestPause, TimeSpan trialInterval, TimeSpan patience, TimeProvider time)
{
    public static readonly TimeSpan TrialInterval = TimeSpan.FromMilliseconds(500);
    private const int UnansweredUntilStill = 3;

    private readonly Lock _gate = new();
    private readonly Queue<TaskCompletionSource<string?>> _first = new();
    private readonly Queue<TaskCompletionSource<string?>> _then = new();
    private int _free = width;
    private int _unanswered;
    private DateTimeOffset _answeredAt;
    private DateTimeOffset _unansweredSince;
    private DateTimeOffset? _stillSince;
    private DateTimeOffset _nextTrial;
    private DateTimeOffset _pausedUntil;

    /// <summary>UTC, when the first was sent that got no answer; null where requests are answered.</summary>
    public DateTimeOffset? StillSince
    {
        get
        {
            lock (_gate)
                return _stillSince;
        }
    }

    /// <summary>UTC, of the newest answer; the beginning of time where there was none.</summary>
    public DateTimeOffset AnsweredAt
    {
        get
        {
            lock (_gate)
                return _answeredAt;
        }
    }

    /// <param name="goesFirst">Before all who wait and do not go first.</param>
    /// <returns>Null where a place is taken; else why nothing is to be sent.</returns>
    public async Task<string?> TryEnterAsync(CancellationToken cancellation, bool goesFirst = false)
    {
        if (await TakePlaceAsync(goesFirst, cancellation) is { } standstill)
            return standstill;
        // With the place in hand: those in line must not send, one after another, into a pause that began while they waited.
        var mayEnter = false;
        try
        {
            var paused = await PausedAsync(cancellation);
            mayEnter = paused is null;
            return paused;
        }
        finally
        {
            if (!mayEnter)
                Leave(answered: null, time.GetUtcNow());
        }
    }

    /// <param name="answered">Null where nobody waited for the answer.</param>
    /// <param name="sentAt">UTC, when it was sent.</param>
    public void Leave(bool? answered, DateTimeOffset sentAt)
    {
        lock (_gate)
        {
            if (answered == true)
                (_unanswered, _stillSince, _answeredAt) = (0, null, time.GetUtcNow());
            // Another may have been answered while this one waited in vain.
            else if (answered == false && ++_unanswered == 1)
                _unansweredSince = sentAt > _answeredAt ? sentAt : _answeredAt;
            if (_unanswered >= UnansweredUntilStill && _stillSince is null)
            {
                _stillSince = _unansweredSince;
                _nextTrial = time.GetUtcNow() + trialInterval;
                while (Next() is { } told)
                    told.TrySetResult(Still());
            }
            // Who was cancelled meanwhile takes no place.
            while (Next() is { } waiting)
                if (waiting.TrySetResult(null))
                    return;
            _free++;
        }
    }

    /// <summary>The server asks for a pause (429, Retry-After).</summary>
    public void Pause(TimeSpan asked)
    {
        var until = time.GetUtcNow() + (asked < longestPause ? asked : longestPause);
        lock (_gate)
            _pausedUntil = until > _pausedUntil ? until : _pausedUntil;
    }

    private async Task<string?> TakePlaceAsync(bool goesFirst, CancellationToken cancellation)
    {
        TaskCompletionSource<string?> waiting;
        lock (_gate)
        {
            if (_stillSince is not null && (_free == 0 || time.GetUtcNow() < _nextTrial))
                return Still();
            if (_stillSince is not null)
                _nextTrial = time.GetUtcNow() + trialInterval;
            if (_free > 0)
            {
                _free--;
                return null;
            }
            waiting = new TaskCompletionSource<string?>(TaskCreationOptions.RunContinuationsAsynchronously);
            (goesFirst ? _first : _then).Enqueue(waiting);
        }
        await using var registration = cancellation.Register(() => waiting.TrySetCanceled(cancellation));
        return await waiting.Task;
    }

    private TaskCompletionSource<string?>? Next() => _first.TryDequeue(out var next) || _then.TryDequeue(out next) ? next : null;

    private async Task<string?> PausedAsync(CancellationToken cancellation)
    {
        DateTimeOffset until;
        lock (_gate)
            until = _pausedUntil;
        var left = until - time.GetUtcNow();
        if (left <= TimeSpan.Zero)
            return null;
        if (left > patience)
            return $"not sent: the API server asked to be left alone until {until:u}";
        await Task.Delay(left, time, cancellation);
        return null;
    }

    private string Still() => $"not sent: the API server has answered nothing since {_stillSince ?? time.GetUtcNow():u}; it is tried again all the while";
}
