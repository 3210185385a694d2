namespace AksArcJit.Journal.Checkpoints;

/// <summary>What a checkpoint appends to the log.</summary>
/// <param name="Leaves">In the order of the log; the first stands at the tree size of the checkpoint before.</param>
/// <param name="Nodes">The interior nodes that these leaves complete, for proofs later; null where they were not read along, as from an export.</param>
public sealed record StoredCheckpoint(SignedCheckpoint Signed, IReadOnlyList<CheckpointLeaf> Leaves, IReadOnlyList<MerkleNode>? Nodes);
