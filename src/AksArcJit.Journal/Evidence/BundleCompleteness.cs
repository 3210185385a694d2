using AksArcJit.Journal.Checkpoints;
using AksArcJit.Journal.Verification;

namespace AksArcJit.Journal.Evidence;

/// <summary>
/// Holds a bundle against the log of all checkpoints, read from the first on, and so tells what no proof in a bundle can: that its chains
/// went no further, and that no row was added to them. The log is verified on the way; of its leaves none is kept, so that the memory follows
/// the bundle and not the log.
/// </summary>
public sealed class BundleCompleteness : IDisposable
{
    private readonly SignedCheckpoint? _own;
    private readonly Dictionary<StreamId, Chain> _chains;
    private readonly CheckpointVerifier _checkpoints;
    private readonly Action<Damage> _found;
    private bool _hasOwn;
    private long _damages;

    /// <param name="anchor">Read before the log is; null for none.</param>
    /// <param name="trusted">Public keys known from elsewhere, of every key that ever signed; empty for none. The caller disposes them.</param>
    /// <param name="found">Told of each damage once.</param>
    public BundleCompleteness(BundleVerdict bundle, Anchor? anchor, IReadOnlyList<CheckpointKey> trusted, Action<Damage> found)
    {
        _found = damage =>
        {
            _damages++;
            found(damage);
        };
        _own = bundle.Checkpoint;
        _chains = bundle.Read.ToDictionary(stream => stream.Stream, stream => new Chain(stream));
        _checkpoints = new CheckpointVerifier(anchor, trusted, Add, _found);
    }

    /// <summary>Checkpoints that were read.</summary>
    public long Count => _checkpoints.Count;

    /// <summary>No key and no anchor says whose signatures these should be.</summary>
    public bool TrustsAnyKey => _checkpoints.TrustsAnyKey;

    /// <param name="row">Facts, which an export holds after the checkpoints, are passed over.</param>
    public void Take(JournalRow row)
    {
        switch (row)
        {
            case JournalRow.Checkpoint(var stored):
                Compare(stored.Signed);
                _checkpoints.Take(stored);
                break;
            case JournalRow.Unreadable { Stream: null } unreadable:
                _found(new Damage.NotReadable(unreadable.Where, null, null, unreadable.Number, unreadable.Why));
                _checkpoints.TakeUnreadable(unreadable.Number);
                break;
        }
    }

    /// <summary>Once the whole log is read: names what the bundle lacks.</summary>
    /// <returns>Null where anything is damaged, or there is no checkpoint.</returns>
    public Completeness? Finish()
    {
        _checkpoints.Finish(null);
        if (_own is not null && _own.Checkpoint.Number > _checkpoints.Newest)
            _found(new Damage.CheckpointDropped(_checkpoints.Newest + 1, _own.Checkpoint.Number,
                " The bundle holds what the log does not: the log is an older one, or its end was taken from it."));
        foreach (var chain in _chains.Values)
            chain.Finish(_checkpoints.CoversUntil, _found);
        return _damages == 0 && _checkpoints.NewestSound is { Checkpoint: var newest } && (_own is null || _hasOwn)
            ? new Completeness(newest.Number, newest.At, newest.CoversUntil, _checkpoints.NewestAnchored)
            : null;
    }

    public void Dispose() => _checkpoints.Dispose();

    private void Compare(SignedCheckpoint signed)
    {
        if (signed.Checkpoint.Number != _own?.Checkpoint.Number)
            return;
        _hasOwn = signed.Hash == _own.Hash;
        if (!_hasOwn)
            _found(new Damage.StoreRestored(signed.Checkpoint.Number,
                "The log holds another checkpoint of this number than the bundle: the store went on from an older state, or one of the two is forged."));
    }

    private bool Add(CheckpointLeaf leaf, LeafSource source) => !_chains.TryGetValue(leaf.Stream, out var chain) || chain.Add(leaf, source, _found);

    /// <summary>A chain of the bundle, and what the log says of it.</summary>
    private sealed class Chain(ProvenStream bundled)
    {
        private long _agreed, _covered;
        private (long Last, LeafSource By)? _beyond;
        private bool _isRewritten;

        /// <inheritdoc cref="CheckpointVerifier(Anchor?, IReadOnlyList{CheckpointKey}, Func{CheckpointLeaf, LeafSource, bool}, Action{Damage})"/>
        public bool Add(CheckpointLeaf leaf, LeafSource source, Action<Damage> found)
        {
            var goesOn = leaf.Version >= _covered;
            _covered = Math.Max(_covered, leaf.Version);
            if (!source.IsProven)
                return goesOn;
            if (leaf.Version > bundled.Version)
                _beyond = (Math.Max(_beyond?.Last ?? 0, leaf.Version), _beyond?.By ?? source);
            // A row that the bundle lacks breaks its chain, which is told already.
            else if (bundled.Records.FirstOrDefault(record => record.Version == leaf.Version) is not { } row)
                return goesOn;
            else if (row.Hash == leaf.HeadHash)
                _agreed = Math.Max(_agreed, leaf.Version);
            else if (!_isRewritten)
            {
                _isRewritten = true;
                found(new Damage.ChainRewritten(bundled.Stream, _agreed + 1, leaf.Version, source.Number));
            }
            return goesOn;
        }

        /// <param name="coversUntil">Rows dated clearly before then are held by some checkpoint, or no broker ever wrote them; null for none.</param>
        public void Finish(DateTimeOffset? coversUntil, Action<Damage> found)
        {
            foreach (var row in bundled.Records.Where(record => record.Version > _covered && coversUntil - record.At > ChainVerifier.Tolerance))
                found(new Damage.RowInserted(bundled.Stream, row.Version, ChainVerifier.HeldByNone));
            if (_beyond is var (last, by))
                found(new Damage.TailTruncated(bundled.Stream, bundled.Version + 1, last, by.Number,
                    $" The bundle was cut back, or made before that checkpoint was taken ({by.At.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC): fetch it anew."));
        }
    }
}

/// <summary>That nothing of a bundle's chains is recorded later than what it holds.</summary>
/// <param name="Checkpoint">The newest of the log: what came after it is not known.</param>
/// <param name="At">UTC, when it was taken.</param>
/// <param name="CoversUntil">UTC: every fact recorded until then is in the log.</param>
/// <param name="AnchoredCheckpoint">The newest that was found in the anchor as well; null without one.</param>
public sealed record Completeness(long Checkpoint, DateTimeOffset At, DateTimeOffset CoversUntil, long? AnchoredCheckpoint);
