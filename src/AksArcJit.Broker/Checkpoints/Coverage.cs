using AksArcJit.Broker.Following;
using AksArcJit.Broker.Ports;
using AksArcJit.Journal;
using AksArcJit.Journal.Checkpoints;
using AksArcJit.Lifecycle.Requests;

namespace AksArcJit.Broker.Checkpoints;

/// <summary>
/// What no checkpoint covers yet, as far as this process knows: its own appends, and every stream of the open index as last read. Losing it
/// costs a repeated leaf, never a fact: the open index keeps each stream until it is covered.
/// </summary>
public sealed class Coverage(TimeProvider time, TimeSpan interval) : IFollower
{
    /// <summary>How long the beginning or the end of an access waits for company.</summary>
    public static readonly TimeSpan UrgentPause = TimeSpan.FromSeconds(2);

    /// <summary>How long any other fact waits for company.</summary>
    public TimeSpan Interval => interval;

    private static readonly HashSet<string> Urgent = [nameof(RequestFact.Granted), nameof(RequestFact.AccessGone), nameof(RequestFact.GoneByWord)];

    // The longest window: the record of a beginning whose outcome is unknown is sent again until then, with the time it had at first.
    private static readonly TimeSpan LongestUnderWay = TimeSpan.FromHours(24);

    private readonly Lock _gate = new();
    private readonly Dictionary<StreamId, Entry> _entries = [];
    private readonly Dictionary<string, DateTimeOffset> _underWay = new(StringComparer.Ordinal);
    private DateTimeOffset? _dueAt;
    private TaskCompletionSource _changed = New();

    /// <summary>When the next checkpoint is due, null where nothing changed; and a task that ends when that may have become sooner.</summary>
    public (DateTimeOffset? At, Task Changed) Due
    {
        get
        {
            lock (_gate)
            {
                if (_changed.Task.IsCompleted)
                    _changed = New();
                return (_dueAt, _changed.Task);
            }
        }
    }

    public void Begin(Append append)
    {
        lock (_gate)
            _underWay.TryAdd(append.Records[0].FactId, append.Records[0].At);
    }

    public void End(Append append, AppendOutcome? outcome)
    {
        lock (_gate)
        {
            if (outcome is not null)
                _underWay.Remove(append.Records[0].FactId);
            if (outcome is not AppendOutcome.Appended)
            {
                // It may stand all the same: whoever reads the open index next finds out.
                if (_entries.TryGetValue(append.Stream, out var doubtful))
                    doubtful.SeenAt = DateTimeOffset.MinValue;
                else
                    _entries[append.Stream] = new Entry();
                return;
            }
            var entry = Track(append.Stream);
            Raise(entry, append.Records[^1], time.GetUtcNow());
            if (append.Rests)
                entry.RestsAt = append.Records[^1].Version;
            WantBy(entry, append.Records[^1].Version, time.GetUtcNow() + (append.Records.Any(record => Urgent.Contains(record.Kind)) ? UrgentPause : interval));
        }
    }

    /// <summary>A stream of the open index. True where it was not read since <paramref name="since"/>: read it.</summary>
    public bool Wants(StreamId stream, DateTimeOffset since)
    {
        lock (_gate)
            return Track(stream).SeenAt < since;
    }

    /// <summary>Of use only where the stream is known as one of the open index.</summary>
    public void See(StreamId stream, IReadOnlyList<FactRecord> records, DateTimeOffset askedAt)
    {
        lock (_gate)
        {
            if (!_entries.TryGetValue(stream, out var entry))
                return;
            if (records.Count > 0)
                Raise(entry, records[^1], askedAt);
            entry.SeenAt = entry.SeenAt > askedAt ? entry.SeenAt : askedAt;
            WantBy(entry, entry.Version, time.GetUtcNow() + interval);
        }
    }

    public bool Rest(StreamId stream, long version)
    {
        lock (_gate)
        {
            var entry = Track(stream);
            if (entry.Covered >= version && entry.Version <= version)
                return true;
            entry.RestsAt = version;
            return false;
        }
    }

