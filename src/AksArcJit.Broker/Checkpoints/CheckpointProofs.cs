using AksArcJit.Broker.Ports;
using AksArcJit.Journal;
using AksArcJit.Journal.Checkpoints;

namespace AksArcJit.Broker.Checkpoints;

/// <summary>Where a stream stands in the log.</summary>
/// <param name="Index">From 0.</param>
/// <param name="CoveredBy">Number of the checkpoint that appended the leaf.</param>
public sealed record PlacedLeaf(CheckpointLeaf Leaf, long Index, long CoveredBy);

/// <summary>
/// Finds a stream's leaf and proves it. The cost follows the logarithms of the number of checkpoints and of leaves: where to look is found
/// by time, because no checkpoint is dated before a fact that it covers.
/// </summary>
public sealed class CheckpointProofs(ICheckpointLog log)
{
    /// <param name="record">Of the stream, usually its newest.</param>
    /// <returns>The first leaf of the record's stream that stands for it or a later version; null where no checkpoint covers the record yet.</returns>
    /// <exception cref="JournalUnavailableException">The store did not answer.</exception>
    /// <exception cref="FormatException">A checkpoint on the way is missing, or cannot be read.</exception>
    public async Task<PlacedLeaf?> FindAsync(FactRecord record, CancellationToken cancellation)
    {
        if (await log.ReadNewestAsync(cancellation) is not { Checkpoint.Number: var newest })
            return null;
        var (low, high) = (1L, newest);
        while (low < high)
        {
            var middle = low + (high - low) / 2;
            var stored = await log.ReadAsync(middle, cancellation) ?? throw new FormatException($"Checkpoint {middle} is missing.");
            (low, high) = stored.Signed.Checkpoint.At < record.At ? (middle + 1, high) : (low, middle);
        }
        await foreach (var row in log.ListAsync(low, cancellation))
        {
            if (row is not JournalRow.Checkpoint { Stored: var stored })
                throw new FormatException("A checkpoint behind the record cannot be read.");
            for (var place = 0; place < stored.Leaves.Count; place++)
                if (stored.Leaves[place].Stream == record.Stream && stored.Leaves[place].Version >= record.Version)
                    return new PlacedLeaf(stored.Leaves[place], FirstLeafOf(stored) + place, stored.Signed.Checkpoint.Number);
        }
        return null;
    }

    /// <summary>That the leaf stands in the log, as large as it then was.</summary>
    /// <param name="leafIndex">From 0, below <paramref name="treeSize"/>.</param>
    /// <param name="treeSize">That of some checkpoint.</param>
    /// <exception cref="JournalUnavailableException">The store did not answer.</exception>
    /// <exception cref="FormatException">A checkpoint on the way is missing, cannot be read, or lacks a node.</exception>
    public async Task<InclusionProof> ProveAsync(long leafIndex, long treeSize, CancellationToken cancellation)
    {
        var nodes = new Dictionary<(int Level, long Index), MerkleHash>();
        foreach (var (level, index) in InclusionProof.NodesFor(leafIndex, treeSize))
        {
            // A node is completed by the last leaf below it.
            var stored = await log.FindAsync((index + 1) << level, cancellation)
                ?? throw new FormatException($"No checkpoint reaches leaf {((index + 1) << level) - 1}, although the log has {treeSize}.");
            nodes[(level, index)] = level == 0
                ? stored.Leaves[(int)(index - FirstLeafOf(stored))].Hash
                : stored.Nodes?.FirstOrDefault(node => node.Level == level && node.Index == index)?.Hash
                    ?? throw new FormatException($"Checkpoint {stored.Signed.Checkpoint.Number} lacks node {index} of level {level}.");
        }
        return InclusionProof.Build(leafIndex, treeSize, (level, index) => nodes[(level, index)]);
    }

    private static long FirstLeafOf(StoredCheckpoint stored) => stored.Signed.Checkpoint.TreeSize - stored.Leaves.Count;
}
