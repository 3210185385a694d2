using AksArcJit.Journal.Checkpoints;
using AksArcJit.Journal.Evidence;
using AksArcJit.Journal.Verification;

namespace AksArcJit.Cli.Audit;

/// <summary>An evidence bundle on disk, verified with nothing but what the auditor brings.</summary>
internal static class BundleFile
{
    /// <summary>It starts as a zip file does. What cannot be read is none; whoever opens it next says why.</summary>
    public static bool Is(FileInfo file)
    {
        try
        {
            using var stream = file.OpenRead();
            return stream.ReadByte() == 'P' && stream.ReadByte() == 'K';
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    public static VerdictView Verify(FileInfo file, Anchor? anchor, IReadOnlyList<CheckpointKey> keys)
    {
        // Without a key of their own, auditors who have the anchor trust the keys in it.
        var known = keys.Count > 0 || anchor is null ? [] : anchor.CreateKeys();
        try
        {
            var verdict = Verify(file, [.. keys, .. known]);
            var damages = verdict.Findings.OfType<BundleFinding.Damage>()
                .Select(damage => new DamageView("BundleAltered", damage.Stream?.Text, damage.Version, null, $"{damage}.")).ToList();
            damages.AddRange((anchor?.Damages ?? []).Select(DamageView.Of));
            var unproven = verdict.NotExcluded.ToList();
            if (verdict.Checkpoint is { } signed && anchor is not null)
                switch (anchor.Holds(signed))
                {
                    case false:
                        damages.Add(new DamageView("StoreRestored", null, null, signed.Checkpoint.Number, "Another checkpoint of this number is anchored."));
                        break;
                    case null:
                        unproven.Add($"Checkpoint {signed.Checkpoint.Number} is not in the anchor, which ends at {anchor.Newest}.");
                        break;
                }
            var beyond = string.Join(' ', verdict.Findings.OfType<BundleFinding.Unchecked>().Select(finding => $"{finding}."));
            return new VerdictView(
                damages.Count > 0 ? "damaged" : beyond.Length > 0 ? "unchecked" : "clean",
                verdict.Facts, verdict.Chains, verdict.Checkpoint is null ? 0 : 1, damages.Count, damages, Horizon(verdict, anchor), unproven, new Dictionary<string, long>(),
                beyond.Length > 0 ? beyond : null)
            {
                Covered = [.. verdict.Covered.Select(chain => new CoveredView(chain.Stream.Text, chain.Version, chain.At))],
            };
        }
        finally
        {
            foreach (var key in known)
                key.Dispose();
        }
    }

    // One key is tried after the other: a bundle is signed by one of those that ever did.
    private static BundleVerdict Verify(FileInfo file, IReadOnlyList<CheckpointKey> keys)
    {
        try
        {
            BundleVerdict? verdict = null;
            foreach (var key in keys.DefaultIfEmpty(null))
            {
                using var stream = file.OpenRead();
                verdict = BundleVerification.Verify(stream, key);
                if (verdict.SignedBy == KeySource.Given)
                    return verdict;
            }
            return verdict!;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailedException($"{file.FullName} cannot be read: {fault.Message}", "Name a bundle that 'aksarcjit audit bundle' wrote.", fault);
        }
    }

    private static HorizonView? Horizon(BundleVerdict verdict, Anchor? anchor) => verdict.Checkpoint is { } signed && verdict.SignedBy != KeySource.None
        ? new HorizonView(signed.Checkpoint.Number, signed.Checkpoint.At, null, anchor?.Holds(signed) == true ? signed.Checkpoint.Number : null, signed.Checkpoint.KeyId)
        : null;
}
