using System.Collections.Concurrent;
using AksArcJit.Journal;

namespace AksArcJit.Stores.Tables;

/// <summary>What was last seen of some streams, to save reads. Forgetting any of it costs a transaction, never correctness.</summary>
internal sealed class Bounded<T>
{
    private const int Most = 20_000;

    private readonly ConcurrentDictionary<StreamId, T> _seen = [];

    public T? Find(StreamId stream) => _seen.TryGetValue(stream, out var value) ? value : default;

    public void Set(StreamId stream, T value)
    {
        if (_seen.Count >= Most)
            _seen.Clear();
        _seen[stream] = value;
    }

    public void Forget(StreamId stream) => _seen.TryRemove(stream, out _);
}
