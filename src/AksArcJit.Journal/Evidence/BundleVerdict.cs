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

/// <summary>How far a chain's facts are proven to be in the checkpoint. Later facts of it may be in there too, and not in the bundle.</summary>
/// <param name="Version">The newest that is proven.</param>
/// <param name="At">UTC, when that was recorded.</param>
public sealed record CoveredChain(StreamId Stream, long Version, DateTimeOffset At);

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

    /// <summary>Chains whose facts the signed checkpoint covers. What it says of all chains until a time, it does not say of a bundle's.</summary>
    public IReadOnlyList<CoveredChain> Covered { get; init; } = [];

    /// <summary>The chains that the bundle is about, as far as they could be read.</summary>
    internal IReadOnlyList<ProvenStream> Read { get; init; } = [];

    /// <summary>Set where the log of checkpoints was read as well, and holds nothing later (<see cref="BundleCompleteness"/>).</summary>
    public Completeness? Complete { get; init; }

    /// <summary>Sentences: what this verification could not have seen. No bundle proves alone that it holds the last fact; the log does.</summary>
    public IReadOnlyList<string> NotExcluded => [.. Findings.OfType<BundleFinding.Unproven>().Select(finding => $"{finding}."), .. Complete is null ? [LaterFacts] : Array.Empty<string>()];

    private const string LaterFacts = "Facts that were recorded later may have been left out of the bundle: a proof shows that the checkpoint holds a fact, "
        + "not that it is the last of its chain. Verify it with the log of checkpoints (--checkpoints FILE, or --server URL) to exclude it.";

    public bool IsDamaged => Findings.Any(finding => finding is BundleFinding.Damage);

    /// <summary>Everything could be checked, whatever came of it.</summary>
    public bool IsChecked => !Findings.Any(finding => finding is BundleFinding.Unchecked);
}
