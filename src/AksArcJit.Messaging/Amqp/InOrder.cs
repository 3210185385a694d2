namespace AksArcJit.Messaging.Amqp;

/// <summary>Work on one key in the order it came, on different keys side by side.</summary>
internal sealed class InOrder<TKey>
    where TKey : notnull
{
    private readonly Dictionary<TKey, Task> _newest = [];

    /// <summary>Keys with work that is not done.</summary>
    public int Keys
    {
        get
        {
            lock (_newest)
                return _newest.Count;
        }
    }

    /// <param name="work">Should not throw; where it does, what comes after it on the same key is done all the same.</param>
    public void Enqueue(TKey key, Func<Task> work)
    {
        lock (_newest)
        {
            var before = _newest.GetValueOrDefault(key);
            var task = Task.Run(async () =>
            {
                if (before is not null)
                    await Task.WhenAny(before);
                await work();
            });
            _newest[key] = task;
            _ = task.ContinueWith(done => Forget(key, done), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }
    }

    /// <summary>When everything that was enqueued until now is done.</summary>
    public Task IdleAsync()
    {
        lock (_newest)
            return Task.WhenAll(_newest.Values);
    }

    private void Forget(TKey key, Task done)
    {
        lock (_newest)
            if (_newest.TryGetValue(key, out var newest) && newest == done)
                _newest.Remove(key);
    }
}
