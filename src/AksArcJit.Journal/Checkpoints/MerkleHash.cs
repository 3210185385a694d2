using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace AksArcJit.Journal.Checkpoints;

/// <summary>A SHA-256 hash in the Merkle log (RFC 9162, section 2.1.1). Its text is 64 lower-case hexadecimal digits.</summary>
public readonly record struct MerkleHash
{
    public const int Size = 32;

    private readonly ulong _a, _b, _c, _d;

    /// <param name="bytes">32 bytes.</param>
    public MerkleHash(ReadOnlySpan<byte> bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(bytes.Length, Size);
        _a = BinaryPrimitives.ReadUInt64BigEndian(bytes);
        _b = BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]);
        _c = BinaryPrimitives.ReadUInt64BigEndian(bytes[16..]);
        _d = BinaryPrimitives.ReadUInt64BigEndian(bytes[24..]);
    }

    /// <summary>The root of the empty tree.</summary>
    public static MerkleHash Empty { get; } = Of([]);

    /// <summary>SHA-256 of the bytes as they are.</summary>
    public static MerkleHash Of(ReadOnlySpan<byte> bytes)
    {
        Span<byte> hash = stackalloc byte[Size];
        SHA256.HashData(bytes, hash);
        return new MerkleHash(hash);
    }

    public static MerkleHash OfLeaf(ReadOnlySpan<byte> leaf)
    {
        Span<byte> text = leaf.Length < 512 ? stackalloc byte[leaf.Length + 1] : new byte[leaf.Length + 1];
        text[0] = 0;
        leaf.CopyTo(text[1..]);
        return Of(text);
    }

    public static MerkleHash OfNode(MerkleHash left, MerkleHash right)
    {
        Span<byte> text = stackalloc byte[1 + 2 * Size];
        text[0] = 1;
        left.CopyTo(text[1..]);
        right.CopyTo(text[(1 + Size)..]);
        return Of(text);
    }

    /// <param name="text">64 lower-case hexadecimal digits; every other text is none.</param>
    public static bool TryParse([NotNullWhen(true)] string? text, out MerkleHash hash)
    {
        Span<byte> bytes = stackalloc byte[Size];
        var known = text is { Length: 2 * Size } && !text.AsSpan().ContainsAnyInRange('A', 'F')
            && Convert.FromHexString(text, bytes, out _, out _) == System.Buffers.OperationStatus.Done;
        hash = known ? new MerkleHash(bytes) : default;
        return known;
    }

    /// <exception cref="FormatException">The text is no hash.</exception>
    public static MerkleHash Parse(string text) => TryParse(text, out var hash) ? hash : throw new FormatException($"'{text}' is no SHA-256 hash.");

    /// <param name="target">At least 32 bytes.</param>
    public void CopyTo(Span<byte> target)
    {
        BinaryPrimitives.WriteUInt64BigEndian(target, _a);
        BinaryPrimitives.WriteUInt64BigEndian(target[8..], _b);
        BinaryPrimitives.WriteUInt64BigEndian(target[16..], _c);
        BinaryPrimitives.WriteUInt64BigEndian(target[24..], _d);
    }

    public byte[] ToArray()
    {
        var bytes = new byte[Size];
        CopyTo(bytes);
        return bytes;
    }

    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[Size];
        CopyTo(bytes);
        return Convert.ToHexStringLower(bytes);
    }
}
