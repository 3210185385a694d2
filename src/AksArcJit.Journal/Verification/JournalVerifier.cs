using AksArcJit.Journal.Checkpoints;
using AksArcJit.Lifecycle.Requests;

namespace AksArcJit.Journal.Verification;

/// <summary>
/// Verifies a journal as it is read: all checkpoints first, then the rows, stream by stream, each by version. So read, nothing that is
/// appended meanwhile looks like damage. Its memory follows the number of streams and of their checkpointed heads, not that of facts.
/// </summary>
public sealed class JournalVerifier : IDisposable
{
    private readonly Action<Damage> _found;
    private readonly Anchor? _anchor;
    private readonly LeafBook _book = new();
    private readonly CheckpointVerifier _checkpoints;
    private readonly Misplacements _misplacements;
    private readonly Dictionary<StreamId, ChainEnd> _ends = [];
    private readonly HashSet<StreamId> _damaged = [];
    private readonly SortedDictionary<string, long> _unknown = new(StringComparer.Ordinal);
    private readonly HashSet<string> _kinds = [.. FactText.Kinds];
    private ChainVerifier? _chain;
    private UncoveredRows? _uncovered;
    private ChainEnd _end;
    private long _facts, _damages, _streams;

    /// <param name="anchor">Read before the journal is; null for none.</param>
    /// <param name="trusted">Public keys known from elsewhere, of every key that ever signed; empty for none. The caller disposes them.</param>
    /// <param name="found">Told of each damage once, as soon as it is certain.</param>
    public JournalVerifier(Anchor? anchor, IReadOnlyList<CheckpointKey> trusted, Action<Damage> found)
    {
        _anchor = anchor;
        _found = damage =>
        {
            _damages++;
            if (damage.Stream is { } stream)
                _damaged.Add(stream);
            found(damage);
        };
        _checkpoints = new CheckpointVerifier(anchor, trusted, _book.Add, _found);
        _misplacements = new Misplacements(_found);
        foreach (var damage in anchor?.Damages ?? [])
            _found(damage);
    }

    /// <summary>Anything at all was read of the journal.</summary>
    public bool HasRead => _facts > 0 || _checkpoints.Count > 0 || _damages > (_anchor?.Damages.Count ?? 0);

