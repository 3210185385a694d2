using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using AksArcJit.Journal.Checkpoints;
using AksArcJit.Journal.Evidence;
using AksArcJit.Journal.Verification;
using AksArcJit.Lifecycle.Tickets;
using AksArcJit.TestKit;

namespace AksArcJit.Journal.Tests.Evidence;

public class BundleCompletenessTests
{
    private readonly Logged _logged = new();

    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    public void Finish_WhenNothingLaterStands_ThenSaysUpToWhichCheckpoint(int checkpoint)
    {
        var (complete, damages, verdict) = Against(_logged.Bundle(checkpoint, 2, 6), _logged.Rows);

        Assert.Empty(damages);
        Assert.Equal((4, Sample.Start.AddHours(34), null), (complete!.Checkpoint, complete.CoversUntil, complete.AnchoredCheckpoint));
        Assert.Empty((verdict with { Complete = complete }).NotExcluded);
        Assert.Contains("may have been left out", Assert.Single(verdict.NotExcluded), StringComparison.Ordinal);
    }

    // The forgery that no proof shows: every byte of it was once honest.
    [Fact]
    public void Finish_WhenTheBundleWasCutBack_ThenNamesEachChainAndItsVersions()
    {
        var bundle = _logged.Bundle(2, 1, 4);
        Assert.False(Zips.Verify(bundle, Logged.Key).IsDamaged);

        var (complete, damages, _) = Against(bundle, _logged.Rows);

        Assert.Null(complete);
        Assert.Equal(
            [(_logged.Ticket[0].Stream, 2L, 2L, 3L), (_logged.Request[0].Stream, 5L, 6L, 3L)],
            damages.Cast<Damage.TailTruncated>().Select(damage => (damage.Of, damage.Row, damage.Last, damage.By)));
        Assert.All(damages, damage => Assert.Contains("cut back", damage.Why, StringComparison.Ordinal));
    }

    // Hashes anybody can compute; a leaf only the key's holder gets signed.
    [Fact]
    public void Finish_WhenRowsWereAddedThatNoCheckpointHolds_ThenNamesThem()
    {
        var logged = new Logged(covered: 4);
        var bundle = logged.Bundle(4, 2, 6);
        Assert.False(Zips.Verify(bundle, Logged.Key).IsDamaged);

        var (complete, damages, _) = Against(bundle, logged.Rows);

        Assert.Null(complete);
        Assert.Equal([(logged.Request[0].Stream, 5L), (logged.Request[0].Stream, 6L)], damages.Cast<Damage.RowInserted>().Select(damage => (damage.Of, damage.Row)));
    }

    [Fact]
    public void Finish_WhenTheWholeRequestIsInvented_ThenNamesItsRows()
    {
        var invented = Cases.Chain(StreamId.Of(Cases.Second), Cases.Refused(Cases.Second));
        var bundle = Zips.Of(new EvidenceSources(new EvidenceSubject.OfRequest(Cases.Second), Sample.TicketId,
            new ProvenStream(_logged.Ticket[0].Stream, _logged.Ticket, null), [new ProvenStream(invented[0].Stream, invented, null)], null));
        Assert.False(Zips.Verify(bundle).IsDamaged);

        var (complete, damages, _) = Against(bundle, _logged.Rows);

        Assert.Null(complete);
        Assert.Equal([(invented[0].Stream, 1L), (invented[0].Stream, 2L)], damages.Cast<Damage.RowInserted>().Select(damage => (damage.Of, damage.Row)));
    }

    // A log that is older than the bundle says nothing of what came after it.
    [Fact]
    public void Finish_WhenARowIsYoungerThanTheLog_ThenThatIsNoDamage()
    {
        var younger = Cases.Chain(StreamId.Of(Sample.TicketId), [.. Cases.Ticket, (new TicketFact.TicketRecorded(Sample.Ticket() with { Title = "It is back" }, Sample.Operator), TimeSpan.FromHours(34))]);
        var sources = _logged.Sources(4, 2, 6);
        Assert.Empty(Against(Zips.Of(sources with { Ticket = sources.Ticket with { Records = younger } }), _logged.Rows).Damages);
    }

    [Fact]
    public void Take_WhenTheBundleLacksARowInTheMiddle_ThenTheVerdictIsDamageAndTheLogIsReadToItsEnd()
    {
        var bundle = Zips.PackWithFreshEnd(EvidenceBundle.Entries(_logged.Sources(4, 2, 6)).Select(entry =>
            entry.Name.EndsWith($"{Cases.First}/facts.ndjson", StringComparison.Ordinal) ? entry with { Content = Without(entry.Content, 3) } : entry));

        var (_, damages, verdict) = Against(bundle, _logged.Rows);

        Assert.True(verdict.IsDamaged);
        Assert.Empty(damages);
    }

    [Fact]
    public void Finish_WhenACheckpointInTheMiddleIsMissing_ThenNothingIsClaimed() =>
        AssertFinds<Damage.CheckpointDropped>(_logged.Bundle(4, 2, 6), _logged.Rows.Where((_, place) => place != 1));

    [Fact]
    public void Finish_WhenTheLogEndsBeforeTheBundle_ThenSaysThatTheLogLacksIt()
    {
        var dropped = AssertFinds<Damage.CheckpointDropped>(_logged.Bundle(4, 2, 6), _logged.Rows.Take(2));
        Assert.Equal((3, 4), (dropped.Number, dropped.Last));
    }