    /// <summary>Uncovered streams by name, so that the same facts give the same leaves.</summary>
    public IReadOnlyList<FactRecord> Take(int most)
    {
        lock (_gate)
            return [.. _entries.Values.Where(entry => entry.IsUncovered).Select(entry => entry.Head!).OrderBy(head => head.Stream.Text, StringComparer.Ordinal).Take(most)];
    }

    /// <summary>Leaves that stand in a checkpoint, whoever made it.</summary>
    /// <returns>The streams that may leave the open index.</returns>
    public IReadOnlyList<(StreamId Stream, long Version)> Cover(IEnumerable<CheckpointLeaf> leaves)
    {
        lock (_gate)
        {
            var settled = new List<(StreamId, long)>();
            foreach (var leaf in leaves)
            {
                if (!_entries.TryGetValue(leaf.Stream, out var entry))
                    continue;
                entry.Covered = Math.Max(entry.Covered, leaf.Version);
                entry.Wanted.RemoveAll(wish => wish.Version <= entry.Covered);
                if (entry.RestsAt == leaf.Version && entry.Version <= leaf.Version)
                    settled.Add((leaf.Stream, leaf.Version));
            }
            // What came while the checkpoint was made waits for its own time, or checkpoints would follow each other without a pause.
            _dueAt = _entries.Values.SelectMany(entry => entry.Wanted).Min(wish => (DateTimeOffset?)wish.At);
            return settled;
        }
    }

    public void Forget(StreamId stream, long version)
    {
        lock (_gate)
            if (_entries.TryGetValue(stream, out var entry) && entry.Version <= version)
                _entries.Remove(stream);
    }

    /// <summary>Nothing older than this is unknown here: of what is open the oldest look, or the oldest append under way.</summary>
    /// <param name="listedAt">When the open index was listed, UTC: later than that nothing is known.</param>
    public DateTimeOffset KnownUntil(DateTimeOffset listedAt)
    {
        lock (_gate)
        {
            foreach (var old in _underWay.Where(append => append.Value < listedAt - LongestUnderWay).Select(append => append.Key).ToList())
                _underWay.Remove(old);
            return _entries.Values.Select(entry => entry.SeenAt).Concat(_underWay.Values).Append(listedAt).Min();
        }
    }

    /// <summary>Streams that the open index no longer holds have been settled by another instance.</summary>
    /// <param name="open">As listed by a listing that began at <paramref name="listedAt"/>.</param>
    public void Keep(IReadOnlySet<StreamId> open, DateTimeOffset listedAt)
    {
        lock (_gate)
            foreach (var gone in _entries.Where(entry => !open.Contains(entry.Key) && entry.Value.SeenAt < listedAt && !entry.Value.IsUncovered).Select(entry => entry.Key).ToList())
                _entries.Remove(gone);
    }

    private Entry Track(StreamId stream)
    {
        if (!_entries.TryGetValue(stream, out var entry))
            _entries[stream] = entry = new Entry();
        return entry;
    }

    private static void Raise(Entry entry, FactRecord head, DateTimeOffset seenAt)
    {
        if (head.Version > entry.Version)
            // The payload is not needed, and a thousand of them would be.
            entry.Head = head with { Payload = default };
        entry.SeenAt = entry.SeenAt > seenAt ? entry.SeenAt : seenAt;
    }

    private void WantBy(Entry entry, long version, DateTimeOffset at)
    {
        // Covered already, by whoever read it before its append was answered: a time that nothing can meet would never pass.
        if (version <= entry.Covered || entry.Wanted.Any(wish => wish.Version == version && wish.At <= at))
            return;
        entry.Wanted.Add((version, at));
        if (_dueAt <= at)
            return;
        _dueAt = at;
        _changed.TrySetResult();
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private sealed class Entry
    {
        public FactRecord? Head { get; set; }

        public long Version => Head?.Version ?? 0;

        public long Covered { get; set; }

        public long? RestsAt { get; set; }

        public DateTimeOffset SeenAt { get; set; } = DateTimeOffset.MinValue;

        /// <summary>By when each uncovered append is to be covered.</summary>
        public List<(long Version, DateTimeOffset At)> Wanted { get; } = [];

        public bool IsUncovered => Version > Covered;
    }
}
