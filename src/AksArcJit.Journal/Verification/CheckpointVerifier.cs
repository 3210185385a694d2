using AksArcJit.Journal.Checkpoints;

namespace AksArcJit.Journal.Verification;

/// <summary>Follows the checkpoints from the first on: numbers, signatures, links, times, and that the leaves lead to the signed roots.</summary>
/// <param name="add">Told of each leaf; false where its stream goes back: an earlier leaf holds a later version.</param>
/// <param name="trusted">Keys known from elsewhere; where there are none, those of the anchor; where there is none, each checkpoint's own.</param>
internal sealed class CheckpointVerifier(Anchor? anchor, IReadOnlyList<CheckpointKey> trusted, Func<CheckpointLeaf, LeafSource, bool> add, Action<Damage> found) : IDisposable
{
    private readonly Dictionary<string, CheckpointKey> _keys = trusted.DistinctBy(key => key.Id).ToDictionary(key => key.Id);
    private readonly Dictionary<string, CheckpointKey> _own = [];
    private readonly HashSet<long> _unreadable = [];
    private List<MerkleFrontier> _edges = [MerkleFrontier.Empty];
    private SignedCheckpoint? _previous;
    private bool _previousIsSound = true;
    private bool _isRestored;
    private bool _isWhole = true;

    public long Count { get; private set; }

    /// <summary>The number of the last that stands in the store, sound or not.</summary>
    public long Newest { get; private set; }

    /// <summary>Signed as it should be, over the leaves that it has.</summary>
    public SignedCheckpoint? NewestSound { get; private set; }

    public long? NewestAnchored { get; private set; }

    /// <summary>Every fact dated until then is held by a leaf; null where none need be.</summary>
    public DateTimeOffset? CoversUntil { get; private set; }

    /// <summary>No key and no anchor says whose signatures these should be.</summary>
    public bool TrustsAnyKey => _keys.Count == 0 && anchor is not { Count: > 0 };

    public void TakeUnreadable(long? number)
    {
        _isWhole = false;
        if (number is { } known)
            _unreadable.Add(known);
    }

    public void Take(StoredCheckpoint stored)
    {
        Count++;
        var signed = stored.Signed;
        var checkpoint = signed.Checkpoint;
        if (checkpoint.Number <= Newest)
        {
            Fail(new Damage.CheckpointAltered(checkpoint.Number, $"It stands after checkpoint {Newest}."));
            return;
        }
        var follows = checkpoint.Number == Newest + 1;
        if (!follows)
            Gap(Newest + 1, checkpoint.Number - 1);
        var seal = Seal(signed, follows);
        var appended = _edges.Select(edge => edge.Append(stored.Leaves.Select(leaf => leaf.Hash))).ToList();
        var edge = appended.Select(one => one.Frontier).ToList();
        var leads = edge.Contains(checkpoint.Frontier);
        if (seal is not null)
            Fail(seal);
        else if (_edges.Count > 0 && !leads)
            Fail(new Damage.CheckpointAltered(checkpoint.Number, "Its leaves do not lead to the root that was signed."));
        else if (_edges.Count == 0)
            _isWhole = false;
        else
        {
            Times(checkpoint);
            // No signature covers them; a proof that is made from false ones fails.
            if (stored.Nodes is { } nodes && !nodes.ToHashSet().SetEquals(appended[edge.IndexOf(checkpoint.Frontier)].Nodes))
                found(new Damage.IndexAltered(null, checkpoint.Number, "Its interior nodes are not those that its leaves complete: proofs made from them fail."));
        }

        var isSound = seal is null;
        var source = new LeafSource(checkpoint.Number, checkpoint.At, CoversUntil, isSound && leads);
        foreach (var leaf in stored.Leaves)
            if (!add(leaf, source) && source.IsProven)
                found(new Damage.StoreRestored(checkpoint.Number, $"It holds {leaf.Stream} at row {leaf.Version}, though an earlier checkpoint holds a later row."));
        _edges = isSound ? [checkpoint.Frontier] : [.. edge, checkpoint.Frontier];
        (_previous, _previousIsSound, Newest) = (signed, isSound, checkpoint.Number);
        if (source.IsProven)
            NewestSound = signed;
        // A damaged checkpoint may have held any row dated since the one before it; those prove nothing by being nowhere else.
        if (_isWhole)
            CoversUntil = checkpoint.CoversUntil;
    }

    /// <summary>When the first checkpoint was taken that the anchor holds after the store's last; null where there is none.</summary>
    public DateTimeOffset? MissingAt => anchor?.FirstAfter(Newest)?.Entry.At;

