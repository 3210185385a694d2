using AksArcJit.Journal.Verification;

namespace AksArcJit.Cli.Audit;

/// <summary>A verification's outcome as <c>-o json</c> prints it.</summary>
/// <param name="Verdict">clean, damaged, or unchecked.</param>
/// <param name="Damages">At most <see cref="MostDamages"/> of them.</param>
/// <param name="Incomplete">Why not all could be checked.</param>
internal sealed record VerdictView(
    string Verdict,
    long Facts,
    long Streams,
    long Checkpoints,
    long DamagesFound,
    IReadOnlyList<DamageView> Damages,
    HorizonView? Horizon,
    IReadOnlyList<string> NotExcluded,
    IReadOnlyDictionary<string, long> UnknownKinds,
    string? Incomplete)
{
    public const int MostDamages = 10_000;

    /// <summary>Of a bundle: how far each chain is proven to be in the checkpoint.</summary>
    public IReadOnlyList<CoveredView> Covered { get; init; } = [];

    /// <summary>Of a bundle that was held against the log of checkpoints: until where nothing later exists.</summary>
    public CompleteView? Complete { get; init; }

    public static VerdictView Of(VerificationReport report, IReadOnlyList<Damage> damages, string? incomplete) => new(
        report.Damages > 0 ? "damaged" : incomplete is null ? "clean" : "unchecked",
        report.Facts, report.Streams, report.Checkpoints, report.Damages,
        [.. damages.Select(DamageView.Of)],
        report.Horizon is { } horizon ? new HorizonView(horizon.Checkpoint, horizon.At, horizon.CoversUntil, horizon.AnchoredCheckpoint, horizon.KeyId) : null,
        report.NotExcluded, report.UnknownKinds, incomplete);

    public int ExitCode => Verdict switch
    {
        "clean" => ExitCodes.Done,
        "damaged" => ExitCodes.Damaged,
        _ => ExitCodes.Failed,
    };
}

internal sealed record CoveredView(string Stream, long Version, DateTimeOffset At);

/// <param name="AnchoredCheckpoint">Null where none of the log's is in an anchor.</param>
internal sealed record CompleteView(long Checkpoint, DateTimeOffset At, DateTimeOffset CoversUntil, long? AnchoredCheckpoint);

/// <param name="Request">The stream: a request's id, or ticket!…, cluster!…, system!.</param>
internal sealed record DamageView(string Kind, string? Request, long? Row, long? Checkpoint, string Why)
{
    public static DamageView Of(Damage damage) => new(damage.Kind, damage.Stream?.Text, damage.Version, damage.Checkpoint, damage.Why);
}

/// <param name="CoversUntil">Null for a bundle: a proof does not say that a fact is the last of its chain.</param>
internal sealed record HorizonView(long Checkpoint, DateTimeOffset At, DateTimeOffset? CoversUntil, long? AnchoredCheckpoint, string KeyId);
