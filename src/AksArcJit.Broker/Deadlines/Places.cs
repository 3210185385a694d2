using AksArcJit.Journal;

namespace AksArcJit.Broker.Deadlines;

/// <summary>
/// A bound on what is attended to at once. What finds no place waits, once however often it is asked for, in the order in which it came;
/// whoever ends gives the place to the next, so that an end costs the same whether ten or ten thousand wait.
/// </summary>
/// <param name="attend">Never throws.</param>
/// <param name="stop">Nothing begins after it.</param>
internal sealed class Places(int width, Func<StreamId, Task> attend, CancellationToken stop)
{
    private readonly Lock _gate = new();
    private readonly Queue<StreamId> _line = new();
    private readonly HashSet<StreamId> _inLine = [];
    private readonly TaskCompletionSource _empty = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _taken;

    public void Attend(StreamId stream)
    {
        lock (_gate)
        {
            if (stop.IsCancellationRequested)
                return;
            if (_taken == width)
            {
                if (_inLine.Add(stream))
                    _line.Enqueue(stream);
                return;
            }
            _taken++;
        }
        _ = AttendInTurnAsync(stream);
    }

    /// <summary>After the stop: ends with the last that had begun.</summary>
    public Task EmptyAsync()
    {
        lock (_gate)
            return _taken == 0 ? Task.CompletedTask : _empty.Task;
    }

    private async Task AttendInTurnAsync(StreamId first)
    {
        for (var next = first; next is not null; next = NextOrLeave())
            await attend(next);
    }

    private StreamId? NextOrLeave()
    {
        lock (_gate)
        {
            if (!stop.IsCancellationRequested && _line.TryDequeue(out var next))
            {
                _inLine.Remove(next);
                return next;
            }
            if (--_taken == 0 && stop.IsCancellationRequested)
                _empty.TrySetResult();
            return null;
        }
    }
}
