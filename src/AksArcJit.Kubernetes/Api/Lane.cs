namespace AksArcJit.Kubernetes.Api;

/// <summary>
/// A bound on requests in flight. Whoever waits goes on waiting as long as the API server answers somebody: a queue is no outage. Where
/// nobody has been answered for as long as one request may take, it gives up.
/// </summary>
internal sealed class Lane(int width, TimeSpan patience, TimeProvider time) : IDisposable
{
    private readonly SemaphoreSlim _places = new(width);
    private long _answers;

    /// <returns>False where the lane stands still.</returns>
    public async Task<bool> TryEnterAsync(CancellationToken cancellation)
    {
        if (await _places.WaitAsync(0, cancellation))
            return true;
        using var givingUp = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var place = _places.WaitAsync(givingUp.Token);
        while (!place.IsCompleted)
        {
            var answersBefore = Volatile.Read(ref _answers);
            await Task.WhenAny(place, Task.Delay(patience, time, givingUp.Token));
            if (place.IsCompleted || Volatile.Read(ref _answers) != answersBefore)
                continue;
            await givingUp.CancelAsync();
            await Task.WhenAny(place);
        }
        // Ends the delay that is still running.
        await givingUp.CancelAsync();
        if (place.IsCompletedSuccessfully)
            return true;
        cancellation.ThrowIfCancellationRequested();
        return false;
    }

    public void Leave(bool answered)
    {
        if (answered)
            Interlocked.Increment(ref _answers);
        _places.Release();
    }

    public void Dispose() => _places.Dispose();
}
