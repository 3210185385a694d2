using System.Numerics;

namespace AksArcJit.Journal.Checkpoints;

/// <summary>
/// The right edge of the Merkle log: the roots of its whole subtrees, largest first, one for each bit set in its size. All that appending
/// needs, so that the cost of a checkpoint follows what it appends and never the size of the log.
/// </summary>
/// <param name="Size">Leaves, from 0.</param>
public sealed record MerkleFrontier(long Size, IReadOnlyList<MerkleHash> Hashes)
{
    public static MerkleFrontier Empty { get; } = new(0, []);

    /// <summary>False where the number of hashes is not that of the bits set in the size.</summary>
    public bool IsSound => Size >= 0 && Hashes.Count == BitOperations.PopCount((ulong)Size);

    public MerkleHash Root
    {
        get
        {
            if (Hashes.Count == 0)
                return MerkleHash.Empty;
            var root = Hashes[^1];
            for (var i = Hashes.Count - 2; i >= 0; i--)
                root = MerkleHash.OfNode(Hashes[i], root);
            return root;
        }
    }

    /// <summary>The edge after the leaves, and the interior nodes that they complete: those at level 1 and above, in the order of completion.</summary>
    public (MerkleFrontier Frontier, IReadOnlyList<MerkleNode> Nodes) Append(IEnumerable<MerkleHash> leaves)
    {
        var (size, edge, nodes) = (Size, Hashes.ToList(), new List<MerkleNode>());
        foreach (var leaf in leaves)
        {
            var (hash, index) = (leaf, size);
            for (var level = 0; (size >> level & 1) == 1; level++)
            {
                hash = MerkleHash.OfNode(edge[^1], hash);
                edge.RemoveAt(edge.Count - 1);
                index >>= 1;
                nodes.Add(new MerkleNode(level + 1, index, hash));
            }
            edge.Add(hash);
            size++;
        }
        return (new MerkleFrontier(size, edge), nodes);
    }

    public bool Equals(MerkleFrontier? other) => other is not null && Size == other.Size && Hashes.SequenceEqual(other.Hashes);

    public override int GetHashCode() => HashCode.Combine(Size, Hashes.Count > 0 ? Hashes[^1] : default);
}

/// <summary>The root of a whole subtree.</summary>
/// <param name="Level">It covers 2^level leaves; level 0 is a leaf's own hash.</param>
/// <param name="Index">It covers the leaves from index * 2^level on.</param>
public sealed record MerkleNode(int Level, long Index, MerkleHash Hash);
