namespace AksArcJit.Journal;

/// <summary>One fact as it is stored, hashed and exported.</summary>
/// <param name="Version">From 1, without gaps.</param>
/// <param name="FactId">Given by the writer, unique in all journals: the same fact appended twice is recognised by it. 26 characters as a request id.</param>
/// <param name="Kind">The record's name in <see cref="AksArcJit.Lifecycle.Fact"/>'s families.</param>
/// <param name="At">UTC, whole 100 ns ticks; never before the previous fact's, nor what no clock shows (<see cref="AksArcJit.Lifecycle.Timing.Earliest"/>).</param>
/// <param name="Payload">UTF-8 JSON, exactly these bytes.</param>
/// <param name="PreviousHash">The hash of the record before; of the first, 64 zeros.</param>
/// <param name="Hash">SHA-256, see <see cref="HashChain"/>; 64 lower-case hexadecimal digits.</param>
public sealed record FactRecord(
    StreamId Stream,
    long Version,
    string FactId,
    string Kind,
    DateTimeOffset At,
    ReadOnlyMemory<byte> Payload,
    string PreviousHash,
    string Hash);
