using AksArcJit.Lifecycle;

namespace AksArcJit.Journal.Verification;

/// <summary>
/// One stream, row by row. While rows follow from each other and lead to the heads that checkpoints hold, nothing of them is kept but the
/// last; from the first that does not, they are kept until a <see cref="ChainDiagnosis"/> can tell what happened.
/// </summary>
/// <param name="coversUntil">Rows dated clearly before then are held by some checkpoint, or no broker ever wrote them.</param>
internal sealed class ChainVerifier(
    StreamId stream, StreamLeaves leaves, DateTimeOffset? coversUntil, UncoveredRows uncovered, Misplacements misplacements, Action<Damage> found)
{
    /// <summary>How far the clocks of brokers and checkpointers may differ before a date counts as false.</summary>
    public static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(5);

    public const string HeldByNone = "No checkpoint holds the row, though later ones were taken: no broker wrote it.";

    public static Damage MadeUp(StreamId stream, long version, DateTimeOffset at) =>
        new Damage.ValueEdited(stream, version, $"The row is dated {at.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC, which no clock shows: brokers read the chain only up to it.");

    private const int MostKept = 50_000;
    private const int MostMissing = 1_000_000;
    private const long MostKeptBytes = 64 * 1024 * 1024;

    private readonly List<StoredRow> _kept = [];
    private ChainPoint _end = ChainPoint.Start;
    private ChainPoint _beforeEnd = ChainPoint.Start;
    private FactRecord? _last;
    private DateTimeOffset? _firstSinceLeaf;
    private long _firstVersionSinceLeaf;
    private int _nextLeaf;
    private long _keptBytes;

    public StreamId Stream => stream;

    public void Take(FactRecord record)
    {
        if (record.Version > leaves.Covered)
            uncovered.Add(record);
        if (_kept.Count == 0 && Follows(record))
            return;
        if (_kept.Count == 0 && _last is not null)
            _kept.Add(StoredRow.Of(_last));
        Keep(StoredRow.Of(record));
    }

    public void TakeUnreadable(long version)
    {
        if (_kept.Count == 0 && _last is not null)
            _kept.Add(StoredRow.Of(_last));
        Keep(StoredRow.Unreadable(version));
    }

    public void Finish()
    {
        if (_kept.Count > 0 || (leaves.Proven is [.., var head] && head.Version > _end.Version))
            Diagnose(isEnd: true);
    }

    private bool Follows(FactRecord record)
    {
        if (record.Version != _end.Version + 1 || record.PreviousHash != _end.Hash
            || record.Hash != HashChain.Hash(_end.Hash, stream, record.Version, record.FactId, record.Kind, record.At, record.Payload.Span))
            return false;
        var hasLeaf = _nextLeaf < leaves.Proven.Count && leaves.Proven[_nextLeaf].Version == record.Version;
        if (hasLeaf && leaves.Proven[_nextLeaf].Head.ToString() != record.Hash)
            return false;
        if (!Timing.IsTime(record.At))
            found(MadeUp(stream, record.Version, record.At));
        else if (record.At < _end.At)
            found(new Damage.ClockMovedBack(stream, record.Version, null, "The row is dated before the row that it follows."));
        if (record.Version > leaves.Covered && coversUntil - record.At > Tolerance)
            found(new Damage.RowInserted(stream, record.Version, HeldByNone));
        if (_firstSinceLeaf is null)
            (_firstSinceLeaf, _firstVersionSinceLeaf) = (record.At, record.Version);
        _beforeEnd = _end;
        (_end, _last) = (new ChainPoint(record.Version, record.Hash, record.At), record);
        while (_nextLeaf < leaves.Proven.Count && leaves.Proven[_nextLeaf].Version <= record.Version)
            Covered(leaves.Proven[_nextLeaf++].Source);
        return true;
    }

    /// <summary>All rows up to here are what a checkpoint holds; they may still be dated as they cannot have been.</summary>
    private void Covered(LeafSource source)
    {
        if (_firstSinceLeaf is { } first && source.Before - first > Tolerance)
            found(new Damage.ClockMovedBack(stream, _firstVersionSinceLeaf, null,
                $"The row is dated {first.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC; checkpoint {source.Number} is the first to hold it, though the one before covers that time."));
        if (_end.At > source.At && Timing.IsTime(_end.At))
            found(new Damage.ClockMovedBack(stream, _end.Version, source.Number, "It is dated before a row that it holds."));
        _firstSinceLeaf = null;
    }

    private void Keep(StoredRow row)
    {
        _kept.Add(row);
        _keptBytes += row.Record?.Payload.Length ?? 0;
        if (_kept.Count >= MostKept || _keptBytes > MostKeptBytes)
            Diagnose(isEnd: false);
    }

    private void Diagnose(bool isEnd)
    {
        var from = _kept.Count > 0 && _last is not null ? _beforeEnd : _end;
        var proven = leaves.Proven.Where(leaf => leaf.Version > from.Version).ToList();
        // Nobody lost so many rows: such a number is made to keep a verifier busy.
        if (proven is [.., var furthest] && furthest.Version - from.Version > _kept.Count + MostMissing)
        {
            found(new Damage.TailTruncated(stream, from.Version + _kept.Count + 1, furthest.Version, furthest.Source.Number));
            proven.RemoveAll(leaf => leaf.Version - from.Version > _kept.Count + MostMissing);
        }
        if (!isEnd)
            proven.RemoveAll(leaf => leaf.Version > _kept.Max(row => row.Place));
        var trusted = leaves.Proven.Where(leaf => leaf.Version <= from.Version).Select(leaf => leaf.Version).DefaultIfEmpty(0).Max();
        var told = _end.Version;
        _end = new ChainDiagnosis(stream, from, told, trusted, proven, _kept, isEnd, misplacements, found).Run();
        foreach (var row in _kept.Where(row => row.IsSealed && row.Version > told && row.Version > leaves.Covered && coversUntil - row.At > Tolerance && row.Version <= _end.Version))
            found(new Damage.RowInserted(stream, row.Version, HeldByNone));
        _kept.Clear();
        _keptBytes = 0;
        (_last, _firstSinceLeaf) = (null, null);
        while (_nextLeaf < leaves.Proven.Count && leaves.Proven[_nextLeaf].Version <= _end.Version)
            _nextLeaf++;
    }
}

/// <summary>Where a chain stands after a row.</summary>
internal readonly record struct ChainPoint(long Version, string Hash, DateTimeOffset At)
{
    public static ChainPoint Start { get; } = new(0, HashChain.Start, DateTimeOffset.MinValue);
}
