using AksArcJit.Journal.Checkpoints;

namespace AksArcJit.Journal.Verification;

/// <summary>
/// What the checkpoints hold of each stream, in memory: about 60 bytes a leaf and 100 a stream, nothing a fact.
/// </summary>
internal sealed class LeafBook
{
    private readonly Dictionary<StreamId, StreamLeaves> _streams = [];

    /// <summary>Streams that have leaves and were not taken yet.</summary>
    public IEnumerable<(StreamId Stream, StreamLeaves Leaves)> Remaining => _streams.Select(entry => (entry.Key, entry.Value));

    /// <returns>False where the stream goes back: an earlier leaf holds a later version.</returns>
    public bool Add(CheckpointLeaf leaf, LeafSource source)
    {
        if (!_streams.TryGetValue(leaf.Stream, out var leaves))
            _streams.Add(leaf.Stream, leaves = new StreamLeaves());
        var goesOn = leaf.Version >= leaves.Covered;
        leaves.Covered = Math.Max(leaves.Covered, leaf.Version);
        if (goesOn && source.IsProven && MerkleHash.TryParse(leaf.HeadHash, out var head))
            leaves.Proven.Add(new ProvenLeaf(leaf.Version, head, source));
        return goesOn;
    }

    /// <summary>Each stream's leaves are asked for once.</summary>
    public StreamLeaves Take(StreamId stream) => _streams.Remove(stream, out var leaves) ? leaves : StreamLeaves.None;
}

internal sealed class StreamLeaves
{
    public static StreamLeaves None { get; } = new();

    /// <summary>The highest version of any leaf, those of damaged checkpoints included; 0 for none.</summary>
    public long Covered { get; set; }

    /// <summary>By version.</summary>
    public List<ProvenLeaf> Proven { get; } = [];
}

/// <param name="Head">The hash of that version.</param>
internal readonly record struct ProvenLeaf(long Version, MerkleHash Head, LeafSource Source);

/// <summary>A checkpoint, as far as its leaves need it.</summary>
/// <param name="IsProven">Signed by a known key (or anchored), and its leaves are those that it was signed over.</param>
/// <param name="Before">What those before this one cover for certain; null for nothing.</param>
internal sealed record LeafSource(long Number, DateTimeOffset At, DateTimeOffset? Before, bool IsProven);
