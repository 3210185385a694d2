using AksArcJit.Journal.Checkpoints;
using AksArcJit.Stores.Checkpoints;
using Azure.Data.Tables;

namespace AksArcJit.Stores.Tables;

/// <summary>
/// One checkpoint as a row: <c>checkpoint!</c> and the number with leading zeros, its leaves and nodes in binary properties of at most
/// 60 KiB each. <see cref="Broker.Ports.ICheckpointLog.MostLeaves"/> keeps it below the 1 MiB of a row.
/// </summary>
internal static class CheckpointRow
{
    public const string Partition = "log";
    public const string FirstKey = "checkpoint!";
    public const string AfterKeys = "checkpoint\"";
    public const string HeadKey = "head";

    private const int ChunkSize = 60 * 1024;

    public static string Key(long number) => $"{FirstKey}{number:D19}";

    public const string FirstSizeKey = "size!";
    public const string AfterSizeKeys = "size\"";

    public static string SizeKey(long treeSize) => $"{FirstSizeKey}{treeSize:D19}";

    /// <summary>Null where the key is not exactly one that <see cref="SizeKey"/> gives.</summary>
    public static long? SizeOf(string key) =>
        key.StartsWith(FirstSizeKey, StringComparison.Ordinal) && long.TryParse(key.AsSpan(FirstSizeKey.Length), out var size) && SizeKey(size) == key ? size : null;

    /// <summary>Null where the key is not exactly one that <see cref="Key"/> gives.</summary>
    public static long? NumberOf(string key) =>
        key.StartsWith(FirstKey, StringComparison.Ordinal) && long.TryParse(key.AsSpan(FirstKey.Length), out var number) && Key(number) == key ? number : null;

    public static TableEntity Of(StoredCheckpoint stored)
    {
        var row = Signed(Key(stored.Signed.Checkpoint.Number), stored.Signed);
        Write(row, "Leaves", CheckpointBytes.Of(stored.Leaves));
        Write(row, "Nodes", CheckpointBytes.Of(stored.Nodes ?? []));
        return row;
    }

    /// <summary>The newest checkpoint without its leaves: what the next one follows, in one small read.</summary>
    public static TableEntity Head(SignedCheckpoint signed) => Signed(HeadKey, signed);

    /// <summary>Where the log reached this size.</summary>
    public static TableEntity Size(Checkpoint checkpoint) => new(Partition, SizeKey(checkpoint.TreeSize)) { ["Number"] = checkpoint.Number };

    /// <exception cref="FormatException">The row is no checkpoint as we write it.</exception>
    public static SignedCheckpoint ReadSigned(TableEntity row) => SignedCheckpoint.Decode(Bytes(row, "Body"), Bytes(row, "Signature"));

    /// <exception cref="FormatException">The row is no checkpoint as we write it.</exception>
    public static StoredCheckpoint Read(TableEntity row)
    {
        var stored = CheckpointBytes.Read(Bytes(row, "Body"), Bytes(row, "Signature"), Chunks(row, "Leaves"), Chunks(row, "Nodes"));
        return NumberOf(row.RowKey) == stored.Signed.Checkpoint.Number
            ? stored
            : throw new FormatException($"It holds checkpoint {stored.Signed.Checkpoint.Number}.");
    }

    private static TableEntity Signed(string key, SignedCheckpoint signed) =>
        new(Partition, key) { ["Body"] = signed.Body.ToArray(), ["Signature"] = signed.Signature.ToArray() };

    private static void Write(TableEntity row, string name, byte[] bytes)
    {
        for (var (start, chunk) = (0, 0); start < bytes.Length; start += ChunkSize, chunk++)
            row[$"{name}{chunk}"] = bytes[start..Math.Min(start + ChunkSize, bytes.Length)];
    }

    private static byte[] Bytes(TableEntity row, string name) =>
        row.TryGetValue(name, out var value) && value is byte[] bytes ? bytes : throw new FormatException($"The row has no {name}.");

    private static byte[] Chunks(TableEntity row, string name)
    {
        var bytes = new MemoryStream();
        for (var chunk = 0; row.TryGetValue($"{name}{chunk}", out var value) && value is byte[] part; chunk++)
            bytes.Write(part);
        return bytes.ToArray();
    }
}
