using System.Buffers;
using System.Text;
using AksArcJit.Journal.Checkpoints;
using AksArcJit.Journal.Exports;
using AksArcJit.Journal.Tests.Verification;

namespace AksArcJit.Journal.Tests.Exports;

public class ExportReaderTests
{
    private static readonly Scene Sound = Scene.Of(new Random(1));
    private static readonly JournalRow[] Rows = [.. Sound.Checkpoints.Select(stored => new JournalRow.Checkpoint(stored)), .. Sound.Rows.Values.SelectMany(rows => rows).Select(row => new JournalRow.Fact(row))];

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(100_000)]
    public async Task Read_WhenWhole_ThenYieldsAllAndTheEnd(int bytesAtOnce)
    {
        var (rows, end) = await ReadAsync(Text(), bytesAtOnce);
        Assert.Equal(Rows.Length, rows.Count);
        Assert.DoesNotContain(rows, row => row is JournalRow.Unreadable);
        Assert.Equal(Sound.Checkpoints.Count, end!.Checkpoints);
    }

    /// <summary>Wherever it is cut: the end is missing. Never does a cut export look whole.</summary>
    [Fact]
    public async Task Read_WhenCutAnywhere_ThenHasNoEnd()
    {
        var text = Text();
        for (var length = 0; length < text.Length - 1; length += 97)
            Assert.Null((await ReadAsync(text[..length])).End);
    }

    [Fact]
    public async Task Read_WhenALineWasTakenAway_ThenTheEndSaysSo()
    {
        var lines = Encoding.UTF8.GetString(Text()).Split('\n').ToList();
        lines.RemoveAt(lines.Count - 3);
        var (rows, _) = await ReadAsync(Encoding.UTF8.GetBytes(string.Join('\n', lines)));
        Assert.IsType<JournalRow.Unreadable>(rows[^1]);
    }

    [Theory]
    [InlineData("{}\n")]
    [InlineData("hello\n")]
    [InlineData("\n")]
    [InlineData("{\"end\":{\"facts\":0,\"checkpoints\":0,\"unreadable\":0,\"whole\":true}}\n{\"end\":{\"facts\":0,\"checkpoints\":0,\"unreadable\":0,\"whole\":true}}\n")]
    public async Task Read_WhenALineIsNone_ThenYieldsItAsUnreadable(string text) =>
        Assert.IsType<JournalRow.Unreadable>((await ReadAsync(Encoding.UTF8.GetBytes(text))).Rows[^1]);

    [Fact]
    public async Task Read_WhenALineIsEndless_ThenStops() =>
        await Assert.ThrowsAsync<FormatException>(() => ReadAsync(Encoding.UTF8.GetBytes(new string('x', ExportText.LongestLine + 1)), 1 << 20));

    [Fact]
    public async Task Anchor_WhenTornAndRepeated_ThenReadsTheRest()
    {
        var lines = Sound.Anchored.Select(signed => AnchorText.Line(signed)).ToList();
        byte[] text = [.. lines[0], .. lines[1][..50], (byte)'\n', .. lines[1], .. lines[1]];
        var anchor = await AnchorText.ReadAsync(new MemoryStream(text), [Scene.Key], TestContext.Current.CancellationToken);
        Assert.Equal((2, 2), (anchor.Count, anchor.Newest));
    }

    [Fact]
    public async Task Anchor_WhenAnotherKeySignedIt_ThenSaysSo()
    {
        using var other = CheckpointKey.Of(Scene.OtherSigner.ExportSubjectPublicKeyInfo());
        await Assert.ThrowsAsync<FormatException>(() =>
            AnchorText.ReadAsync(new MemoryStream(AnchorText.Line(Sound.Anchored[0])), [other], TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("")]
    [InlineData("hello\n{}\n")]
    public async Task Anchor_WhenItHoldsNone_ThenSaysSo(string text) =>
        await Assert.ThrowsAsync<FormatException>(() => AnchorText.ReadAsync(new MemoryStream(Encoding.UTF8.GetBytes(text)), [], TestContext.Current.CancellationToken));

    private static byte[] Text()
    {
        var target = new ArrayBufferWriter<byte>();
        var end = ExportEnd.Nothing;
        foreach (var row in Rows)
        {
            ExportText.Write(target, row);
            end = end.Counting(row);
        }
        ExportText.Write(target, end);
        return target.WrittenSpan.ToArray();
    }

    private static async Task<(List<JournalRow> Rows, ExportEnd? End)> ReadAsync(byte[] text, int bytesAtOnce = 4096)
    {
        var reader = new ExportReader(new Trickle(text, bytesAtOnce));
        var rows = new List<JournalRow>();
        await foreach (var row in reader.ReadAsync(TestContext.Current.CancellationToken))
            rows.Add(row);
        return (rows, reader.End);
    }

    private sealed class Trickle(byte[] text, int atOnce) : MemoryStream(text)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(atOnce, buffer.Length)], cancellationToken);
    }
}
