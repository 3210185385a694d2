namespace AksArcJit.Kubernetes.Api;

/// <summary>
/// A bound on requests in flight for one purpose, and its circuit. Whoever waits goes on waiting as long as the API server answers: a
/// queue is no outage. When several requests in a row got no answer the lane stands still: nobody waits any more, and one request is let
/// through every half second to find out whether the server is back. So a dead cluster holds up nobody, and one that returns is noticed
/// within half a second of the next attempt.
/// </summary>
/// <param name="longestPause">How long at most the lane keeps still because the server asks for it.</param>
/// <param name="trialInterval">How often a lane that stands still lets one through; zero, wherever a place is free.</param>
/// <param name="patience">How long a pause may be waited out; a longer one is told at once.</param>
internal sealed class Lane(int width, TimeSpan longestPause, TimeSpan trialInterval, TimeSpan patience, TimeProvider time) : IDisposable
{
    public static readonly TimeSpan TrialInterval = TimeSpan.FromMilliseconds(500);
    private const int UnansweredUntilStill = 3;

    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _places = new(width);
    private CancellationTokenSource _movement = new();
    private int _unanswered;
    private DateTimeOffset? _stillSince;
    private DateTimeOffset _nextTrial;
    private DateTimeOffset _pausedUntil;

    /// <returns>Null where a place is taken; else why nothing is to be sent.</returns>
    public async Task<string?> TryEnterAsync(CancellationToken cancellation)
    {
        if (await PausedAsync(cancellation) is { } paused)
            return paused;
        CancellationToken movement;
        lock (_gate)
        {
            if (_stillSince is not null)
            {
                if (time.GetUtcNow() < _nextTrial || !_places.Wait(0, CancellationToken.None))
                    return Still();
                _nextTrial = time.GetUtcNow() + trialInterval;
                return null;
            }
            if (_places.Wait(0, CancellationToken.None))
                return null;
            movement = _movement.Token;
        }
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellation, movement);
        try
        {
            await _places.WaitAsync(waiting.Token);
            // A place that came free with the standstill is no reason to wait for no answer too.
            if (!movement.IsCancellationRequested)
                return null;
            _places.Release();
            return Still();
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return Still();
        }
    }

    /// <param name="answered">Null where nobody waited for the answer.</param>
    public void Leave(bool? answered)
    {
        CancellationTokenSource? stopped = null;
        lock (_gate)
        {
            if (answered == true)
            {
                (_unanswered, _stillSince) = (0, null);
            }
            else if (answered == false && ++_unanswered >= UnansweredUntilStill && _stillSince is null)
            {
                _stillSince = time.GetUtcNow();
                _nextTrial = _stillSince.Value + trialInterval;
                (stopped, _movement) = (_movement, new CancellationTokenSource());
            }
        }
        stopped?.Cancel();
        stopped?.Dispose();
        _places.Release();
    }

    /// <summary>The server asks for a pause (429, Retry-After).</summary>
    public void Pause(TimeSpan asked)
    {
        var until = time.GetUtcNow() + (asked < longestPause ? asked : longestPause);
        lock (_gate)
            _pausedUntil = until > _pausedUntil ? until : _pausedUntil;
    }

    public void Dispose()
    {
        _places.Dispose();
        _movement.Dispose();
    }

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
