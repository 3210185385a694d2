using System.Numerics;

namespace AksArcJit.Journal.Checkpoints;

/// <summary>
/// That a leaf stands in a log of a size: the siblings on the way from the leaf to the root (RFC 9162, section 2.1.3). Siblings at the
/// ragged right edge are no stored nodes, they are computed from them.
/// </summary>
/// <param name="LeafIndex">From 0, less than <paramref name="TreeSize"/>.</param>
/// <param name="Path">From the leaf upward.</param>
public sealed record InclusionProof(long LeafIndex, long TreeSize, IReadOnlyList<MerkleHash> Path)
{
    /// <summary>The nodes that <see cref="Build"/> asks for. Those at level 0 are leaf hashes (<see cref="CheckpointLeaf.Hash"/>).</summary>
    public static IReadOnlyList<(int Level, long Index)> NodesFor(long leafIndex, long treeSize) =>
        [.. Siblings(leafIndex, treeSize).SelectMany(sibling => Whole(sibling.From, sibling.To))];

    /// <param name="node">The hash of the node at (level, index).</param>
    public static InclusionProof Build(long leafIndex, long treeSize, Func<int, long, MerkleHash> node) => new(leafIndex, treeSize,
    [
        .. Siblings(leafIndex, treeSize).Select(sibling => Whole(sibling.From, sibling.To).Reverse().Select(part => node(part.Level, part.Index))
            .Aggregate((right, left) => MerkleHash.OfNode(left, right))),
    ]);

    /// <summary>RFC 9162, section 2.1.3.2.</summary>
    public bool Proves(MerkleHash leaf, MerkleHash root)
    {
        if (LeafIndex < 0 || LeafIndex >= TreeSize)
            return false;
        var (place, last, hash) = (LeafIndex, TreeSize - 1, leaf);
        foreach (var sibling in Path)
        {
            if (last == 0)
                return false;
            if ((place & 1) == 1 || place == last)
            {
                hash = MerkleHash.OfNode(sibling, hash);
                while ((place & 1) == 0 && place != 0)
                    (place, last) = (place >> 1, last >> 1);
            }
            else
            {
                hash = MerkleHash.OfNode(hash, sibling);
            }
            (place, last) = (place >> 1, last >> 1);
        }
        return last == 0 && hash == root;
    }

    public bool Equals(InclusionProof? other) =>
        other is not null && LeafIndex == other.LeafIndex && TreeSize == other.TreeSize && Path.SequenceEqual(other.Path);

    public override int GetHashCode() => HashCode.Combine(LeafIndex, TreeSize, Path.Count);

    /// <summary>The ranges of leaves beside the way, from the leaf upward.</summary>
    private static Stack<(long From, long To)> Siblings(long leaf, long size)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(leaf);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(leaf, size);
        var (from, to, ranges) = (0L, size, new Stack<(long From, long To)>());
        while (to - from > 1)
        {
            var middle = from + (1L << BitOperations.Log2((ulong)(to - from - 1)));
            ranges.Push(leaf < middle ? (middle, to) : (from, middle));
            (from, to) = leaf < middle ? (from, middle) : (middle, to);
        }
        return ranges;
    }

    /// <summary>The whole subtrees of a range that starts where one as large as its largest may start; left to right.</summary>
    private static IEnumerable<(int Level, long Index)> Whole(long from, long to)
    {
        while (from < to)
        {
            var level = BitOperations.Log2((ulong)(to - from));
            yield return (level, from >> level);
            from += 1L << level;
        }
    }
}
