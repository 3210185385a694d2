using AksArcJit.Broker.Ports;
using AksArcJit.Journal;

namespace AksArcJit.Broker.Deadlines;

/// <summary>
/// When which stream wants attention: one heap of (time, stream) for the whole process, no task or timer per idle request. Removals that
/// are due come before everything else that is due.
/// </summary>
public sealed class DeadlineQueue : IWakeUps
{
    private readonly Lock _gate = new();
    private readonly PriorityQueue<StreamId, DateTimeOffset> _removals = new();
    private readonly PriorityQueue<StreamId, DateTimeOffset> _others = new();
    private readonly Dictionary<StreamId, DateTimeOffset> _times = [];
    private TaskCompletionSource _changed = New();

    public int Count
    {
        get
        {
            lock (_gate)
                return _times.Count;
        }
    }

    /// <summary>Keeps the earliest time asked for.</summary>
    public void Schedule(StreamId stream, DateTimeOffset at, bool isRemoval)
    {
        lock (_gate)
        {
            if (_times.TryGetValue(stream, out var known) && known <= at)
                return;
            _times[stream] = at;
            (isRemoval ? _removals : _others).Enqueue(stream, at);
            _changed.TrySetResult();
        }
    }

    /// <summary>Takes the next stream that is due, removals first; null where none is.</summary>
    public StreamId? TakeDue(DateTimeOffset now)
    {
        lock (_gate)
            return Take(_removals, now) ?? Take(_others, now);
    }

    /// <summary>The next time, null where there is none, and a task that ends when an earlier one may have come.</summary>
    public (DateTimeOffset? At, Task Changed) Peek()
    {
        lock (_gate)
        {
            if (_changed.Task.IsCompleted)
                _changed = New();
            var (removal, other) = (Next(_removals), Next(_others));
            return (removal is null || other < removal ? other : removal, _changed.Task);
        }
    }

    private StreamId? Take(PriorityQueue<StreamId, DateTimeOffset> heap, DateTimeOffset now)
    {
        if (Next(heap) is not { } at || at > now)
            return null;
        var stream = heap.Dequeue();
        _times.Remove(stream);
        return stream;
    }

    // An entry whose time was lowered stays in the heap; it is passed over when it comes up.
    private DateTimeOffset? Next(PriorityQueue<StreamId, DateTimeOffset> heap)
    {
        while (heap.TryPeek(out var stream, out var at))
        {
            if (_times.TryGetValue(stream, out var wanted) && wanted == at)
                return at;
            heap.Dequeue();
        }
        return null;
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
