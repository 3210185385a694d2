using AksArcJit.Journal.Checkpoints;

namespace AksArcJit.Journal.Evidence;

/// <summary>One thing that a verification of a bundle found.</summary>
/// <param name="Entry">The file in the bundle; null for the bundle as a whole.</param>
/// <param name="What">Completes the sentence "the entry …", or "the bundle …".</param>
public abstract record BundleFinding(string? Entry, string What)
{
    /// <summary>It is not what the broker made.</summary>
    /// <param name="Stream">Where a chain is damaged.</param>
    /// <param name="Version">The first version of the chain that is damaged.</param>
    public sealed record Damage(string? Entry, string What, StreamId? Stream = null, long? Version = null) : BundleFinding(Entry, What);

    /// <summary>It could not be checked: beyond a limit, or written by a newer version. Neither sound nor damaged.</summary>
    public sealed record Unchecked(string? Entry, string What) : BundleFinding(Entry, What);

    /// <summary>The bundle is as it was made, and does not prove this.</summary>
    public sealed record Unproven(string? Entry, string What) : BundleFinding(Entry, What);

    public sealed override string ToString() => $"{Entry ?? "the bundle"} {What}";
}

/// <summary>Whose key the checkpoint's signature was verified with.</summary>
public enum KeySource
{
    /// <summary>There is no checkpoint, or it was not signed by the key that it was held against.</summary>
    None,
    /// <summary>Only the bundle's own, which proves nothing about who signed.</summary>
    Bundle,
    /// <summary>One given from outside, which the reader trusts.</summary>
    Given,
}

/// <summary>What a verification of a bundle came to.</summary>
/// <param name="Subject">Null where the bundle does not say it legibly.</param>
/// <param name="Facts">Facts that were read.</param>
/// <param name="KeyId">SHA-256 of the public key that the checkpoint names; null without a legible checkpoint.</param>
/// <param name="Findings">In the order of the bundle.</param>
public sealed record BundleVerdict(EvidenceSubject? Subject, long Facts, string? KeyId, KeySource SignedBy, IReadOnlyList<BundleFinding> Findings)
{
    /// <summary>Chains with facts: the ticket's and its requests'.</summary>
    public long Chains { get; init; }

    /// <summary>To be compared with what is anchored outside; null without a legible one.</summary>
    public SignedCheckpoint? Checkpoint { get; init; }

    public bool IsDamaged => Findings.Any(finding => finding is BundleFinding.Damage);

    /// <summary>Everything could be checked, whatever came of it.</summary>
    public bool IsChecked => !Findings.Any(finding => finding is BundleFinding.Unchecked);
}
