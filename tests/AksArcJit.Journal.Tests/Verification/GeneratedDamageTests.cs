namespace AksArcJit.Journal.Tests.Verification;

/// <summary>Thousands of random damages of each kind, each located; thousands of sound journals, none accused.</summary>
public class GeneratedDamageTests
{
    private const int Journals = 200;
    private const int DamagesEach = 10;

    public static TheoryData<string> Kinds => [.. Forgeries.Keys];

    private static readonly Dictionary<string, Func<Scene, Random, Forgery>> Forgeries = new()
    {
        ["value edited"] = Forgery.EditValue,
        ["value edited and sealed"] = Forgery.EditAndSeal,
        ["row deleted"] = Forgery.DeleteRow,
        ["row inserted"] = Forgery.InsertRow,
        ["row appended, backdated"] = Forgery.AppendBackdated,
        ["rows reordered"] = Forgery.Reorder,
        ["tail truncated"] = Forgery.TruncateTail,
        ["rows swapped between requests"] = Forgery.SwapBetweenRequests,
        ["request removed"] = Forgery.RemoveRequest,
        ["chain rewritten"] = Forgery.RewriteChain,
        ["checkpoint altered"] = Forgery.AlterCheckpoint,
        ["checkpoint dropped"] = Forgery.DropCheckpoint,
        ["newest checkpoints dropped"] = Forgery.DropNewestCheckpoints,
        ["checkpoint re-signed"] = Forgery.Resign,
        ["all checkpoints re-signed"] = (scene, _) => Forgery.ResignAll(scene),
        ["clock moved back"] = Forgery.MoveClockBack,
        ["store restored"] = Forgery.Restore,
        ["store restored and continued"] = Forgery.RestoreAndGoOn,
        ["store restored and continued for long"] = Forgery.RestoreAndGoFar,
        ["store restored, facts since"] = Forgery.RestoreAndAppend,
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Verify_WhenDamaged_ThenNamesTheKindAndThePlace(string kind)
    {
        for (var seed = 0; seed < Journals; seed++)
        {
            var sound = Scene.Of(new Random(seed));
            for (var i = 0; i < DamagesEach; i++)
            {
                var random = new Random(seed * 1000 + i);
                var scene = sound.Copy();
                // Half of them go on after their newest checkpoint.
                if (i % 2 == 0)
                    scene.Append(scene.Rows.Keys.First(), random);
                var forgery = Forgeries[kind](scene, random);
                var (report, damages) = scene.Verify();
                var told = $"{kind}, journal {seed}, damage {i}: {(damages.Count == 0 ? "nothing found" : string.Join(" | ", damages))}";
                Assert.True(damages.Any(forgery.Is), told);
                Assert.True(forgery.Findings < 0 || damages.Count == forgery.Findings, told);
                Assert.False(report.IsClean);
                if (forgery.NeedsAnchor)
                {
                    (report, damages) = scene.Verify(hasAnchor: false);
                    Assert.True(damages.Any(forgery.Is) || report.NotExcluded.Count > 0, told);
                }
            }
        }
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public void Verify_WhenSound_ThenFindsNothing(bool hasAnchor, bool hasKey)
    {
        for (var seed = 0; seed < 500; seed++)
        {
            var random = new Random(seed);
            var scene = Scene.Of(random);
            if (seed % 2 == 0)
                scene.Append(scene.Rows.Keys.First(), random);
            var (report, damages) = scene.Verify(hasAnchor, hasKey);
            Assert.Empty(damages);
            Assert.Equal(scene.Checkpoints.Count, report.Horizon!.Checkpoint);
            Assert.Equal(hasAnchor ? scene.Checkpoints.Count : null, report.Horizon.AnchoredCheckpoint);
            Assert.Equal(!hasAnchor, report.NotExcluded.Count > 0);
        }
    }
}
