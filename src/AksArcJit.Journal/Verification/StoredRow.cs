namespace AksArcJit.Journal.Verification;

/// <summary>A row of a stream under suspicion.</summary>
/// <param name="Place">The version that it claims.</param>
/// <param name="Record">Null where the place holds none.</param>
/// <param name="PreviousHash">As it stands.</param>
/// <param name="Computed">The hash that its content has at <paramref name="Version"/> after <paramref name="PreviousHash"/>; null where it has none.</param>
/// <param name="Version">The version that its content was sealed for, where its own hash tells; else the one that it claims.</param>
/// <param name="IsSealed">Its own hash is that of its content at <paramref name="Version"/>.</param>
internal sealed record StoredRow(
    long Place, FactRecord? Record, string PreviousHash, string Hash, DateTimeOffset At, string? Computed, long Version, bool IsSealed)
{
    public static StoredRow Of(FactRecord record)
    {
        var computed = HashAt(record, record.Version);
        var isSealed = computed == record.Hash;
        return new StoredRow(record.Version, record, record.PreviousHash, record.Hash, record.At, computed, record.Version, isSealed);
    }

    public static StoredRow Unreadable(long place) => new(place, null, "", "", DateTimeOffset.MinValue, null, place, false);

    public bool IsUnreadable => Record is null;

    /// <summary>This row as sealed for another version, if it was.</summary>
    public StoredRow? SealedAt(long version) =>
        Record is not null && !IsSealed && version > 0 && HashAt(Record, version) == Hash ? this with { Version = version, Computed = Hash, IsSealed = true } : null;

    private static string HashAt(FactRecord record, long version) =>
        HashChain.Hash(record.PreviousHash, record.Stream, version, record.FactId, record.Kind, record.At, record.Payload.Span);
}
