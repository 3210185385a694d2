using System.Buffers;
using System.Text;
using AksArcJit.Journal.Checkpoints;
using AksArcJit.Journal.Exports;
using AksArcJit.TestKit;
using CsCheck;

namespace AksArcJit.Journal.Tests.Exports;

public class ExportTextTests
{
    private static readonly StreamId Stream = StreamId.Of(Sample.Id(1));

    /// <summary>Whatever bytes were hashed, text or not: they come back.</summary>
    [Fact]
    public void Read_WhenAFactWasWritten_ThenTheHashStillHolds() =>
        Gen.OneOf(Gen.Byte.Array, Gen.String.Select(Encoding.UTF8.GetBytes)).Sample(payload =>
        {
            var record = HashChain.Seal(Stream, 0, HashChain.Start, "fact-1", "Kind", Sample.Start.AddTicks(1), payload);
            var row = Assert.IsType<JournalRow.Fact>(Assert.IsType<ExportLine.Row>(ExportText.Read(Line(target => ExportText.Write(target, new JournalRow.Fact(record))))).Content);
            Assert.Equal(record with { Payload = row.Record.Payload }, row.Record);
            Assert.Equal(payload, row.Record.Payload.ToArray());
        });

    [Fact]
    public void Read_WhenACheckpointWasWritten_ThenItsBytesComeBack()
    {
        var leaf = new CheckpointLeaf(Stream, 3, HashChain.Start);
        var body = new Checkpoint("shöp", 1, Sample.Start, Sample.Start, MerkleFrontier.Empty.Append([leaf.Hash]).Frontier, default, new byte[] { 1 }).Encode();
        var stored = new StoredCheckpoint(SignedCheckpoint.Decode(body, new byte[64]), [leaf], []);
        var read = Assert.IsType<JournalRow.Checkpoint>(Assert.IsType<ExportLine.Row>(ExportText.Read(Line(target => ExportText.Write(target, new JournalRow.Checkpoint(stored))))).Content);
        Assert.Equal(stored.Signed, read.Stored.Signed);
        Assert.Equal(stored.Leaves, read.Stored.Leaves);
        Assert.Equal(stored.Signed, ExportText.ReadAnchored(Line(target => ExportText.Write(target, stored.Signed))));
    }

    [Fact]
    public void Read_WhenOthersWereWritten_ThenTheyComeBack()
    {
        JournalRow unreadable = new JournalRow.Unreadable("row 7", "No hash.", Stream, 7);
        var end = ExportEnd.Nothing.Counting(unreadable) with { IsWhole = false };
        Assert.Equal(new ExportLine.Row(unreadable), ExportText.Read(Line(target => ExportText.Write(target, unreadable))));
        Assert.Equal(new ExportLine.End(end), ExportText.Read(Line(target => ExportText.Write(target, end))));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{")]
    [InlineData("""{"stream":"no stream"}""")]
    [InlineData("""{"checkpoint":"{}","signature":"","leaves":[]}""")]
    [InlineData("""{"unreadable":7}""")]
    [InlineData("""{"end":{}}""")]
    [InlineData("""{"end":{"facts":1,"facts":2,"checkpoints":0,"unreadable":0,"whole":true}}""")]
    public void Read_WhenNoLineOfOurs_ThenRefuses(string line) => Assert.Throws<FormatException>(() => ExportText.Read(Encoding.UTF8.GetBytes(line)));

    private static ReadOnlyMemory<byte> Line(Action<IBufferWriter<byte>> write)
    {
        var target = new ArrayBufferWriter<byte>();
        write(target);
        Assert.Equal((byte)'\n', target.WrittenSpan[^1]);
        Assert.Equal(1, target.WrittenSpan.Count((byte)'\n'));
        return target.WrittenMemory[..^1];
    }
}
