using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using AksArcJit.Lifecycle;

namespace AksArcJit.Journal;

/// <summary>
/// Each record's hash covers the record before it: SHA-256 over (previous hash, stream, version, fact id, kind, time, payload). Texts (UTF-8)
/// and the payload are preceded by their length in bytes, a 32-bit big-endian number; version and time (UTC ticks of 100 ns since the year 1)
/// are 64-bit big-endian numbers, with no length in front.
/// </summary>
public static class HashChain
{
    public static readonly string Start = new('0', 64);

    /// <summary>Makes the record that follows <paramref name="previousVersion"/>.</summary>
    public static FactRecord Seal(
        StreamId stream, long previousVersion, string previousHash, string factId, string kind, DateTimeOffset at, ReadOnlyMemory<byte> payload)
    {
        var version = previousVersion + 1;
        return new FactRecord(stream, version, factId, kind, at, payload, previousHash,
            Hash(previousHash, stream, version, factId, kind, at, payload.Span));
    }

    public static string Hash(
        string previousHash, StreamId stream, long version, string factId, string kind, DateTimeOffset at, ReadOnlySpan<byte> payload)
    {
        // One buffer and one call: sixteen small ones cost more than the hash itself.
        var most = (5 * sizeof(int)) + (2 * sizeof(long))
            + Encoding.UTF8.GetMaxByteCount(previousHash.Length + stream.Text.Length + factId.Length + kind.Length) + payload.Length;
        var rented = ArrayPool<byte>.Shared.Rent(most);
        try
        {
            var rest = Field(rented, previousHash);
            rest = Field(rest, stream.Text);
            rest = Number(rest, version);
            rest = Field(rest, factId);
            rest = Field(rest, kind);
            rest = Number(rest, at.UtcTicks);
            BinaryPrimitives.WriteInt32BigEndian(rest, payload.Length);
            payload.CopyTo(rest[sizeof(int)..]);
            rest = rest[(sizeof(int) + payload.Length)..];
            Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
            SHA256.HashData(rented.AsSpan(0, rented.Length - rest.Length), hash);
            return Convert.ToHexStringLower(hash);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    /// <summary>The first record that does not follow from those before it, and why; null where the chain holds.</summary>
    /// <param name="records">One stream's, from version 1, in order.</param>
    public static ChainDamage? FirstDamage(StreamId stream, IEnumerable<FactRecord> records) =>
        FirstDamage(stream, 0, Start, DateTimeOffset.MinValue, records);

    /// <inheritdoc cref="FirstDamage(StreamId, IEnumerable{FactRecord})"/>
    /// <param name="version">Of the record that is known to hold, with its hash and time.</param>
    /// <param name="records">What follows it, in order.</param>
    public static ChainDamage? FirstDamage(StreamId stream, long version, string hash, DateTimeOffset at, IEnumerable<FactRecord> records)
    {
        foreach (var record in records)
        {
            if (record.Stream != stream)
                return new ChainDamage(stream, record.Version, $"belongs to {record.Stream}");
            if (record.Version != version + 1)
                return new ChainDamage(stream, version + 1, $"is missing; version {record.Version} follows {version}");
            if (record.PreviousHash != hash)
                return new ChainDamage(stream, record.Version, "does not follow from the record before it");
            if (record.Hash != Hash(hash, stream, record.Version, record.FactId, record.Kind, record.At, record.Payload.Span))
                return new ChainDamage(stream, record.Version, "was altered: its content does not match its hash");
            if (!Timing.IsTime(record.At))
                return new ChainDamage(stream, record.Version, "is dated as no clock shows");
            if (record.At < at)
                return new ChainDamage(stream, record.Version, "is dated before the record that it follows");
            (version, hash, at) = (record.Version, record.Hash, record.At);
        }
        return null;
    }

    /// <returns>What is left of the buffer.</returns>
    private static Span<byte> Field(Span<byte> buffer, string text)
    {
        var length = Encoding.UTF8.GetBytes(text, buffer[sizeof(int)..]);
        BinaryPrimitives.WriteInt32BigEndian(buffer, length);
        return buffer[(sizeof(int) + length)..];
    }

    private static Span<byte> Number(Span<byte> buffer, long value)
    {
        BinaryPrimitives.WriteInt64BigEndian(buffer, value);
        return buffer[sizeof(long)..];
    }
}

/// <summary>Where a chain breaks first.</summary>
/// <param name="What">Completes the sentence "version N …".</param>
public sealed record ChainDamage(StreamId Stream, long Version, string What)
{
    public override string ToString() => $"{Stream}: version {Version} {What}";
}
