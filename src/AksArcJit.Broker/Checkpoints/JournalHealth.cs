namespace AksArcJit.Broker.Checkpoints;

/// <summary>How the journal's evidence stands: checkpoints, anchors, verification. None of it keeps the broker from revoking.</summary>
/// <param name="checkpointer">Null where no key is configured.</param>
/// <param name="anchoring">Null where no key is configured.</param>
public sealed class JournalHealth(JournalStanding standing, VerificationState verification, Checkpointer? checkpointer = null, Anchoring? anchoring = null)
{
    public bool HasCheckpoints => checkpointer is not null;

    /// <summary>Number and time of the newest checkpoint; null where there is none, or none was seen yet.</summary>
    public (long Number, DateTimeOffset At)? Newest => checkpointer?.Newest is { } newest ? (newest.Number, newest.At) : null;

    /// <summary>Why the last checkpoint was not made, as where the key does not answer; null where it was.</summary>
    public string? CheckpointFault => checkpointer?.Fault;

    public IReadOnlyList<AnchorProgress> Anchors => anchoring?.Progress ?? [];

    /// <summary>What speaks against the journal; null where nothing does. While something does, nothing is granted.</summary>
    public string? Objection => standing.Objection;

    /// <summary>The first anchor that was not compared with the store since the start; until then nothing is granted. Null where all were.</summary>
    public string? Uncompared => standing.Uncompared;

    public VerificationState.Round? Verified => verification.Last;

    /// <summary>False where somebody has to look: an objection, damage, checkpoints that are not made, or an anchor that is not compared, fails, is damaged or has lost some.</summary>
    public bool IsWell => Objection is null && Uncompared is null && CheckpointFault is null && Verified is not { Damages: > 0 } && Anchors.All(anchor => anchor is { Fault: null, HasLost: false, Damage: null });
}
