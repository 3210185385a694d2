using System.Diagnostics;
using AksArcJit.Journal.Checkpoints;
using AksArcJit.Journal.Exports;
using AksArcJit.Journal.Verification;
using AksArcJit.TestKit;

namespace AksArcJit.Journal.Tests.Verification;

public class JournalVerifierTests
{
    private readonly Scene scene = Scene.Of(new Random(5));
    private readonly Random random = new(5);

    /// <summary>Checkpoints were read; then facts were appended and streams began, while the rows were being read.</summary>
    [Fact]
    public void Verify_WhenRowsAreAppendedMeanwhile_ThenFindsNothing()
    {
        for (var i = 0; i < 50; i++)
            scene.Append(i % 2 == 0 ? scene.Rows.Keys.First() : StreamId.Of(Sample.Id(500 + i)), random);
        Assert.Empty(scene.Verify().Damages);
    }

    /// <summary>The checkpointer was down for long, or left streams for the next checkpoint: what it had not covered is no insertion.</summary>
    [Fact]
    public void Verify_WhenACheckpointLeavesStreamsForTheNext_ThenFindsNothing()
    {
        var before = scene.Checkpoints[^1].Signed;
        scene.Append(StreamId.Of(Sample.Id(600)), random);
        scene.Append(StreamId.Of(Sample.Id(601)), random);
        scene.Now += TimeSpan.FromHours(3);
        scene.Checkpoint();
        var whole = scene.Checkpoints[^1];
        var first = before.Checkpoint.Frontier.Append([whole.Leaves[0].Hash]).Frontier;
        var signed = Scene.Sign(whole.Signed.Checkpoint with { Frontier = first, CoversUntil = before.Checkpoint.CoversUntil }, Scene.Signer);
        scene.Checkpoints[^1] = new StoredCheckpoint(signed, [whole.Leaves[0]], null);
        scene.Anchored[^1] = signed;
        Assert.Empty(scene.Verify().Damages);
        scene.Checkpoint();
        Assert.Empty(scene.Verify().Damages);
    }

    /// <summary>What a broker compares with: the newest of an anchor, hours after the backup was taken.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Verify_WhenAnOlderStoreLivesOnAndOnlyTheNewestIsAnchored_ThenTellsARestore(int checkpointsSince)
    {
        var backup = scene.Copy();
        // Taken between two checkpoints, as backups are.
        backup.Append(StreamId.System, random);
        for (var i = 0; i < 3; i++)
        {
            scene.Now += TimeSpan.FromHours(1);
            scene.Append(StreamId.System, random);
            scene.Checkpoint();
        }
        backup.Now = scene.Now + TimeSpan.FromHours(1);
        backup.Append(StreamId.Of(Sample.Id(600)), random);
        for (var i = 0; i < checkpointsSince; i++)
        {
            backup.Checkpoint();
            backup.Append(StreamId.Of(Sample.Id(601)), random);
        }
        backup.Anchored.Clear();
        backup.Anchored.AddRange(scene.Anchored);
        Assert.IsType<Damage.StoreRestored>(Assert.Single(backup.Verify(hasNewestOnly: true).Damages));
        Assert.IsType<Damage.StoreRestored>(Assert.Single(backup.Verify().Damages));
    }

    [Fact]
    public void Verify_WhenNewestCheckpointsWereTakenAndOnlyTheNewestIsAnchored_ThenTellsThatTheyAreDropped()
    {
        for (var i = 0; i < 3; i++)
        {
            scene.Now += TimeSpan.FromHours(1);
            scene.Append(StreamId.System, random);
            scene.Checkpoint();
        }
        scene.Checkpoints.RemoveRange(scene.Checkpoints.Count - 2, 2);
        scene.Now += TimeSpan.FromHours(1);
        scene.Append(StreamId.System, random);
        Assert.IsType<Damage.CheckpointDropped>(Assert.Single(scene.Verify(hasNewestOnly: true).Damages));
    }

    [Theory]
    [InlineData(0, 0, null)]
    [InlineData(0, 3, null)]
    [InlineData(0, 60, "was begun on")]
    [InlineData(1, 0, "begins with checkpoint 2")]
    public async Task Verify_WhenTheAnchorIsYoungerThanTheJournal_ThenSaysFromWhenItSpeaks(int missing, int minutesLate, string? told)
    {
        var lines = scene.Anchored.Skip(missing).SelectMany(signed => AnchorText.Line(signed, signed.Checkpoint.At.AddMinutes(minutesLate))).ToArray();
        var anchor = await AnchorText.ReadAsync(new MemoryStream(lines), [Scene.Key], TestContext.Current.CancellationToken);
        using var verifier = new JournalVerifier(anchor, [Scene.Key], damage => Assert.Fail(damage.ToString()));
        foreach (var checkpoint in scene.Checkpoints)
            verifier.Take(new JournalRow.Checkpoint(checkpoint));
        foreach (var row in scene.Rows.Values.SelectMany(rows => rows))
            verifier.Take(new JournalRow.Fact(row));
        var sentences = verifier.Finish(isWhole: true).NotExcluded;
        Assert.Equal(told is null ? 0 : 1, sentences.Count);
        Assert.All(sentences, sentence => Assert.Contains(told!, sentence, StringComparison.Ordinal));
    }

