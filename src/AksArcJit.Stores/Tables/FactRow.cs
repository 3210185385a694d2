using AksArcJit.Journal;
using Azure.Data.Tables;

namespace AksArcJit.Stores.Tables;

/// <summary>
/// One fact as a row: partition = stream, row = <c>f</c> and the version with leading zeros. Storage limits
/// (learn.microsoft.com, "Understanding the Table service data model"): 64 KiB a binary property, 1 MiB a row.
/// </summary>
internal static class FactRow
{
    public const string FirstKey = "f";
    public const int MostPayload = MostChunks * ChunkSize;

    private const int ChunkSize = 60 * 1024;
    private const int MostChunks = 16;

    public static string Key(long version) => $"{FirstKey}{version:D19}";

    /// <summary>Null where the key is not exactly one that <see cref="Key"/> gives.</summary>
    public static long? VersionOf(string key) =>
        key.StartsWith(FirstKey, StringComparison.Ordinal) && long.TryParse(key.AsSpan(FirstKey.Length), out var version) && Key(version) == key ? version : null;

    public static TableEntity Of(FactRecord record)
    {
        if (record.Payload.Length > MostPayload)
            throw new ArgumentException($"The payload of {record.Kind} has {record.Payload.Length} bytes; Table Storage holds {MostPayload} in one fact.", nameof(record));
        var row = new TableEntity(record.Stream.Text, Key(record.Version))
        {
            ["FactId"] = record.FactId,
            ["Kind"] = record.Kind,
            // Ticks, because the service's own times are checked against a range and formatted by each library in its way.
            ["At"] = record.At.UtcTicks,
            ["PreviousHash"] = record.PreviousHash,
            ["Hash"] = record.Hash,
            ["PayloadLength"] = record.Payload.Length,
        };
        for (var (start, chunk) = (0, 0); start < record.Payload.Length; start += ChunkSize, chunk++)
            row[$"P{chunk}"] = record.Payload.Slice(start, Math.Min(ChunkSize, record.Payload.Length - start)).ToArray();
        return row;
    }

    /// <summary>A row that lacks something is given as far as it goes: the chain's hash tells that it was damaged.</summary>
    public static FactRecord Read(StreamId stream, TableEntity row)
    {
        var payload = new MemoryStream();
        for (var chunk = 0; row.TryGetValue($"P{chunk}", out var value) && value is byte[] bytes; chunk++)
            payload.Write(bytes);
        return new FactRecord(
            stream,
            long.TryParse(row.RowKey.AsSpan(FirstKey.Length), out var version) ? version : 0,
            Text("FactId"), Text("Kind"),
            new DateTimeOffset(Math.Clamp(Number("At"), 0, DateTimeOffset.MaxValue.UtcTicks), TimeSpan.Zero),
            payload.ToArray(), Text("PreviousHash"), Text("Hash"));

        string Text(string name) => row.TryGetValue(name, out var value) && value is string text ? text : "";

        long Number(string name) => row.TryGetValue(name, out var value) && value is long number ? number : 0;
    }
}
