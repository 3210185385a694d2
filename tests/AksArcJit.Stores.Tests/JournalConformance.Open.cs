using AksArcJit.Broker.Ports;
using AksArcJit.Journal;
using AksArcJit.TestKit;

namespace AksArcJit.Stores.Tests;

public abstract partial class JournalConformance
{
    private static readonly DateTimeOffset Noon = Sample.Start.AddHours(3).AddTicks(1);

    [Fact]
    public async Task ListOpen_AfterEachAppend_ThenIsDueAsTold()
    {
        var line = Line.NewRequest();
        foreach (var due in new[] { Noon, Noon.AddHours(1), Noon.AddHours(-1), Noon.AddHours(-1), Noon.AddHours(2), DateTimeOffset.MaxValue, DateTimeOffset.MinValue })
        {
            await line.AppendAsync(Journal, due);
            Assert.Equal(due, await DueAsync(line.Stream));
        }
        await line.AppendAsync(Journal, null);
        Assert.Null(await DueAsync(line.Stream));
    }

    [Fact]
    public async Task ListOpen_WhenAnotherInstanceTakesTurns_ThenIsDueAsTold()
    {
        var other = await OpenAsync();
        var line = Line.NewRequest();
        for (var turn = 0; turn < 6; turn++)
        {
            var journal = turn % 2 == 0 ? Journal : other;
            await journal.ReadAsync(line.Stream, Cancellation);
            await line.AppendAsync(journal, Noon.AddHours(turn % 3));
            Assert.Equal(Noon.AddHours(turn % 3), await DueAsync(line.Stream));
        }
    }

    [Fact]
    public async Task ListOpen_WhenADoneStreamGoesOn_ThenListsItAgain()
    {
        var line = Line.NewRequest();
        await line.AppendAsync(Journal, Noon);
        await line.AppendAsync(Journal, null);
        await line.AppendAsync(Journal, Noon);
        Assert.Equal(Noon, await DueAsync(line.Stream));
        await line.AppendAsync(await OpenAsync(), null);
        await line.AppendAsync(Journal, null);
        Assert.Null(await DueAsync(line.Stream));
    }

    [Fact]
    public async Task ListOpen_WhenAnAppendConflicted_ThenIsNotLaterThanTheTruth()
    {
        var line = Line.NewRequest();
        await line.AppendAsync(Journal, Noon);
        var (early, late) = (line.Next(Noon.AddHours(-1)), line.Next(Noon.AddHours(5)));
        await line.AppendAsync(Journal, Noon.AddHours(1));
        Assert.IsType<AppendOutcome.Conflict>(await Journal.AppendAsync(late, Cancellation));
        Assert.IsType<AppendOutcome.Conflict>(await Journal.AppendAsync(early, Cancellation));
        Assert.True(await DueAsync(line.Stream) <= Noon.AddHours(1));
    }

    /// <summary>Two instances race at every version with dues all over the place; what remains must never be late.</summary>
    [Fact]
    public async Task ListOpen_AfterRaces_ThenIsNotLaterThanTheTruth()
    {
        var journals = new[] { Journal, await OpenAsync() };
        var random = new Random(7);
        var line = Line.NewRequest();
        await line.AppendAsync(Journal, Noon);
        for (var round = 0; round < 25; round++)
        {
            var appends = Enumerable.Range(0, 4).Select(_ => line.Next(random.Next(5) == 0 ? null : Noon.AddMinutes(random.Next(600)))).ToList();
            var outcomes = await Task.WhenAll(appends.Select((append, i) => Task.Run(() => journals[i % 2].AppendAsync(append, Cancellation))));
            var winner = appends[Assert.Single(Enumerable.Range(0, 4), i => outcomes[i] is AppendOutcome.Appended)];
            line.Take(winner);
            var due = await DueAsync(line.Stream);
            if (winner.Due is { } truth)
                Assert.True(due <= truth, $"Round {round}: listed {due?.ToString() ?? "nowhere"}, due {truth}.");
        }
    }

    [Fact]
    public async Task Settle_WhenTheStreamStandsThere_ThenDropsIt()
    {
        var line = Line.NewRequest();
        await line.AppendAsync(Journal, Noon);
        await (await OpenAsync()).SettleAsync(line.Stream, 1, Cancellation);
        Assert.Null(await DueAsync(line.Stream));
        await Journal.SettleAsync(line.Stream, 1, Cancellation);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task Settle_WhenTheStreamIsElsewhere_ThenLeavesIt(long version)
    {
        var line = Line.NewRequest();
        await line.AppendAsync(Journal, Noon, count: 2);
        await Journal.SettleAsync(line.Stream, version, Cancellation);
        Assert.Equal(Noon, await DueAsync(line.Stream));
    }

    /// <summary>An appender that has already looked at the index must not be left out of it: it conflicts, and its second try lists it.</summary>
    [Fact]
    public async Task Append_AfterAnotherInstanceSettled_ThenListsTheStreamAgain()
    {
        var line = Line.NewRequest();
        await line.AppendAsync(Journal, Noon);
        await (await OpenAsync()).SettleAsync(line.Stream, 1, Cancellation);
        var append = line.Next(Noon);
        if (await Journal.AppendAsync(append, Cancellation) is AppendOutcome.Conflict)
        {
            await Journal.ReadAsync(line.Stream, Cancellation);
            Assert.IsType<AppendOutcome.Appended>(await Journal.AppendAsync(append, Cancellation));
        }
        Assert.Equal(Noon, await DueAsync(line.Stream));
    }

    [Fact]
    public async Task ListOpen_WhenSome_ThenListsEachOnce()
    {
        var lines = Enumerable.Range(0, 30).Select(_ => Line.NewRequest()).ToList();
        foreach (var line in lines)
            await line.AppendAsync(Journal, Noon);
        var listed = await ListAsync();
        Assert.Equal(lines.Select(line => line.Stream.Text).Order(), listed.Select(entry => entry.Stream.Text).Order());
    }

    protected async Task<DateTimeOffset?> DueAsync(StreamId stream) => (await ListAsync()).SingleOrDefault(entry => entry.Stream == stream)?.Due;

    private async Task<List<OpenEntry>> ListAsync()
    {
        var entries = new List<OpenEntry>();
        await foreach (var entry in Journal.ListOpenAsync(Cancellation))
            entries.Add(entry);
        return entries;
    }
}