    [Fact]
    public void Damage_ThenReadsAsASentence()
    {
        var stream = scene.Rows.Keys.First();
        Assert.Equal($"ValueEdited: {stream.Text}, row 3: It was edited.", new Damage.ValueEdited(stream, 3, "It was edited.").ToString());
        Assert.StartsWith("CheckpointDropped: checkpoint 2: ", new Damage.CheckpointDropped(2, 2).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Verify_WhenAKindIsUnknown_ThenCountsItAndIsClean()
    {
        var stream = StreamId.Of(Sample.Id(700));
        scene.Rows[stream] = [HashChain.Seal(stream, 0, HashChain.Start, "f", "GrantDelegated", scene.Now, "{}"u8.ToArray())];
        var (report, damages) = scene.Verify();
        Assert.Empty(damages);
        Assert.Equal(1, report.UnknownKinds["GrantDelegated"]);
    }

    /// <summary>No broker reads on behind such a row, so an auditor must hear of it, whether a checkpoint holds it or not.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Verify_WhenARowIsDatedAsNoClockShows_ThenNamesIt(bool isHeld)
    {
        var (stream, rows) = scene.Rows.First();
        rows.Add(HashChain.Seal(stream, rows.Count, rows[^1].Hash, "f", "GrantHeld", DateTimeOffset.MaxValue, "{}"u8.ToArray()));
        if (isHeld)
            scene.Checkpoint();
        var damage = Assert.IsType<Damage.ValueEdited>(Assert.Single(scene.Verify().Damages));
        Assert.Equal((stream, rows.Count), (damage.Stream, damage.Version));
        Assert.Contains("9999-12-31", damage.Why, StringComparison.Ordinal);
    }

    /// <summary>Behind a row that does not hold.</summary>
    [Fact]
    public void Verify_WhenARowIsDatedAsNoClockShowsInADamagedChain_ThenNamesItToo()
    {
        var (stream, rows) = scene.Rows.First();
        rows.Add(HashChain.Seal(stream, rows.Count, rows[^1].Hash, "f", "GrantHeld", DateTimeOffset.MaxValue, "{}"u8.ToArray()));
        rows[1] = rows[1] with { Kind = "Other" };
        Assert.Equal([2, (long)rows.Count], scene.Verify().Damages.Select(damage => damage.Version!.Value).Order());
    }

    // An invented kind is damage and nothing else: that it came from a newer version is nobody's word.
    [Fact]
    public void Verify_WhenAKindWasInvented_ThenIsNoNewerVersions()
    {
        var rows = scene.Rows.Values.First();
        rows[1] = rows[1] with { Kind = "GrantDelegated" };
        var (report, damages) = scene.Verify();
        Assert.IsType<Damage.ValueEdited>(Assert.Single(damages));
        Assert.Empty(report.UnknownKinds);
    }

    [Fact]
    public void Verify_WhenARowIsNoRecord_ThenNamesItOnce()
    {
        var stream = scene.Rows.Keys.First();
        var damages = new List<Damage>();
        using var verifier = new JournalVerifier(null, [], damages.Add);
        foreach (var checkpoint in scene.Checkpoints)
            verifier.Take(new JournalRow.Checkpoint(checkpoint));
        foreach (var row in scene.Rows.Values.SelectMany(rows => rows))
            verifier.Take(row.Stream == stream && row.Version == 2 ? new JournalRow.Unreadable("table, row 2", "No hash.", stream, 2) : new JournalRow.Fact(row));
        verifier.Take(new JournalRow.Unreadable("table, row 'x'", "No stream."));
        Assert.False(verifier.Finish(isWhole: true).IsClean);
        Assert.Equal(2, damages.Count);
        Assert.Equal((stream, 2), (damages[0].Stream, damages[0].Version));
    }

    [Fact]
    public void Verify_WhenACheckpointIsUnreadable_ThenNamesItOnce()
    {
        var damages = new List<Damage>();
        using var verifier = new JournalVerifier(null, [], damages.Add);
        foreach (var checkpoint in scene.Checkpoints)
            verifier.Take(checkpoint == scene.Checkpoints[0] ? new JournalRow.Unreadable("checkpoint!1", "No body.", Number: 1) : new JournalRow.Checkpoint(checkpoint));
        foreach (var row in scene.Rows.Values.SelectMany(rows => rows))
            verifier.Take(new JournalRow.Fact(row));
        verifier.Finish(isWhole: true);
        Assert.Equal(1, Assert.IsType<Damage.NotReadable>(Assert.Single(damages)).Number);
    }

    [Fact]
    public void Verify_WhenASelection_ThenMissesNoOthersAndSaysSo()
    {
        scene.Rows.Remove(scene.Rows.Keys.First());
        var (report, damages) = scene.Verify(isWhole: false);
        Assert.Empty(damages);
        Assert.Contains(report.NotExcluded, sentence => sentence.Contains("selection", StringComparison.Ordinal));
    }

    [Fact]
    public void Verify_WhenNothingIsCheckpointed_ThenTellsEditsAndSaysWhatItCannotSee()
    {
        scene.Checkpoints.Clear();
        Assert.Empty(scene.Verify(hasAnchor: false).Damages);
        var rows = scene.Rows.Values.First();
        rows[1] = rows[1] with { Payload = "{}"u8.ToArray() };
        var (report, damages) = scene.Verify(hasAnchor: false);
        Assert.Equal(2, Assert.IsType<Damage.ValueEdited>(Assert.Single(damages)).Row);
        Assert.Null(report.Horizon);
        Assert.NotEmpty(report.NotExcluded);
    }

    [Fact]
    public void Verify_WhenTheStreamIsDamagedTwice_ThenNamesBoth()
    {
        var stream = StreamId.Of(Sample.Id(800));
        for (var i = 0; i < 20; i++)
            scene.Append(stream, random);
        scene.Checkpoint();
        var rows = scene.Rows[stream];
        rows[2] = rows[2] with { Payload = "{}"u8.ToArray() };
        rows.RemoveAt(10);
        rows.RemoveAt(rows.Count - 1);
        Assert.Equal(
            [("ValueEdited", 3L), ("RowDeleted", 11L), ("TailTruncated", 20L)],
            scene.Verify().Damages.Select(damage => (damage.Kind, damage.Version!.Value)).OrderBy(damage => damage.Item2));
    }

    /// <summary>Hostile numbers and whole streams of nonsense are answered in bounded time.</summary>
    [Fact]
    public void Verify_WhenRowsAreNonsense_ThenAnswersSoon()
    {
        var stream = StreamId.Of(Sample.Id(900));
        var rows = scene.Rows[stream] = [];
        for (var i = 0; i < 30_000; i++)
            rows.Add(HashChain.Seal(stream, i, HashChain.Start, "f", "Kind", Sample.Start, "{}"u8.ToArray()) with { Hash = HashChain.Start });
        rows.Add(HashChain.Seal(stream, long.MaxValue - 1, HashChain.Start, "f", "Kind", Sample.Start, "{}"u8.ToArray()));
        rows.Add(HashChain.Seal(stream, -5, HashChain.Start, "f", "Kind", Sample.Start, "{}"u8.ToArray()));
        var clock = Stopwatch.StartNew();
        Assert.False(scene.Verify().Report.IsClean);
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(30), $"It took {clock.Elapsed}.");
    }

    /// <summary>Whoever signs with a key of their own can claim anything: no number makes the verifier fail or run for ever.</summary>
    [Theory]
    [InlineData(long.MaxValue)]
    [InlineData(long.MinValue)]
    [InlineData(2_000_000)]
    public void Verify_WhenACheckpointClaimsTheImpossible_ThenAnswersSoon(long version)
    {
        var stream = scene.Rows.Keys.First();
        var leaf = new CheckpointLeaf(stream, version, HashChain.Start);
        var before = scene.Checkpoints[^1].Signed;
        foreach (var time in new[] { DateTimeOffset.MinValue, DateTimeOffset.MaxValue })
        {
            var body = before.Checkpoint with
            {
                Number = before.Checkpoint.Number + 1,
                At = time,
                CoversUntil = time,
                Previous = before.Hash,
                Frontier = before.Checkpoint.Frontier.Append([leaf.Hash]).Frontier,
            };
            var damaged = scene.Copy();
            damaged.Checkpoints.Add(new StoredCheckpoint(Scene.Sign(body, Scene.Signer), [leaf], []));
            damaged.Rows[stream].Add(HashChain.Seal(stream, damaged.Rows[stream].Count, damaged.Rows[stream][^1].Hash, "f", "Kind", DateTimeOffset.MaxValue, "{}"u8.ToArray()));
            var (report, damages) = damaged.Verify(hasAnchor: false, hasKey: false);
            Assert.NotEmpty(damages);
            Assert.InRange(report.Damages, 1, 1000);
        }
    }

    [Fact]
    public void Verify_WhenTheNewestCheckpointIsDamaged_ThenTheHorizonIsTheOneBefore()
    {
        scene.Checkpoints[^1] = scene.Checkpoints[^1] with { Leaves = [] };
        Assert.Equal(scene.Checkpoints.Count - 1, scene.Verify().Report.Horizon!.Checkpoint);
    }

    [Fact]
    public void Verify_WhenAStreamComesTwice_ThenSaysSo()
    {
        var damages = new List<Damage>();
        using var verifier = new JournalVerifier(null, [], damages.Add);
        var streams = scene.Rows.Values.Take(2).ToArray();
        foreach (var row in new[] { streams[0][0], streams[1][0], streams[0][1] })
            verifier.Take(new JournalRow.Fact(row));
        Assert.Equal(streams[0][0].Stream, Assert.IsType<Damage.RowInserted>(Assert.Single(damages)).Stream);
    }
}