    [Fact]
    public void Finish_WhenTheLogIsEmpty_ThenNothingIsClaimed() => AssertFinds<Damage.CheckpointDropped>(_logged.Bundle(4, 2, 6), []);

    // The leaf that convicts is taken out, or moved back.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Finish_WhenALeafWasTakenOrAltered_ThenTheRootTells(bool isAltered)
    {
        var third = _logged.Checkpoints[2];
        _logged.Checkpoints[2] = third with { Leaves = isAltered ? [third.Leaves[0] with { Version = 4 }, .. third.Leaves.Skip(1)] : [.. third.Leaves.Skip(1)] };
        AssertFinds<Damage.CheckpointAltered>(_logged.Bundle(2, 1, 4), _logged.Rows);
    }

    [Fact]
    public void Finish_WhenTheLogGoesOnUnderAnotherKey_ThenNothingIsClaimed()
    {
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var fourth = _logged.Checkpoints[3];
        _logged.Checkpoints[3] = fourth with { Signed = Logged.Sign(fourth.Signed.Checkpoint, other) };
        AssertFinds<Damage.CheckpointResigned>(_logged.Bundle(3, 2, 6), _logged.Rows);
    }

    [Fact]
    public void Finish_WhenTheLogHoldsAnotherCheckpointOfTheBundlesNumber_ThenIsNoneOfIt()
    {
        var bundle = _logged.Bundle(4, 2, 6);
        var fourth = _logged.Checkpoints[3];
        _logged.Checkpoints[3] = fourth with { Signed = Logged.Sign(fourth.Signed.Checkpoint with { At = fourth.Signed.Checkpoint.At.AddMinutes(1) }, Logged.Signer) };
        AssertFinds<Damage.StoreRestored>(bundle, _logged.Rows);
    }

    [Fact]
    public void Finish_WhenTheAnchorKnowsLaterOnes_ThenSaysWhatTheLogLacks()
    {
        var anchor = new Anchor();
        foreach (var stored in _logged.Checkpoints)
            anchor.Add(stored.Signed);

        var dropped = AssertFinds<Damage.CheckpointDropped>(_logged.Bundle(3, 2, 6), _logged.Rows.Take(3), anchor);
        Assert.Equal((4, 4), (dropped.Number, dropped.Last));
        Assert.Equal(4, Against(_logged.Bundle(3, 2, 6), _logged.Rows, anchor).Complete!.AnchoredCheckpoint);
    }

    [Fact]
    public void Take_WhenARowCannotBeRead_ThenNothingIsClaimed() =>
        AssertFinds<Damage.NotReadable>(_logged.Bundle(4, 2, 6), [new JournalRow.Unreadable("line 1", "no line"), .. _logged.Rows]);

    [Fact]
    public void Take_WhenTheLogIsLong_ThenNoneOfItsLeavesIsKept()
    {
        using var completeness = new BundleCompleteness(Zips.Verify(_logged.Bundle(4, 2, 6), Logged.Key), null, [Logged.Key], damage => Assert.Fail(damage.ToString()));
        foreach (var row in _logged.Rows)
            completeness.Take(row);
        var (previous, taken) = (_logged.Checkpoints[^1].Signed, new List<WeakReference>());
        for (var number = 5; number <= 60; number++)
            previous = Take(completeness, previous, number, taken);

        GC.Collect();
        GC.WaitForPendingFinalizers();
        Assert.InRange(taken.Count(leaf => leaf.IsAlive), 0, 2);
        Assert.Equal(60, completeness.Finish()!.Checkpoint);
    }

    private static ReadOnlyMemory<byte> Without(ReadOnlyMemory<byte> text, int line) =>
        Encoding.UTF8.GetBytes(string.Concat(Encoding.UTF8.GetString(text.Span).Split('\n').Where((_, place) => place != line - 1).Select(kept => kept + '\n'))[..^1]);

    // Apart, so that no local keeps the last of them.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static SignedCheckpoint Take(BundleCompleteness completeness, SignedCheckpoint previous, int number, List<WeakReference> taken)
    {
        var leaves = Enumerable.Range(0, 500).Select(n => new CheckpointLeaf(StreamId.Of(Sample.Id(1_000_000 + (number * 500) + n)), 1, new string('b', 64))).ToList();
        var frontier = previous.Checkpoint.Frontier.Append(leaves.Select(leaf => leaf.Hash)).Frontier;
        var next = Logged.Sign(new Checkpoint("harbour", number, previous.Checkpoint.At, previous.Checkpoint.At, frontier, previous.Hash, default), Logged.Signer);
        completeness.Take(new JournalRow.Checkpoint(new StoredCheckpoint(next, leaves, null)));
        taken.Add(new WeakReference(leaves[0]));
        return next;
    }

    private static T AssertFinds<T>(byte[] bundle, IEnumerable<JournalRow> log, Anchor? anchor = null)
        where T : Damage
    {
        var (complete, damages, _) = Against(bundle, log, anchor);
        Assert.Null(complete);
        return Assert.Single(damages.OfType<T>());
    }

    private static (Completeness? Complete, List<Damage> Damages, BundleVerdict Verdict) Against(byte[] bundle, IEnumerable<JournalRow> log, Anchor? anchor = null)
    {
        using var key = Logged.Key;
        var damages = new List<Damage>();
        var verdict = Zips.Verify(bundle, key);
        using var completeness = new BundleCompleteness(verdict, anchor, [key], damages.Add);
        foreach (var row in log)
            completeness.Take(row);
        return (completeness.Finish(), damages, verdict);
    }
}
