using System.Buffers.Binary;
using System.Text;
using AksArcJit.Journal;
using AksArcJit.Journal.Checkpoints;

namespace AksArcJit.Stores.Checkpoints;

/// <summary>
/// A checkpoint's leaves and nodes as both stores hold them: each leaf as it is hashed (<see cref="CheckpointLeaf.ToBytes"/>), each node as
/// its level (1 byte), index (64-bit big-endian) and hash (32 bytes), one after the other.
/// </summary>
internal static class CheckpointBytes
{
    private const int NodeSize = 1 + 8 + MerkleHash.Size;

    public static byte[] Of(IReadOnlyList<CheckpointLeaf> leaves)
    {
        var bytes = new MemoryStream();
        foreach (var leaf in leaves)
            bytes.Write(leaf.ToBytes());
        return bytes.ToArray();
    }

    public static byte[] Of(IReadOnlyList<MerkleNode> nodes)
    {
        var bytes = new byte[nodes.Count * NodeSize];
        for (var i = 0; i < nodes.Count; i++)
        {
            var place = bytes.AsSpan(i * NodeSize, NodeSize);
            place[0] = (byte)nodes[i].Level;
            BinaryPrimitives.WriteInt64BigEndian(place[1..], nodes[i].Index);
            nodes[i].Hash.CopyTo(place[9..]);
        }
        return bytes;
    }

    /// <exception cref="FormatException">Some part is not as we write it.</exception>
    public static StoredCheckpoint Read(byte[] body, byte[] signature, ReadOnlySpan<byte> leaves, ReadOnlySpan<byte> nodes) =>
        new(SignedCheckpoint.Decode(body, signature), Leaves(leaves), Nodes(nodes));

    private static List<CheckpointLeaf> Leaves(ReadOnlySpan<byte> bytes)
    {
        var leaves = new List<CheckpointLeaf>();
        while (bytes.Length > 0)
        {
            var stream = StreamId.Parse(Field(ref bytes));
            var version = BinaryPrimitives.ReadInt64BigEndian(Taken(ref bytes, 8));
            leaves.Add(new CheckpointLeaf(stream, version, Field(ref bytes)));
        }
        return leaves;
    }

    private static List<MerkleNode> Nodes(ReadOnlySpan<byte> bytes)
    {
        var nodes = new List<MerkleNode>();
        while (bytes.Length > 0)
        {
            var node = Taken(ref bytes, NodeSize);
            nodes.Add(new MerkleNode(node[0], BinaryPrimitives.ReadInt64BigEndian(node[1..]), new MerkleHash(node[9..])));
        }
        return nodes;
    }

    private static string Field(ref ReadOnlySpan<byte> bytes) => Encoding.UTF8.GetString(Taken(ref bytes, BinaryPrimitives.ReadInt32BigEndian(Taken(ref bytes, 4))));

    private static ReadOnlySpan<byte> Taken(ref ReadOnlySpan<byte> bytes, int count)
    {
        if (count < 0 || count > bytes.Length)
            throw new FormatException("The checkpoint's leaves or nodes are cut off.");
        var taken = bytes[..count];
        bytes = bytes[count..];
        return taken;
    }
}
