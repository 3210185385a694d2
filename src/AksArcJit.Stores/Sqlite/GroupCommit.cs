using Microsoft.Data.Sqlite;

namespace AksArcJit.Stores.Sqlite;

/// <summary>
/// The one writer of this process. Whatever writes arrive while one transaction is being made durable share the next, so that a burst
/// of appends costs a few disk flushes, not one each. It has a thread of its own: a revocation's facts must not wait for a busy pool.
/// </summary>
internal sealed class GroupCommit : IDisposable
{
    private const int MostWrites = 256;

    // Some ten microseconds: as long as it takes to put the thread to sleep and to wake it, which a lone writer would pay for each write.
    private const int Spins = 140;

    // One lock for a whole batch: a concurrent collection takes one for each write, from as many threads as there are callers.
    private readonly Queue<Write> _queue = [];
    private readonly Database _database;
    private readonly Thread _thread;
    private WriteSession? _session;
    private volatile bool _isIdle = true;
    private bool _isClosed;

    public GroupCommit(Database database)
    {
        _database = database;
        _thread = new Thread(Run) { IsBackground = true, Name = "journal writer" };
        _thread.Start();
    }

    /// <summary>
    /// Runs <paramref name="work"/> in a transaction that it may share with others, and completes when that is durable. Work that decides to
    /// write nothing leaves its companions as they are.
    /// </summary>
    public Task<T> RunAsync<T>(Func<WriteSession, T> work, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var write = new Write<T>(work);
        lock (_queue)
        {
            ObjectDisposedException.ThrowIf(_isClosed, this);
            _queue.Enqueue(write);
            _isIdle = false;
            if (_queue.Count == 1)
                Monitor.Pulse(_queue);
        }
        return write.Done.WaitAsync(cancellation);
    }

    public void Dispose()
    {
        // What was handed in is still written.
        lock (_queue)
        {
            _isClosed = true;
            Monitor.Pulse(_queue);
        }
        _thread.Join();
    }

    private void Run()
    {
        var batch = new List<Write>(MostWrites);
        while (Take(batch))
        {
            Commit(batch);
            batch.Clear();
        }
        _session?.Dispose();
    }

    /// <summary>Waits for the next writes. False where there will be none.</summary>
    private bool Take(List<Write> batch)
    {
        var spinning = new SpinWait();
        while (_isIdle && spinning.Count < Spins)
            spinning.SpinOnce(sleep1Threshold: -1);
        lock (_queue)
        {
            while (_queue.Count == 0 && !_isClosed)
                Monitor.Wait(_queue);
            while (batch.Count < MostWrites && _queue.TryDequeue(out var next))
                batch.Add(next);
            _isIdle = _queue.Count == 0;
        }
        return batch.Count > 0;
    }

    private void Commit(List<Write> batch)
    {
        try
        {
            _session ??= new WriteSession(_database.Open());
            _session.InTransaction(() =>
            {
                foreach (var write in batch)
                    write.Do(_session);
            });
        }
        catch (Exception fault) when (batch.Count > 1 && fault is not SqliteException { SqliteErrorCode: not ConstraintFailed })
        {
            // One write is faulty in itself. Alone, each meets its own fate.
            foreach (var write in batch)
                Commit([write]);
            return;
        }
        catch (Exception fault)
        {
            // The connection may be the reason; the next write gets a new one.
            _session?.Dispose();
            _session = null;
            foreach (var write in batch)
                write.Fail(Outage.Is(fault) && fault is not SqliteException { SqliteErrorCode: ConstraintFailed } ? Outage.From(fault) : fault);
            return;
        }
        foreach (var write in batch)
            write.Succeed();
    }

    private const int ConstraintFailed = 19; // SQLITE_CONSTRAINT

    private abstract class Write
    {
        public abstract void Do(WriteSession session);

        public abstract void Succeed();

        public abstract void Fail(Exception fault);
    }

    private sealed class Write<T>(Func<WriteSession, T> work) : Write
    {
        // Continuations of the waiters must not run on the writer's thread.
        private readonly TaskCompletionSource<T> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private T _result = default!;

        public Task<T> Done => _done.Task;

        public override void Do(WriteSession session) => _result = work(session);

        public override void Succeed() => _done.SetResult(_result);

        public override void Fail(Exception fault) => _done.SetException(fault);
    }
}
