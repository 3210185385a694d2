namespace AksArcJit.Journal.Verification;

/// <summary>What a verification saw, and how far its word reaches.</summary>
/// <param name="Damages">How many were reported.</param>
/// <param name="UnknownKinds">Facts of kinds that this version does not know, by kind: their hashes hold, their meaning is a newer version's.</param>
/// <param name="Horizon">Null where no checkpoint could be verified.</param>
/// <param name="NotExcluded">Sentences: what this verification could not have seen.</param>
public sealed record VerificationReport(
    long Streams,
    long Facts,
    long Checkpoints,
    long Damages,
    IReadOnlyDictionary<string, long> UnknownKinds,
    Horizon? Horizon,
    IReadOnlyList<string> NotExcluded)
{
    public bool IsClean => Damages == 0;
}

/// <summary>Until where checkpoints vouch. What came after is covered by the chains alone.</summary>
/// <param name="Checkpoint">The newest that was verified.</param>
/// <param name="At">UTC, when it was taken.</param>
/// <param name="CoversUntil">UTC.</param>
/// <param name="AnchoredCheckpoint">The newest that was found in the anchor as well; null without one.</param>
/// <param name="KeyId">The key that signed it.</param>
public sealed record Horizon(long Checkpoint, DateTimeOffset At, DateTimeOffset CoversUntil, long? AnchoredCheckpoint, string KeyId);
