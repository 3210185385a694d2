namespace AksArcJit.Stores.Tests;

public abstract partial class JournalConformance
{
    [Fact]
    public async Task MarkPublished_WhenAppendsFollow_ThenTheMarksStay()
    {
        var other = await OpenAsync();
        var line = Line.NewRequest();
        await line.AppendAsync(Journal, Noon, count: 2);
        Assert.Equal(0, (await Journal.FindOpenAsync(line.Stream, Cancellation))!.Published.By("bus"));
        await Journal.MarkPublishedAsync(line.Stream, Marks(("bus", 1), ("hook", 2)), Cancellation);
        await other.MarkPublishedAsync(line.Stream, Marks(("bus", 2)), Cancellation);
        // Raised, never lowered.
        await Journal.MarkPublishedAsync(line.Stream, Marks(("hook", 1)), Cancellation);
        foreach (var due in new[] { Noon.AddHours(1), Noon.AddHours(-1), Noon.AddHours(2) })
        {
            await line.AppendAsync(Journal, due);
            // Early where another instance marked the entry meanwhile, never late.
            Assert.True(await DueAsync(line.Stream) <= due);
        }
        foreach (var journal in new[] { Journal, other })
        {
            var entry = (await journal.FindOpenAsync(line.Stream, Cancellation))!;
            Assert.Equal((2, 2, 0), (entry.Published.By("bus"), entry.Published.By("hook"), entry.Published.By("new")));
            Assert.Equal(entry.Published.Text, (await ListAsync()).Single(one => one.Stream == line.Stream).Published.Text);
        }
        Assert.Equal(5, (await Journal.ReadAsync(line.Stream, Cancellation)).Count);
    }

    [Fact]
    public async Task MarkPublished_ByWhoAppends_ThenTheDueStaysAsTold()
    {
        var line = Line.NewRequest();
        foreach (var due in new[] { Noon, Noon.AddHours(1), Noon.AddHours(-1), Noon.AddHours(2) })
        {
            await line.AppendAsync(Journal, due);
            await Journal.MarkPublishedAsync(line.Stream, Marks(("bus", line.Version)), Cancellation);
            Assert.Equal(due, await DueAsync(line.Stream));
        }
    }

    [Fact]
    public async Task MarkPublished_WhenTheStreamLeftAndCameBack_ThenAllBeforeCountsAsPublished()
    {
        var line = Line.NewRequest();
        await line.AppendAsync(Journal, Noon, count: 3);
        await Journal.MarkPublishedAsync(line.Stream, Marks(("bus", 3)), Cancellation);
        await Journal.SettleAsync(line.Stream, 3, Cancellation);
        Assert.Null(await Journal.FindOpenAsync(line.Stream, Cancellation));
        await Journal.MarkPublishedAsync(line.Stream, Marks(("bus", 9)), Cancellation);
        Assert.Null(await DueAsync(line.Stream));

        await line.AppendAsync(Journal, Noon);
        var entry = (await (await OpenAsync()).FindOpenAsync(line.Stream, Cancellation))!;
        Assert.Equal((3, 3), (entry.Published.By("bus"), entry.Published.By("another")));
    }

    [Fact]
    public async Task MarkPublished_WhenAppendsRunBesideIt_ThenNeitherIsLost()
    {
        var other = await OpenAsync();
        var line = Line.NewRequest();
        await line.AppendAsync(Journal, Noon);
        var marking = Task.Run(async () =>
        {
            for (var version = 1; version <= 20; version++)
                await other.MarkPublishedAsync(line.Stream, Marks(("bus", version)), Cancellation);
        }, Cancellation);
        for (var turn = 0; turn < 20; turn++)
            await line.AppendAsync(Journal, Noon.AddMinutes(turn % 7));
        await marking;
        var entry = (await Journal.FindOpenAsync(line.Stream, Cancellation))!;
        Assert.Equal(20, entry.Published.By("bus"));
        Assert.True(entry.Due <= Noon.AddMinutes(19 % 7));
        await Journal.SettleAsync(line.Stream, line.Version, Cancellation);
        Assert.Null(await DueAsync(line.Stream));
    }

    private static Dictionary<string, long> Marks(params IEnumerable<(string Outlet, long Version)> marks) =>
        marks.ToDictionary(mark => mark.Outlet, mark => mark.Version);
}
