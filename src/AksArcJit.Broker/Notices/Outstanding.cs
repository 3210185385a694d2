using AksArcJit.Broker.Deadlines;
using AksArcJit.Broker.Following;
using AksArcJit.Broker.Ports;
using AksArcJit.Journal;
using AksArcJit.Lifecycle.Requests;

namespace AksArcJit.Broker.Notices;

/// <summary>
/// Which requests may owe notices, as far as this process knows. What it appended is looked at at once; what others appended is theirs for
/// <see cref="OthersTurn"/>, so that two instances do not tell everything twice. Losing it costs latency: the open index keeps a request
/// until its notices are settled, and who reads it next finds what is owed.
/// </summary>
public sealed class Outstanding(TimeProvider time) : IFollower
{
    /// <summary>
    /// How long the process that appended has, before others tell what it left: as long as one delivery may take, so that two live
    /// instances tell something twice only while one of them cannot deliver; and after a restart nobody waits longer for their consent link.
    /// </summary>
    public static readonly TimeSpan OthersTurn = TimeSpan.FromSeconds(30);

    // What follows within a moment (the grant upon its consent) is told in one pass, and its own append is not disturbed.
    private static readonly TimeSpan Company = TimeSpan.FromSeconds(1);

    // What is forgotten is looked at again: one read.
    private static readonly TimeSpan Memory = TimeSpan.FromHours(1);

    private static readonly HashSet<string> OfNotices = [nameof(RequestFact.NoticeDelivered), nameof(RequestFact.NoticeUndelivered)];

    private readonly Lock _gate = new();
    private readonly Dictionary<StreamId, HashSet<long>> _ours = [];
    private readonly Dictionary<StreamId, (long Version, DateTimeOffset At)> _settled = [];
    private readonly Queue<(StreamId Stream, DateTimeOffset At)> _ages = new();

    /// <summary>When to look at which request.</summary>
    public DeadlineQueue Queue { get; } = new();

    public void Begin(Append append)
    {
        // Nothing is owed before it stands.
    }

    public void End(Append append, AppendOutcome? outcome)
    {
        if (append.Stream.Request is null || outcome is AppendOutcome.Conflict || append.Records.All(record => OfNotices.Contains(record.Kind)))
            return;
        if (outcome is AppendOutcome.Appended)
            lock (_gate)
            {
                if (!_ours.TryGetValue(append.Stream, out var ours))
                    _ours[append.Stream] = ours = [];
                ours.UnionWith(append.Records.Select(record => record.Version));
            }
        var now = time.GetUtcNow();
        Queue.Schedule(append.Stream, append.ExpectedVersion == 0 ? now : now + Company, isRemoval: false);
    }

    public void See(StreamId stream, IReadOnlyList<FactRecord> records, DateTimeOffset askedAt)
    {
        // What is owed is worked out by who attends.
    }

    public bool Rest(StreamId stream, long version)
    {
        if (stream.Request is null)
            return true;
        lock (_gate)
            if (_settled.TryGetValue(stream, out var settled) && settled.Version >= version)
                return true;
        Queue.Schedule(stream, time.GetUtcNow(), isRemoval: false);
        return false;
    }

    public void Forget(StreamId stream, long version)
    {
        lock (_gate)
        {
            Drop(stream, version);
            if (_settled.TryGetValue(stream, out var settled) && settled.Version <= version)
                _settled.Remove(stream);
        }
    }

    /// <summary>Whether this process appended that row.</summary>
    public bool IsOurs(StreamId stream, long version)
    {
        lock (_gate)
            return _ours.TryGetValue(stream, out var ours) && ours.Contains(version);
    }

    /// <summary>Nothing is owed at this version.</summary>
    public void Settle(StreamId stream, long version)
    {
        var now = time.GetUtcNow();
        lock (_gate)
        {
            Drop(stream, version);
            _settled[stream] = (version, now);
            _ages.Enqueue((stream, now));
            while (_ages.TryPeek(out var oldest) && oldest.At < now - Memory)
            {
                _ages.Dequeue();
                if (_settled.TryGetValue(oldest.Stream, out var known) && known.At == oldest.At)
                    _settled.Remove(oldest.Stream);
            }
        }
    }

    // What was appended since is ours still: it is told at once, not when others would.
    private void Drop(StreamId stream, long version)
    {
        if (_ours.TryGetValue(stream, out var ours) && ours.RemoveWhere(row => row <= version) > 0 && ours.Count == 0)
            _ours.Remove(stream);
    }
}
