using AksArcJit.Broker.Following;
using AksArcJit.Broker.Ports;
using AksArcJit.Journal;

namespace AksArcJit.Broker.Publishing;

/// <summary>
/// What has not gone out yet, as far as this process knows: its own appends, and every stream of the open index as last read. Facts that
/// another process appended are left to it for <see cref="Patience"/>, so that two live instances do not send everything twice.
/// </summary>
/// <param name="outlets">By name.</param>
public sealed class Unpublished(IReadOnlyList<string> outlets, TimeProvider time) : IFollower
{
    /// <summary>After that long, what another process left is anybody's.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Lock _gate = new();
    private readonly Dictionary<StreamId, Entry> _entries = [];

    /// <summary>A stream has facts that may have to go out; UTC, the time of the oldest of them that is known. Called under no lock.</summary>
    public event Action<StreamId, DateTimeOffset>? Found;

    public void Begin(Append append)
    {
        // Nothing goes out before it stands.
    }

    public void End(Append append, AppendOutcome? outcome)
    {
        if (outcome is not AppendOutcome.Appended || !Announcing.Concerns(append.Stream))
            // What stands all the same is found in the open index, as another's would be.
            return;
        lock (_gate)
        {
            var entry = Track(append.Stream);
            if (append.ExpectedVersion == 0)
                entry.Learn(PublishedMarks.From(0), outlets);
            foreach (var record in append.Records)
                entry.Own.Add(record.Version);
            entry.Raise(append.Records[^1].Version);
            entry.SeenAt = time.GetUtcNow();
            if (append.Rests)
                entry.RestsAt = append.Records[^1].Version;
        }
        Found?.Invoke(append.Stream, append.Records[0].At);
    }

    public void See(StreamId stream, IReadOnlyList<FactRecord> records, DateTimeOffset askedAt)
    {
        if (records.Count == 0)
            return;
        DateTimeOffset? oldest = null;
        lock (_gate)
        {
            if (!_entries.TryGetValue(stream, out var entry))
                return;
            if (records[^1].Version > entry.Head)
            {
                entry.Raise(records[^1].Version);
                oldest = records[^1].At;
            }
            entry.SeenAt = entry.SeenAt > askedAt ? entry.SeenAt : askedAt;
        }
        if (oldest is { } at)
            Found?.Invoke(stream, at);
    }

    public bool Rest(StreamId stream, long version)
    {
        if (!Announcing.Concerns(stream))
            return true;
        lock (_gate)
        {
            var entry = Track(stream);
            if (entry.IsPublished(version, outlets))
                return true;
            entry.RestsAt = version;
            entry.Raise(version);
        }
        Found?.Invoke(stream, time.GetUtcNow());
        return false;
    }

    public void Forget(StreamId stream, long version)
    {
        lock (_gate)
            if (_entries.TryGetValue(stream, out var entry) && entry.Head <= version)
                _entries.Remove(stream);
    }

    /// <summary>Streams of which the open index does not know all that was taken.</summary>
    public IReadOnlyList<StreamId> Unmarked
    {
        get
        {
            lock (_gate)
                return [.. _entries.Where(entry => entry.Value.Unmarked.Count > 0).Select(entry => entry.Key)];
        }
    }

    /// <summary>An entry of the open index. True where the stream was not read since <paramref name="since"/>: read it.</summary>
    public bool Wants(OpenEntry open, DateTimeOffset since)
    {
        if (!Announcing.Concerns(open.Stream))
            return false;
        bool isUnread, isLeft;
        lock (_gate)
        {
            var entry = Track(open.Stream);
            entry.Learn(open.Published, outlets);
            (isUnread, isLeft) = (entry.SeenAt < since, !entry.IsPublished(entry.Head, outlets));
        }
        if (isLeft)
            Found?.Invoke(open.Stream, time.GetUtcNow());
        return isUnread;
    }

    /// <summary>Streams that the open index no longer holds have been settled by another instance.</summary>
    /// <param name="listedAt">When the listing began.</param>
    public void Keep(IReadOnlySet<StreamId> open, DateTimeOffset listedAt)
    {
        lock (_gate)
            foreach (var gone in _entries.Where(entry => !open.Contains(entry.Key) && entry.Value.SeenAt < listedAt).Select(entry => entry.Key).ToList())
                _entries.Remove(gone);
    }

