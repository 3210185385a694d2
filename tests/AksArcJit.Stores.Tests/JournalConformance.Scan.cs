using AksArcJit.Broker.Ports;
using AksArcJit.Journal;
using AksArcJit.Lifecycle;
using AksArcJit.TestKit;

namespace AksArcJit.Stores.Tests;

public abstract partial class JournalConformance
{
    [Fact]
    public async Task Scan_ThenGivesEveryStreamWholeAndTogether()
    {
        var lines = Enumerable.Range(0, 5).Select(_ => Line.NewRequest())
            .Concat([new Line(StreamId.System), new Line(StreamId.Of(TicketId.Parse("CASE-9"))), new Line(StreamId.Of(ClusterId.Parse("edge-9")))]).ToList();
        foreach (var round in Enumerable.Range(1, 3))
            foreach (var line in lines)
                await line.AppendAsync(Journal, Sample.Start, count: round);

        var scanned = await ScanAsync();
        Assert.Equal(lines.Count, scanned.Count);
        foreach (var line in lines)
            AssertSame(line.Records, scanned[line.Stream]);
    }

    [Fact]
    public async Task Scan_WhenLongerThanAPage_ThenIsWhole()
    {
        var line = Line.NewRequest();
        for (var i = 0; i < 22; i++)
            await line.AppendAsync(Journal, Sample.Start, count: 50);
        await Line.NewRequest().AppendAsync(Journal, Sample.Start, count: 3);
        AssertSame(line.Records, (await ScanAsync())[line.Stream]);
    }

    [Fact]
    public async Task Settle_WhenTheStreamRests_ThenLeavesTheOpenIndexOnlyThen()
    {
        var line = Line.NewRequest();
        await line.AppendAsync(Journal, Sample.Start.AddHours(1));
        var last = line.Next(Sample.Start.AddHours(2)) with { Rests = true };
        Assert.IsType<AppendOutcome.Appended>(await Journal.AppendAsync(last, Cancellation));
        line.Take(last);
        Assert.NotNull(await DueAsync(line.Stream));
        await Journal.SettleAsync(line.Stream, 1, Cancellation);
        Assert.NotNull(await DueAsync(line.Stream));
        await Journal.SettleAsync(line.Stream, 2, Cancellation);
        Assert.Null(await DueAsync(line.Stream));
        await line.AppendAsync(Journal, Sample.Start.AddHours(3));
        Assert.True(await DueAsync(line.Stream) <= Sample.Start.AddHours(3));
    }

    /// <summary>Another instance appends to a resting stream before it is settled: it stays listed.</summary>
    [Fact]
    public async Task Settle_WhenAnotherAppendedToTheRestingStream_ThenItStaysListed()
    {
        var (line, other) = (Line.NewRequest(), await OpenAsync());
        await line.AppendAsync(Journal, Sample.Start.AddHours(1));
        var last = line.Next(Sample.Start.AddHours(1)) with { Rests = true };
        await Journal.AppendAsync(last, Cancellation);
        line.Take(last);
        await other.ReadAsync(line.Stream, Cancellation);
        await line.AppendAsync(other, Sample.Start.AddHours(1));
        await Journal.SettleAsync(line.Stream, 2, Cancellation);
        Assert.True(await DueAsync(line.Stream) <= Sample.Start.AddHours(1));
    }

    private async Task<Dictionary<StreamId, List<FactRecord>>> ScanAsync()
    {
        var (streams, current) = (new Dictionary<StreamId, List<FactRecord>>(), (StreamId?)null);
        await foreach (var row in Journal.ScanAsync(Cancellation))
        {
            var record = Assert.IsType<JournalRow.Fact>(row).Record;
            if (current != record.Stream)
                streams.Add(current = record.Stream, []);
            streams[record.Stream].Add(record);
        }
        return streams;
    }
}
