using AksArcJit.Journal;
using AksArcJit.Journal.Verification;

namespace AksArcJit.Cli.Audit;

/// <summary>A verification's outcome for people.</summary>
internal static class VerdictText
{
    public static string Of(Damage damage) => Of(DamageView.Of(damage));

    /// <summary>Those damages that the view holds, then what all of it comes to.</summary>
    public static IEnumerable<string> Of(VerdictView view)
    {
        foreach (var damage in view.Damages)
            yield return Of(damage);
        yield return $"{Count(view.Facts, "fact")} in {Count(view.Streams, "chain")} and {Count(view.Checkpoints, "checkpoint")} read: "
            + (view.DamagesFound > 0 ? $"{Count(view.DamagesFound, "damage")} found." : view.Incomplete is null ? "nothing is damaged." : "no damage so far.");
        if (view.Incomplete is not null)
            yield return Terminal.Plain($"Not all was checked: {view.Incomplete}");
        if (view.Horizon is { } horizon)
            yield return $"Horizon: checkpoint {horizon.Checkpoint} of {Time(horizon.At)}, {(horizon.CoversUntil is { } until ? $"which covers all until {Time(until)}" : "which covers the facts named below")}"
                + $"{(horizon.AnchoredCheckpoint is { } anchored ? $"; anchored up to checkpoint {anchored}" : "; not anchored")}; signed with key {horizon.KeyId[..16]}. "
                + "What came later is covered by the chains alone.";
        foreach (var chain in view.Covered)
            yield return Terminal.Plain($"Covered: {chain.Stream} up to version {chain.Version} ({Time(chain.At)})");
        if (view.Complete is { } complete)
            yield return $"Complete: up to checkpoint {complete.Checkpoint} of {Time(complete.At)}, which covers all until {Time(complete.CoversUntil)}, nothing later of these chains exists; "
                + (complete.AnchoredCheckpoint is { } known ? $"anchored up to checkpoint {known}." : "not anchored.");
        foreach (var sentence in view.NotExcluded)
            yield return Terminal.Plain($"Not excluded: {sentence}");
        foreach (var (kind, number) in view.UnknownKinds)
            yield return Terminal.Plain($"Of a newer version: {Count(number, "fact")} of the kind {kind}; the hashes were verified, the meaning is not known here.");
    }

    private static string Of(DamageView damage)
    {
        var request = damage.Request is { } text ? (StreamId.TryParse(text, out var stream) && stream.Request is not null ? "request " : "") + text : null;
        var place = request is not null ? request + (damage.Row is { } row ? $", row {row}" : "")
            : damage.Kind is nameof(Damage.AnchorDropped) or nameof(Damage.AnchorAltered) ? "anchor" + (damage.Checkpoint is { } anchored ? $", checkpoint {anchored}" : "")
            : damage.Checkpoint is { } number ? $"checkpoint {number}"
            : "journal";
        return Terminal.Plain($"DAMAGE  {place}: {Words(damage.Kind)}. {damage.Why}");
    }

    public static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss 'UTC'");

    private static string Count(long number, string what) => $"{number} {what}{(number == 1 ? "" : "s")}";

    private static string Words(string kind) => string.Concat(kind.Select((c, i) => char.IsUpper(c) ? (i > 0 ? " " : "") + char.ToLowerInvariant(c) : c.ToString()));
}
