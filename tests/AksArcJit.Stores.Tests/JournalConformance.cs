using System.Text;
using AksArcJit.Broker.Ports;
using AksArcJit.Journal;
using AksArcJit.Lifecycle;
using AksArcJit.TestKit;
using Microsoft.Extensions.Time.Testing;

namespace AksArcJit.Stores.Tests;

/// <summary>What <see cref="IJournal"/> promises, held against every store.</summary>
public abstract partial class JournalConformance : IAsyncLifetime
{
    private IJournal? _journal;

    protected FakeTimeProvider Time { get; } = new(Sample.Start);

    protected IJournal Journal => _journal ?? throw new InvalidOperationException("Not yet opened.");

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Another instance on this test's own store.</summary>
    protected abstract Task<IJournal> OpenAsync();

    public async ValueTask InitializeAsync() => _journal = await OpenAsync();

    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Read_WhenNothingWasAppended_ThenIsEmpty() =>
        Assert.Empty(await Journal.ReadAsync(Line.NewRequest().Stream, Cancellation));

    [Fact]
    public async Task Read_AfterAppends_ThenGivesExactlyWhatWasAppended()
    {
        var line = Line.NewRequest();
        await line.AppendAsync(Journal, Sample.Start, count: 3);
        await line.AppendAsync(Journal, Sample.Start);
        AssertSame(line.Records, await Journal.ReadAsync(line.Stream, Cancellation));
    }

    [Fact]
    public async Task ReadFrom_WhenAVersionIsNamed_ThenGivesItAndWhatFollows()
    {
        var line = Line.NewRequest();
        await line.AppendAsync(Journal, Sample.Start, count: 3);
        AssertSame([.. line.Records.Skip(1)], await Journal.ReadFromAsync(line.Stream, 2, Cancellation));
        AssertSame([line.Records[2]], await Journal.ReadFromAsync(line.Stream, 3, Cancellation));
        Assert.Empty(await Journal.ReadFromAsync(line.Stream, 4, Cancellation));
        Assert.Empty(await Journal.ReadFromAsync(Line.NewRequest().Stream, 1, Cancellation));
    }

    [Fact]
    public async Task Read_WhenAnotherInstanceAppended_ThenGivesIt()
    {
        var line = Line.NewRequest();
        await line.AppendAsync(Journal, Sample.Start);
        AssertSame(line.Records, await (await OpenAsync()).ReadAsync(line.Stream, Cancellation));
    }

    [Fact]
    public async Task Read_WhenTextIsSpecial_ThenGivesItsBytes()
    {
        var line = Line.NewRequest();
        var text = Encoding.UTF8.GetBytes("{\"reason\":\"\\u0000\\u001b 🚀 ünïcode ' \u2028 \\\" ‮ \u007f\"}");
        var append = line.Next(Sample.Start, payload: text);
        await Journal.AppendAsync(append, Cancellation);
        Assert.Equal(text, Assert.Single(await Journal.ReadAsync(line.Stream, Cancellation)).Payload.ToArray());
    }

    /// <summary>300 KiB: the rules of a very large role. The odd sizes sit on the borders of 60 KiB pieces.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(60 * 1024)]
    [InlineData(60 * 1024 + 1)]
    [InlineData(300 * 1024)]
    public async Task Read_WhenThePayloadIsLarge_ThenGivesItsBytes(int size)
    {
        var line = Line.NewRequest();
        var payload = new byte[size];
        new Random(size).NextBytes(payload);
        var append = line.Next(Sample.Start, count: 2, payload: payload);
        Assert.IsType<AppendOutcome.Appended>(await Journal.AppendAsync(append, Cancellation));
        AssertSame(append.Records, await Journal.ReadAsync(line.Stream, Cancellation));
    }

    [Fact]
    public async Task Append_WhenEveryFamilyOfStreams_ThenKeepsThemApart()
    {
        StreamId[] streams = [StreamId.System, StreamId.Of(TicketId.Parse("edge-01")), StreamId.Of(ClusterId.Parse("edge-01")), StreamId.Of(TicketId.Parse("a._-Z"))];
        foreach (var line in streams.Select(stream => new Line(stream)))
        {
            await line.AppendAsync(Journal);
            AssertSame(line.Records, await Journal.ReadAsync(line.Stream, Cancellation));
        }
    }

    [Fact]
    public async Task Append_WhenTheStreamMovedOn_ThenConflictsAndWritesNothing()
    {
        var line = Line.NewRequest();
        await line.AppendAsync(Journal, Sample.Start);
        var stale = line.Copy().Next(Sample.Start, count: 3);
        await line.AppendAsync(Journal, Sample.Start);
        Assert.IsType<AppendOutcome.Conflict>(await Journal.AppendAsync(stale, Cancellation));
        AssertSame(line.Records, await Journal.ReadAsync(line.Stream, Cancellation));
    }

    [Fact]
    public async Task Append_WhenTheStreamIsNotThatFar_ThenConflicts()
    {
        var line = Line.NewRequest();
        var first = line.Next(Sample.Start);
        line.Take(first);
        Assert.IsType<AppendOutcome.Conflict>(await Journal.AppendAsync(line.Next(Sample.Start), Cancellation));
        Assert.Empty(await Journal.ReadAsync(line.Stream, Cancellation));
    }

