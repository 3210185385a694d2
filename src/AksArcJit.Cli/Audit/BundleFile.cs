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

    /// <param name="log">The log of checkpoints, from the first on; null where the bundle stands alone.</param>
    public static async Task<VerdictView> VerifyAsync(
        FileInfo file, Anchor? anchor, IReadOnlyList<CheckpointKey> keys, JournalSource? log, CancellationToken cancellation)
    {
        // Without a key of their own, auditors who have the anchor trust the keys in it.
        var known = keys.Count > 0 || anchor is null ? [] : anchor.CreateKeys();
        try
        {
            var verdict = Verify(file, [.. keys, .. known]);
            var found = new List<DamageView>();
            var damagesFound = 0L;
            var unproven = new List<string>();
            var beyond = verdict.Findings.OfType<BundleFinding.Unchecked>().Select(finding => $"{finding}.").ToList();
            foreach (var damage in verdict.Findings.OfType<BundleFinding.Damage>())
                Tell(new DamageView("BundleAltered", damage.Stream?.Text, damage.Version, null, $"{damage}."));
            foreach (var damage in anchor?.Damages ?? [])
                Tell(DamageView.Of(damage));
            if (verdict.Checkpoint is { } signed && anchor is not null)
                switch (anchor.Holds(signed))
                {
                    case false:
                        Tell(new DamageView("StoreRestored", null, null, signed.Checkpoint.Number, "Another checkpoint of this number is anchored."));
                        break;
                    case null:
                        unproven.Add($"Checkpoint {signed.Checkpoint.Number} is not in the anchor, which ends at {anchor.Newest}.");
                        break;
                }
            var checkpoints = verdict.Checkpoint is null ? 0L : 1;
            if (log is not null)
            {
                using var completeness = new BundleCompleteness(verdict, anchor, keys, damage => Tell(DamageView.Of(damage)));
                try
                {
                    await foreach (var row in log.ReadAsync(cancellation))
                        completeness.Take(row);
                    verdict = verdict with { Complete = completeness.Finish() };
                }
                catch (CommandFailedException fault) when (completeness.Count > 0)
                {
                    beyond.Add($"{fault.Message} {fault.Remedy}");
                }
                checkpoints = completeness.Count;
                if (completeness is { TrustsAnyKey: true, Count: > 0 })
                    unproven.Add("Neither a key nor an anchor was given: a log made anew with another key cannot be seen.");
            }
            return new VerdictView(
                damagesFound > 0 ? "damaged" : beyond.Count > 0 ? "unchecked" : "clean",
                verdict.Facts, verdict.Chains, checkpoints, damagesFound, found, Horizon(verdict, anchor), [.. verdict.NotExcluded, .. unproven], new Dictionary<string, long>(),
                beyond.Count > 0 ? string.Join(' ', beyond) : null)
            {
                Covered = [.. verdict.Covered.Select(chain => new CoveredView(chain.Stream.Text, chain.Version, chain.At))],
                Complete = verdict.Complete is { } complete && damagesFound == 0
                    ? new CompleteView(complete.Checkpoint, complete.At, complete.CoversUntil, complete.AnchoredCheckpoint) : null,
            };

            void Tell(DamageView damage)
            {
                if (damagesFound++ < VerdictView.MostDamages)
                    found.Add(damage);
            }
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
