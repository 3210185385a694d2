using AksArcJit.Journal.Checkpoints;

namespace AksArcJit.Journal.Verification;

/// <summary>
/// The checkpoints as they are known from outside the journal. It is read before the journal is: a checkpoint is stored first and
/// anchored then, so one that is anchored and not stored was taken away.
/// </summary>
public sealed class Anchor
{
    private readonly SortedDictionary<long, Entry> _entries = [];
    private readonly Dictionary<string, byte[]> _keys = [];
    private readonly List<Damage> _damages = [];

    public long Count => _entries.Count;

    /// <summary>0 where it is empty.</summary>
    public long Newest { get; private set; }

    /// <summary>What is wrong with the anchor itself (<see cref="AnchorChain"/>), at most <see cref="MostDamages"/> of it.</summary>
    public IReadOnlyList<Damage> Damages => _damages;

    public const int MostDamages = 1000;

    /// <summary>Its first line: the checkpoint's number, when that was taken, and when it was anchored, where that is known.</summary>
    public (long Number, DateTimeOffset At, DateTimeOffset? AnchoredAt) Begun { get; private set; }

    /// <summary>SubjectPublicKeyInfo of each key that signed, by its id.</summary>
    internal IReadOnlyDictionary<string, byte[]> Keys => _keys;

    /// <summary>Of two that bear one number the first stands: an anchor is appended to, never changed. A repetition is none.</summary>
    /// <param name="at">UTC, when it was anchored; null where that is not known.</param>
    /// <returns>False where another checkpoint of this number stands already.</returns>
    public bool Add(SignedCheckpoint signed, DateTimeOffset? at = null)
    {
        var checkpoint = signed.Checkpoint;
        if (Count == 0)
            Begun = (checkpoint.Number, checkpoint.At, at);
        _keys.TryAdd(checkpoint.KeyId, checkpoint.PublicKey.ToArray());
        Newest = Math.Max(Newest, checkpoint.Number);
        return _entries.TryAdd(checkpoint.Number, new Entry(signed.Hash, checkpoint.At, checkpoint.TreeSize)) || _entries[checkpoint.Number].Hash == signed.Hash;
    }

    internal void Tell(Damage damage)
    {
        if (_damages.Count < MostDamages)
            _damages.Add(damage);
    }

    /// <summary>Whether this very checkpoint is anchored; null where none of its number is.</summary>
    public bool? Holds(SignedCheckpoint signed) => Find(signed.Checkpoint.Number) is { } entry ? entry.Hash == signed.Hash : null;

    /// <summary>The keys that signed what is anchored: as trustworthy as the anchor is. The caller disposes them.</summary>
    /// <exception cref="FormatException">An anchored checkpoint names a key that is none.</exception>
    public IReadOnlyList<CheckpointKey> CreateKeys() => [.. _keys.Values.Select(key => CheckpointKey.Of(key))];

    internal Entry? Find(long number) => _entries.TryGetValue(number, out var entry) ? entry : null;

    /// <summary>The first anchored number above this one.</summary>
    internal (long Number, Entry Entry)? FirstAfter(long number) =>
        _entries.Where(entry => entry.Key > number).Select(entry => ((long, Entry)?)(entry.Key, entry.Value)).FirstOrDefault();

    /// <param name="Hash">Of the checkpoint's body.</param>
    internal sealed record Entry(MerkleHash Hash, DateTimeOffset At, long TreeSize);
}
