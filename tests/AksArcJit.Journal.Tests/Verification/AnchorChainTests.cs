using System.Text;
using AksArcJit.Journal.Checkpoints;
using AksArcJit.Journal.Exports;
using AksArcJit.Journal.Verification;

namespace AksArcJit.Journal.Tests.Verification;

/// <summary>What befell an anchor is told as the anchor's damage, and never mistaken for a crash or for damage of the store.</summary>
public class AnchorChainTests
{
    private static readonly IReadOnlyList<byte[]> Whole = [.. Made(Scene.Signer).Select(signed => AnchorText.Line(signed, signed.Checkpoint.At))];

    [Fact]
    public async Task Read_WhenWholeRepeatedOrTornAnywhere_ThenFindsNothing()
    {
        Assert.Empty((await ReadAsync(Whole)).Damages);
        Assert.Empty((await ReadAsync([.. Whole.Take(3), Whole[2], .. Whole.Skip(3)])).Damages);
        for (var torn = 1; torn < Whole[3].Length - 1; torn += 13)
        {
            byte[] beginning = [.. Whole[3][..torn], (byte)'\n'];
            Assert.Empty((await ReadAsync([.. Whole.Take(3), beginning, beginning, .. Whole.Skip(3)])).Damages);
            Assert.Empty((await ReadAsync([.. Whole.Take(3), beginning])).Damages);
            Assert.Empty((await ReadAsync([.. Whole.Take(3), beginning[..^1]])).Damages);
        }
    }

    // A keeper of checkpoints gets each from every broker, in each broker's own time.
    [Fact]
    public async Task Read_WhenTwoBrokersSentTheSame_ThenFindsNothing() =>
        Assert.Empty((await ReadAsync([.. Whole.Take(4), .. Whole.Skip(1).Take(3), Whole[4], Whole[3], .. Whole.Skip(5)])).Damages);

    [Fact]
    public async Task Read_WhenAnOlderOneOfANumberThatStoodNotComesLater_ThenNamesIt()
    {
        var damages = (await ReadAsync([.. Whole.Take(1), .. Whole.Skip(2).Take(2), Whole[1], .. Whole.Skip(4)])).Damages;
        Assert.Equal((2, 2), Assert.Single(damages.OfType<Damage.AnchorDropped>()) is var gone ? (gone.Number, gone.Last) : default);
        Assert.Equal((4, 2), Assert.Single(damages.OfType<Damage.AnchorAltered>()) is var late ? (late.Line, late.Number) : default);
    }

    // Power failed: the file has its new length, and zeros where nothing was written yet.
    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    public async Task Read_WhenALineEndsInZeros_ThenItIsTorn(int torn)
    {
        byte[] zeros = [.. Whole[3][..torn], .. new byte[300], (byte)'\n'];
        Assert.Empty((await ReadAsync([.. Whole.Take(3), zeros, .. Whole.Skip(3)])).Damages);
        Assert.Empty((await ReadAsync([.. Whole.Take(3), zeros[..^1]])).Damages);
        Assert.Empty((await ReadAsync([.. Whole.Take(3), zeros])).Damages);
    }

    [Fact]
    public async Task Read_WhenLinesInTheMiddleAreGone_ThenNamesThem()
    {
        var damage = Assert.IsType<Damage.AnchorDropped>(Assert.Single((await ReadAsync([.. Whole.Take(2), .. Whole.Skip(4)])).Damages));
        Assert.Equal((3, 4), (damage.Number, damage.Last));
    }

    [Fact]
    public async Task Read_WhenALineWasAltered_ThenNamesIt()
    {
        for (var place = 20; place < Whole[2].Length - 60; place += 7)
        {
            var altered = Whole[2].ToArray();
            altered[place] = altered[place] == 'x' ? (byte)'y' : (byte)'x';
            var anchor = await ReadAsync([.. Whole.Take(2), altered, .. Whole.Skip(3)]);
            Assert.Contains(anchor.Damages, damage => damage is Damage.AnchorAltered { Line: 3 });
            Assert.Equal(Whole.Count, anchor.Newest);
        }
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("hello")]
    [InlineData("{\"checkpoint\":\"{}\",\"signature\":\"\"}")]
    public async Task Read_WhenAStrangerAddsALineThatIsNone_ThenNamesIt(string text)
    {
        byte[] strange = [.. Encoding.UTF8.GetBytes(text), (byte)'\n'];
        Assert.Equal(4, Assert.IsType<Damage.AnchorAltered>(Assert.Single((await ReadAsync([.. Whole.Take(3), strange, .. Whole.Skip(3)])).Damages)).Line);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Read_WhenAStrangerSignedALine_ThenItProvesNothing(bool hasKey)
    {
        var strange = AnchorText.Line(Made(Scene.OtherSigner)[5]);
        var anchor = await ReadAsync([.. Whole.Take(3), strange, .. Whole.Skip(3)], hasKey);
        // Without a key the chain alone tells that something does not belong there.
        Assert.NotEmpty(anchor.Damages);
        if (hasKey)
            Assert.Equal(4, Assert.IsType<Damage.AnchorAltered>(Assert.Single(anchor.Damages)).Line);
    }

    [Fact]
    public async Task Read_WhenTwoOfOneNumberAreSigned_ThenSaysSo()
    {
        var third = ExportText.ReadAnchored(Whole[2].AsMemory(0, Whole[2].Length - 1)).Checkpoint;
        var second = AnchorText.Line(Scene.Sign(third with { At = third.At.AddSeconds(1) }, Scene.Signer));
        Assert.Contains("trusted key signed both", Assert.Single((await ReadAsync([.. Whole.Take(3), second, .. Whole.Skip(3)])).Damages).Why, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verify_WhenTheAnchorIsDamaged_ThenThatIsNoDamageOfTheStore()
    {
        var scene = Scene.Of(new Random(8));
        var damages = new List<Damage>();
        var text = scene.Anchored.Select(signed => AnchorText.Line(signed)).ToList();
        text.Insert(1, "rubbish\n"u8.ToArray());
        var anchor = await ReadAsync(text);
        using var verifier = new JournalVerifier(anchor, [Scene.Key], damages.Add);
        Assert.False(verifier.HasRead);
        foreach (var checkpoint in scene.Checkpoints)
            verifier.Take(new JournalRow.Checkpoint(checkpoint));
        foreach (var row in scene.Rows.Values.SelectMany(rows => rows))
            verifier.Take(new JournalRow.Fact(row));
        Assert.Equal(1, verifier.Finish(isWhole: true).Damages);
        Assert.IsType<Damage.AnchorAltered>(Assert.Single(damages));
    }

    private static List<SignedCheckpoint> Made(System.Security.Cryptography.ECDsa signer)
    {
        var made = new List<SignedCheckpoint>();
        for (var number = 1; number <= 7; number++)
            made.Add(Scene.Sign(new Checkpoint("test", number, TestKit.Sample.Start.AddMinutes(number), TestKit.Sample.Start,
                (made.LastOrDefault()?.Checkpoint.Frontier ?? MerkleFrontier.Empty).Append([MerkleHash.Of([(byte)number])]).Frontier, made.LastOrDefault()?.Hash ?? default, default), signer));
        return made;
    }

    private static async Task<Anchor> ReadAsync(IEnumerable<byte[]> lines, bool hasKey = true) =>
        await AnchorText.ReadAsync(new MemoryStream([.. lines.SelectMany(line => line)]), hasKey ? [Scene.Key] : [], TestContext.Current.CancellationToken);
}