    /// <summary>The marks as they stand in the open index; null where the stream has left it.</summary>
    public void Learn(StreamId stream, PublishedMarks? marks)
    {
        lock (_gate)
            if (marks is null)
                _entries.Remove(stream);
            else if (_entries.TryGetValue(stream, out var entry))
                entry.Learn(marks, outlets);
    }

    /// <summary>How far the outlet is behind; null where nothing is left to send, or the stream is none that this process tracks.</summary>
    public Left? LeftFor(StreamId stream, string outlet)
    {
        lock (_gate)
            return !_entries.TryGetValue(stream, out var entry) ? null
                : entry.Published is not { } published ? new Left(null)
                : published[outlet] < entry.Head ? new Left(published[outlet])
                : null;
    }

    public bool IsOwn(StreamId stream, long version)
    {
        lock (_gate)
            return _entries.TryGetValue(stream, out var entry) && entry.Own.Contains(version);
    }

    /// <param name="isTaken">False where nothing was sent, because the fact concerns nobody.</param>
    public void Advance(StreamId stream, string outlet, long version, bool isTaken)
    {
        lock (_gate)
            if (_entries.TryGetValue(stream, out var entry))
                entry.Advance(outlet, version, isTaken);
    }

    /// <summary>What the open index does not know yet, and the version at which the stream may leave it.</summary>
    public (IReadOnlyDictionary<string, long> Marks, long? SettleAt) Due(StreamId stream)
    {
        lock (_gate)
            return _entries.TryGetValue(stream, out var entry)
                ? (entry.Unmarked, entry.RestsAt is { } version && entry.IsPublished(version, outlets) ? version : null)
                : (new Dictionary<string, long>(), null);
    }

    public void Marked(StreamId stream, IReadOnlyDictionary<string, long> marks)
    {
        lock (_gate)
            if (_entries.TryGetValue(stream, out var entry))
                entry.Marked(marks);
    }

    private Entry Track(StreamId stream)
    {
        if (!_entries.TryGetValue(stream, out var entry))
            _entries[stream] = entry = new Entry();
        return entry;
    }

    /// <param name="Published">The version up to which the outlet has all; null where this process does not know: the open index has to say.</param>
    public sealed record Left(long? Published);

    private sealed class Entry
    {
        private readonly HashSet<string> _taken = [];

        public long Head { get; private set; }

        /// <summary>Versions that this process appended.</summary>
        public HashSet<long> Own { get; } = [];

        public long? RestsAt { get; set; }

        public DateTimeOffset SeenAt { get; set; } = DateTimeOffset.MinValue;

        /// <summary>By outlet; null until the open index said so.</summary>
        public Dictionary<string, long>? Published { get; private set; }

        public Dictionary<string, long> Unmarked =>
            Published is null ? [] : _taken.ToDictionary(outlet => outlet, outlet => Published[outlet]);

        public bool IsPublished(long version, IReadOnlyList<string> outlets) =>
            Head <= version && Published is not null && outlets.All(outlet => Published[outlet] >= version);

        public void Raise(long head) => Head = Math.Max(Head, head);

        public void Learn(PublishedMarks marks, IReadOnlyList<string> outlets)
        {
            Published ??= outlets.ToDictionary(outlet => outlet, _ => 0L);
            foreach (var outlet in outlets)
                Published[outlet] = Math.Max(Published[outlet], marks.By(outlet));
        }

        public void Advance(string outlet, long version, bool isTaken)
        {
            if (Published is null || Published[outlet] >= version)
                return;
            Published[outlet] = version;
            if (isTaken)
                _taken.Add(outlet);
            var all = Published.Values.Min();
            Own.RemoveWhere(own => own <= all);
        }

        public void Marked(IReadOnlyDictionary<string, long> marks)
        {
            foreach (var (outlet, version) in marks)
                if (Published![outlet] <= version)
                    _taken.Remove(outlet);
        }
    }
}
