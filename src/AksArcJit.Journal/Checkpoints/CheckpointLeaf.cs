using System.Buffers.Binary;
using System.Text;

namespace AksArcJit.Journal.Checkpoints;

/// <summary>That a stream stood at a version with this hash when a checkpoint was taken. A stream's newest leaf is its checkpointed head.</summary>
/// <param name="Version">From 1.</param>
/// <param name="HeadHash">The <see cref="FactRecord.Hash"/> of that version.</param>
public sealed record CheckpointLeaf(StreamId Stream, long Version, string HeadHash)
{
    /// <summary>As <see cref="HashChain"/> writes fields: texts with their length in front (32-bit big-endian), the version as 64-bit big-endian.</summary>
    public byte[] ToBytes()
    {
        var stream = Encoding.UTF8.GetByteCount(Stream.Text);
        var head = Encoding.UTF8.GetByteCount(HeadHash);
        var bytes = new byte[4 + stream + 8 + 4 + head];
        BinaryPrimitives.WriteInt32BigEndian(bytes, stream);
        Encoding.UTF8.GetBytes(Stream.Text, bytes.AsSpan(4));
        BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(4 + stream), Version);
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(12 + stream), head);
        Encoding.UTF8.GetBytes(HeadHash, bytes.AsSpan(16 + stream));
        return bytes;
    }

    public MerkleHash Hash => MerkleHash.OfLeaf(ToBytes());
}
