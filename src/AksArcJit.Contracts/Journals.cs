using System.ComponentModel;

namespace AksArcJit.Contracts;

/// <summary>All that was ever recorded of one request.</summary>
public sealed record JournalView
{
    public required string Stream { get; init; }

    public required IReadOnlyList<JournalRecord> Records { get; init; }
}

/// <summary>
/// One record as it is stored. The hash is SHA-256 over previous hash, stream, version, fact id, kind, time and payload: texts and the payload
/// in UTF-8 with their length in bytes in front (32-bit big-endian), version and time (UTC ticks of 100 ns since year 1) as 64-bit big-endian
/// numbers with no length in front.
/// </summary>
public sealed record JournalRecord
{
    public required string Stream { get; init; }

    public required long Version { get; init; }

    public required string FactId { get; init; }

    public required string Kind { get; init; }

    [Description("UTC with seven decimals: to the tick that is hashed.")]
    public required string At { get; init; }

    [Description("The JSON text of the fact, exactly the bytes that are hashed (UTF-8).")]
    public required string Payload { get; init; }

    [Description("64 zeros for the first record.")]
    public required string PreviousHash { get; init; }

    public required string Hash { get; init; }
}
