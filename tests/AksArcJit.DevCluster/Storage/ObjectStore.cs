using System.Threading.Channels;

namespace AksArcJit.DevCluster.Storage;

/// <summary>
/// The state, its recent history (for watches and for lists that go on page by page) and its subscribers. One writer at a
/// time; readers take a snapshot and no lock.
/// </summary>
internal sealed class ObjectStore(int historyLimit, StateFile? file)
{
    private readonly Lock _gate = new();
    private readonly LinkedList<Change> _history = [];
    private readonly HashSet<ChannelWriter<Change>> _subscribers = [];
    private volatile Snapshot _current = Snapshot.Empty;
    private Snapshot _oldest = Snapshot.Empty;

    /// <summary>Called for each change in order, inside the write; must not write.</summary>
    public event Action<Change>? Committed;

    public Snapshot Current => _current;

    /// <summary>Replaces the whole state by what the file holds. History starts here: older watches are expired.</summary>
    /// <returns>False where the file held nothing.</returns>
    public bool Load()
    {
        if (file?.Load() is not { } loaded)
            return false;
        _current = _oldest = loaded;
        return true;
    }

    public T Write<T>(Func<Transaction, T> work, bool dryRun = false)
    {
        lock (_gate)
        {
            var transaction = new Transaction(_current);
            var result = work(transaction);
            if (!dryRun)
                Commit(transaction);
            return result;
        }
    }

    /// <returns>The state at exactly that resourceVersion; null when it is older than the history.</returns>
    public Snapshot? At(long resourceVersion)
    {
        lock (_gate)
        {
            if (resourceVersion < _oldest.ResourceVersion)
                return null;
            var last = _oldest;
            foreach (var change in _history.TakeWhile(change => change.ResourceVersion <= resourceVersion))
                last = change.After;
            return last;
        }
    }

    /// <param name="since">Changes after this resourceVersion; null: after now.</param>
    /// <returns>Null when <paramref name="since"/> is older than the history.</returns>
    public Subscription? Subscribe(long? since)
    {
        lock (_gate)
        {
            if (since < _oldest.ResourceVersion)
                return null;
            var channel = Channel.CreateUnbounded<Change>(new() { SingleReader = true });
            foreach (var change in _history.Where(change => change.ResourceVersion > (since ?? _current.ResourceVersion)))
                channel.Writer.TryWrite(change);
            _subscribers.Add(channel.Writer);
            return new(_current, channel.Reader, () => Unsubscribe(channel.Writer));
        }
    }

    /// <summary>Forgets the history, as etcd's compaction does: watches from older versions are answered 410.</summary>
    public void Compact()
    {
        lock (_gate)
        {
            _history.Clear();
            _oldest = _current;
        }
    }

    private void Commit(Transaction transaction)
    {
        if (transaction.Changes.Count == 0)
            return;
        file?.Append(transaction.Changes);
        _current = transaction.Now;
        foreach (var change in transaction.Changes)
        {
            _history.AddLast(change);
            Committed?.Invoke(change);
            foreach (var subscriber in _subscribers)
                subscriber.TryWrite(change);
        }
        while (_history.Count > historyLimit)
        {
            _oldest = _history.First!.Value.After;
            _history.RemoveFirst();
        }
    }

    private void Unsubscribe(ChannelWriter<Change> writer)
    {
        lock (_gate)
            _subscribers.Remove(writer);
    }
}

/// <summary>The state at the start of a watch, and every change after it.</summary>
internal sealed record Subscription(Snapshot Start, ChannelReader<Change> Changes, Action End) : IDisposable
{
    public void Dispose() => End();
}