    /// <summary>Once all is read: what the anchor knows and the store does not.</summary>
    /// <param name="uncovered">Null where no rows were read.</param>
    public void Finish(UncoveredRows? uncovered)
    {
        // A store that went on from an older state has been named at the first checkpoint that differs.
        if (anchor?.FirstAfter(Newest) is not var (number, entry) || _unreadable.Contains(number) || _isRestored)
            return;
        if (uncovered is null)
            found(new Damage.CheckpointDropped(number, anchor.Newest, " The anchor holds what the store does not: the store is an older one, or its end was taken from it. A verification of the facts tells which."));
        else if (Holds(uncovered, number, entry))
            found(new Damage.CheckpointDropped(number, anchor.Newest));
        else
            found(new Damage.StoreRestored(number, $"It is anchored with a date of {entry.At.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC and missing here, as are the facts that it held: the store is an older one."));
    }

    /// <summary>Whether the facts stand that the missing checkpoint held: rows of about its time, and, where it is the very next, one of each of its streams.</summary>
    private bool Holds(UncoveredRows uncovered, long number, Anchor.Entry missing) =>
        uncovered.Newest >= missing.At - ChainVerifier.Tolerance
        && (number != Newest + 1 || uncovered.Streams >= missing.TreeSize - (_previous?.Checkpoint.TreeSize ?? 0));

    public void Dispose()
    {
        foreach (var key in _own.Values)
            key.Dispose();
    }

    private void Gap(long first, long last)
    {
        _isWhole = false;
        if (!_unreadable.Contains(first))
            found(new Damage.CheckpointDropped(first, last));
        (_edges, _previous) = ([], null);
    }

    private void Fail(Damage damage)
    {
        _isWhole = false;
        // A store that went on from an older state differs from the anchor in every checkpoint since; the first says it.
        if (damage is not Damage.StoreRestored || !_isRestored)
            found(damage);
        _isRestored |= damage is Damage.StoreRestored;
    }

    /// <summary>Whether this is the checkpoint that was once signed here: null where it is.</summary>
    private Damage? Seal(SignedCheckpoint signed, bool follows)
    {
        var checkpoint = signed.Checkpoint;
        var number = checkpoint.Number;
        var anchored = anchor?.Find(number);
        var key = KeyOf(checkpoint);
        var holds = key is not null && signed.IsSignedBy(key);
        if (key is null)
            return new Damage.CheckpointResigned(number, $"It is signed with key {Short(checkpoint.KeyId)}, which is none of those trusted.");
        if (!holds)
            return new Damage.CheckpointAltered(number, anchored?.Hash == signed.Hash ? "Its signature was altered." : "Its signature does not hold for its text.");
        if (anchored is not null && anchored.Hash != signed.Hash)
            return new Damage.StoreRestored(number, "Another checkpoint of this number, signed with a trusted key, is anchored: the store went on from an older state, or the key is in other hands.");
        if (anchored is not null)
            NewestAnchored = number;
        if (_previous is not null && checkpoint.Log != _previous.Checkpoint.Log)
            return new Damage.CheckpointAltered(number, $"It belongs to '{checkpoint.Log}', the one before to '{_previous.Checkpoint.Log}'.");
        if (follows && anchored is null && _previousIsSound && checkpoint.Previous != (_previous?.Hash ?? default))
            return _previous is not null && _previous.Checkpoint.KeyId != checkpoint.KeyId
                ? new Damage.CheckpointResigned(number, "It does not follow from the checkpoint before it, and another key signed it.")
                : new Damage.CheckpointAltered(number, "It does not follow from the checkpoint before it.");
        return null;
    }

    private CheckpointKey? KeyOf(Checkpoint checkpoint)
    {
        if (_keys.TryGetValue(checkpoint.KeyId, out var known))
            return known;
        if (_keys.Count > 0 || (anchor is { Count: > 0 } && !anchor.Keys.ContainsKey(checkpoint.KeyId)))
            return null;
        if (_own.TryGetValue(checkpoint.KeyId, out var key))
            return key;
        try
        {
            return _own[checkpoint.KeyId] = CheckpointKey.Of(checkpoint.PublicKey.Span);
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private void Times(Checkpoint checkpoint)
    {
        if (_previous is not null && (checkpoint.At < _previous.Checkpoint.At || checkpoint.CoversUntil < _previous.Checkpoint.CoversUntil))
            found(new Damage.ClockMovedBack(null, null, checkpoint.Number, "It is dated before the checkpoint that it follows."));
    }

    private static string Short(string keyId) => keyId[..16];
}
