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

    private readonly List<StoredRow> kept = [];
    private ChainPoint end = ChainPoint.Start;
    private ChainPoint beforeEnd = ChainPoint.Start;
    private FactRecord? last;
    private DateTimeOffset? firstSinceLeaf;
    private long firstVersionSinceLeaf;
    private int nextLeaf;
    private long keptBytes;

    public StreamId Stream => stream;

    public void Take(FactRecord record)
    {
        if (record.Version > leaves.Covered)
            uncovered.Add(record);
        if (kept.Count == 0 && Follows(record))
            return;
        if (kept.Count == 0 && last is not null)
            kept.Add(StoredRow.Of(last));
        Keep(StoredRow.Of(record));
    }

    public void TakeUnreadable(long version)
    {
        if (kept.Count == 0 && last is not null)
            kept.Add(StoredRow.Of(last));
        Keep(StoredRow.Unreadable(version));
    }

    public void Finish()
    {
        if (kept.Count > 0 || (leaves.Proven is [.., var head] && head.Version > end.Version))
            Diagnose(isEnd: true);
    }

    private bool Follows(FactRecord record)
    {
        if (record.Version != end.Version + 1 || record.PreviousHash != end.Hash
            || record.Hash != HashChain.Hash(end.Hash, stream, record.Version, record.FactId, record.Kind, record.At, record.Payload.Span))
            return false;
        var hasLeaf = nextLeaf < leaves.Proven.Count && leaves.Proven[nextLeaf].Version == record.Version;
        if (hasLeaf && leaves.Proven[nextLeaf].Head.ToString() != record.Hash)
            return false;
        if (!Timing.IsTime(record.At))
            found(MadeUp(stream, record.Version, record.At));
        else if (record.At < end.At)
            found(new Damage.ClockMovedBack(stream, record.Version, null, "The row is dated before the row that it follows."));
        if (record.Version > leaves.Covered && coversUntil - record.At > Tolerance)
            found(new Damage.RowInserted(stream, record.Version, HeldByNone));
        if (firstSinceLeaf is null)
            (firstSinceLeaf, firstVersionSinceLeaf) = (record.At, record.Version);
        beforeEnd = end;
        (end, last) = (new ChainPoint(record.Version, record.Hash, record.At), record);
        while (nextLeaf < leaves.Proven.Count && leaves.Proven[nextLeaf].Version <= record.Version)
            Covered(leaves.Proven[nextLeaf++].Source);
        return true;
    }

    /// <summary>All rows up to here are what a checkpoint holds; they may still be dated as they cannot have been.</summary>
    private void Covered(LeafSource source)
    {
        if (firstSinceLeaf is { } first && source.Before - first > Tolerance)
            found(new Damage.ClockMovedBack(stream, firstVersionSinceLeaf, null,
                $"The row is dated {first.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC; checkpoint {source.Number} is the first to hold it, though the one before covers that time."));
        if (end.At > source.At && Timing.IsTime(end.At))
            found(new Damage.ClockMovedBack(stream, end.Version, source.Number, "It is dated before a row that it holds."));
        firstSinceLeaf = null;
    }

    private void Keep(StoredRow row)
    {
        kept.Add(row);
        keptBytes += row.Record?.Payload.Length ?? 0;
        if (kept.Count >= MostKept || keptBytes > MostKeptBytes)
            Diagnose(isEnd: false);
    }

    private void Diagnose(bool isEnd)
    {
        var from = kept.Count > 0 && last is not null ? beforeEnd : end;
        var proven = leaves.Proven.Where(leaf => leaf.Version > from.Version).ToList();
        // Nobody lost so many rows: such a number is made to keep a verifier busy.
        if (proven is [.., var furthest] && furthest.Version - from.Version > kept.Count + MostMissing)
        {
            found(new Damage.TailTruncated(stream, from.Version + kept.Count + 1, furthest.Version, furthest.Source.Number));
            proven.RemoveAll(leaf => leaf.Version - from.Version > kept.Count + MostMissing);
        }
        if (!isEnd)
            proven.RemoveAll(leaf => leaf.Version > kept.Max(row => row.Place));
        var trusted = leaves.Proven.Where(leaf => leaf.Version <= from.Version).Select(leaf => leaf.Version).DefaultIfEmpty(0).Max();
        var told = end.Version;
        end = new ChainDiagnosis(stream, from, told, trusted, proven, kept, isEnd, misplacements, found).Run();
        foreach (var row in kept.Where(row => row.IsSealed && row.Version > told && row.Version > leaves.Covered && coversUntil - row.At > Tolerance && row.Version <= end.Version))
            found(new Damage.RowInserted(stream, row.Version, HeldByNone));
        kept.Clear();
        keptBytes = 0;
        (last, firstSinceLeaf) = (null, null);
        while (nextLeaf < leaves.Proven.Count && leaves.Proven[nextLeaf].Version <= end.Version)
            nextLeaf++;
    }
}

/// <summary>Where a chain stands after a row.</summary>
internal readonly record struct ChainPoint(long Version, string Hash, DateTimeOffset At)
{
    public static ChainPoint Start { get; } = new(0, HashChain.Start, DateTimeOffset.MinValue);
}