    [Fact]
    public async Task Append_WhenAnotherInstanceMovedTheStreamOn_ThenConflicts()
    {
        var line = Line.NewRequest();
        await line.AppendAsync(Journal, Sample.Start);
        var (mine, theirs) = (line.Next(Sample.Start), line.Next(Sample.Start));
        Assert.IsType<AppendOutcome.Appended>(await (await OpenAsync()).AppendAsync(theirs, Cancellation));
        Assert.IsType<AppendOutcome.Conflict>(await Journal.AppendAsync(mine, Cancellation));
    }

    [Fact]
    public async Task Append_WhenTheSameFactsAgain_ThenIsAppendedOnce()
    {
        var line = Line.NewRequest();
        var first = await line.AppendAsync(Journal, Sample.Start, count: 2);
        Assert.IsType<AppendOutcome.Appended>(await Journal.AppendAsync(first, Cancellation));
        await line.AppendAsync(Journal, Sample.Start);
        Assert.IsType<AppendOutcome.Appended>(await Journal.AppendAsync(first, Cancellation));
        Assert.IsType<AppendOutcome.Appended>(await (await OpenAsync()).AppendAsync(first, Cancellation));
        AssertSame(line.Records, await Journal.ReadAsync(line.Stream, Cancellation));
    }

    [Fact]
    public async Task Append_WhenOnlyPartOfTheFactsStand_ThenConflicts()
    {
        var line = Line.NewRequest();
        var two = line.Next(Sample.Start, count: 2);
        Assert.IsType<AppendOutcome.Appended>(await Journal.AppendAsync(two with { Records = [two.Records[0]] }, Cancellation));
        Assert.IsType<AppendOutcome.Conflict>(await Journal.AppendAsync(two, Cancellation));
        Assert.Single(await Journal.ReadAsync(line.Stream, Cancellation));
    }

    [Fact]
    public async Task Append_WhenRecordsWouldBreakTheChain_ThenThrows()
    {
        var line = Line.NewRequest();
        var append = line.Next(Sample.Start, count: 2);
        await Assert.ThrowsAsync<ArgumentException>(() => Journal.AppendAsync(append with { Records = [] }, Cancellation));
        await Assert.ThrowsAsync<ArgumentException>(() => Journal.AppendAsync(append with { ExpectedVersion = 1 }, Cancellation));
        await Assert.ThrowsAsync<ArgumentException>(() => Journal.AppendAsync(append with { Stream = StreamId.System }, Cancellation));
        Assert.Empty(await Journal.ReadAsync(line.Stream, Cancellation));
    }

    [Fact]
    public async Task Append_When64WritersOnOneStream_ThenOneWinsEachVersion()
    {
        const int rounds = 3;
        var line = Line.NewRequest();
        for (var round = 0; round < rounds; round++)
        {
            var appends = Enumerable.Range(0, 64).Select(_ => line.Next(Sample.Start)).ToList();
            var outcomes = await Task.WhenAll(appends.Select(append => Task.Run(() => Journal.AppendAsync(append, Cancellation))));
            line.Take(appends[Assert.Single(Enumerable.Range(0, 64), i => outcomes[i] is AppendOutcome.Appended)]);
        }
        var records = await Journal.ReadAsync(line.Stream, Cancellation);
        AssertSame(line.Records, records);
        Assert.Null(HashChain.FirstDamage(line.Stream, records));
    }

    [Fact]
    public async Task Append_WhenManyStreamsAtOnce_ThenEachChainVerifies()
    {
        var other = await OpenAsync();
        var lines = Enumerable.Range(0, 32).Select(_ => Line.NewRequest()).ToList();
        await Task.WhenAll(lines.Select((line, i) => Task.Run(async () =>
        {
            for (var n = 0; n < 4; n++)
                await line.AppendAsync(i % 2 == 0 ? Journal : other, Sample.Start.AddSeconds(n));
        })));
        foreach (var line in lines)
        {
            var records = await Journal.ReadAsync(line.Stream, Cancellation);
            AssertSame(line.Records, records);
            Assert.Null(HashChain.FirstDamage(line.Stream, records));
        }
    }

    [Fact]
    public async Task Calls_WhenCancelledBefore_ThenThrowAndWriteNothing()
    {
        var line = Line.NewRequest();
        var cancelled = new CancellationToken(true);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Journal.AppendAsync(line.Next(Sample.Start), cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Journal.ReadAsync(line.Stream, cancelled));
        Assert.Empty(await Journal.ReadAsync(line.Stream, Cancellation));
    }

    [Fact]
    public Task Check_WhenTheStoreWorks_ThenIsQuiet() => Journal.CheckAsync(Cancellation);

    protected static void AssertSame(IReadOnlyList<FactRecord> expected, IReadOnlyList<FactRecord> actual)
    {
        Assert.Equal(expected.Select(Plain), actual.Select(Plain));

        static object Plain(FactRecord record) => (record with { Payload = default }, Convert.ToHexString(record.Payload.Span));
    }
}