    public void Take(JournalRow row)
    {
        switch (row)
        {
            case JournalRow.Checkpoint(var stored) when _streams == 0:
                _checkpoints.Take(stored);
                break;
            case JournalRow.Checkpoint(var stored):
                _found(new Damage.NotReadable("Among the facts", null, null, stored.Signed.Checkpoint.Number, "Checkpoints stand before all facts."));
                break;
            case JournalRow.Fact(var record):
                Of(record.Stream)?.Take(record);
                _end = new ChainEnd(record.Version, MerkleHash.TryParse(record.Hash, out var hash) ? hash : default, StateName.After(_end.State, record.Kind));
                Count(record);
                break;
            case JournalRow.Unreadable unreadable:
                _found(new Damage.NotReadable(unreadable.Where, unreadable.Stream, unreadable.Version, unreadable.Number, unreadable.Why));
                if (unreadable.Number is not null)
                    _checkpoints.TakeUnreadable(unreadable.Number);
                if (unreadable is { Stream: { } stream, Version: { } version })
                    Of(stream)?.TakeUnreadable(version);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(row));
        }
    }

    /// <summary>Damage that was found in rows which no hash covers.</summary>
    public void Tell(Damage damage) => _found(damage);

    /// <summary>Something was found in its rows already.</summary>
    public bool IsDamaged(StreamId stream) => _damaged.Contains(stream);

    /// <summary>Once all rows are read: gives each end once. Null where the stream had no row, or was given before.</summary>
    public ChainEnd? TakeEnd(StreamId stream)
    {
        Close();
        return _ends.Remove(stream, out var known) ? known : null;
    }

    /// <summary>Streams whose ends were not taken yet.</summary>
    public IEnumerable<StreamId> RemainingEnds => _ends.Keys;

    /// <param name="isWhole">All streams were read, so that one which is missing was removed.</param>
    public VerificationReport Finish(bool isWhole)
    {
        Close();
        if (isWhole)
        {
            foreach (var (stream, leaves) in _book.Remaining)
                if (leaves.Proven is [.., var head])
                    _found(new Damage.RequestRemoved(stream, head.Version, head.Source.Number));
            _checkpoints.Finish(Uncovered);
        }
        _misplacements.Finish();
        return new VerificationReport(_streams, _facts, _checkpoints.Count, _damages, _unknown, Horizon(), [.. NotExcluded(isWhole)]);
    }

    /// <summary>In place of <see cref="Finish"/> where only the checkpoints were read, all of them: the facts are left aside.</summary>
    public VerificationReport FinishCheckpoints()
    {
        _checkpoints.Finish(null);
        return new VerificationReport(0, 0, _checkpoints.Count, _damages, _unknown, Horizon(), [.. NotExcluded(isWhole: true), "Only the checkpoints were read, no fact."]);
    }

    /// <summary>In place of <see cref="Finish"/> where reading broke off: what was found until then stands, the stream at the break is left aside.</summary>
    public VerificationReport Abandon()
    {
        _misplacements.Finish();
        return new VerificationReport(_streams, _facts, _checkpoints.Count, _damages, _unknown, Horizon(), [.. NotExcluded(isWhole: true), "Reading broke off: what was not read, nobody knows."]);
    }

    public void Dispose() => _checkpoints.Dispose();

    /// <summary>Known when all checkpoints are read.</summary>
    private UncoveredRows Uncovered => _uncovered ??= new UncoveredRows(_checkpoints.MissingAt);

    private ChainVerifier? Of(StreamId stream)
    {
        if (_chain?.Stream == stream)
            return _chain;
        Close();
        _end = new ChainEnd(0, default, "");
        if (!_ends.TryAdd(stream, _end))
        {
            _found(new Damage.RowInserted(stream, 0, "Rows of the stream stand apart from its others."));
            return null;
        }
        _streams++;
        return _chain = new ChainVerifier(stream, _book.Take(stream), _checkpoints.CoversUntil, Uncovered, _misplacements, _found);
    }

    private void Close()
    {
        _chain?.Finish();
        if (_chain is not null)
            _ends[_chain.Stream] = _end;
        _chain = null;
    }

    private void Count(FactRecord record)
    {
        _facts++;
        // A row whose hash does not hold was altered: its kind is nobody's word.
        if (!_kinds.Contains(record.Kind) && StoredRow.Of(record).IsSealed && (_unknown.ContainsKey(record.Kind) || _unknown.Count < 100))
            _unknown[record.Kind] = _unknown.GetValueOrDefault(record.Kind) + 1;
    }

    private Horizon? Horizon() => _checkpoints.NewestSound is { Checkpoint: var sound }
        ? new Horizon(sound.Number, sound.At, sound.CoversUntil, _checkpoints.NewestAnchored, sound.KeyId)
        : null;

    private IEnumerable<string> NotExcluded(bool isWhole)
    {
        if (_checkpoints.NewestSound is null)
            yield return "There is no checkpoint: chains cut off at their end, rewritten whole or removed, and a store restored from an older backup, cannot be seen.";
        else if (_anchor is null)
            yield return "There is no anchor: the removal of the newest checkpoints together with what they alone hold, and a store restored from an older backup, cannot be seen.";
        else if (_checkpoints.NewestAnchored is null)
            yield return "No checkpoint of this journal is in the anchor.";
        else if (_anchor.Begun is var (number, _, _) && number > 1)
            yield return $"The anchor begins with checkpoint {number}: a store that was restored, or rewritten, before that one was taken cannot be seen.";
        else if (_anchor.Begun is { AnchoredAt: { } late } begun && late - begun.At > ChainVerifier.Tolerance)
            yield return $"The anchor was begun on {late.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC with a checkpoint of {begun.At.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC: it is younger than the journal, "
                + "or was emptied and filled again. A store that was restored, or rewritten, before then cannot be seen.";
        if (_checkpoints is { TrustsAnyKey: true, NewestSound: not null })
            yield return "Neither a key nor an anchor was given: checkpoints made anew with another key cannot be seen.";
        if (!isWhole)
            yield return "This is a selection of streams: whether others are missing or damaged cannot be seen.";
    }
}
