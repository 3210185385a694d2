using AksArcJit.Broker.Ports;
using AksArcJit.Lifecycle;
using AksArcJit.TestKit;

namespace AksArcJit.Stores.Tests;

public abstract partial class JournalConformance
{
    private readonly RequestIndex _index = new(Sample.TicketId, Sample.ClusterId, Sample.Engineer, Sample.Start);
    private readonly string _key = Convert.ToHexStringLower(Guid.NewGuid().ToByteArray().Concat(new byte[16]).ToArray());

    [Fact]
    public async Task Claim_WhenFree_ThenIsOurs() => Assert.Null(await Journal.ClaimPendingAsync(_key, Line.NewId(), _index, Cancellation));

    [Fact]
    public async Task Claim_WhenOursAlready_ThenIsOurs()
    {
        var id = Line.NewId();
        await Journal.ClaimPendingAsync(_key, id, _index, Cancellation);
        Assert.Null(await Journal.ClaimPendingAsync(_key, id, _index, Cancellation));
    }

    [Fact]
    public async Task Claim_WhenATwinIsPending_ThenNamesItHoweverLongItTakes()
    {
        var twin = await ClaimedAsync(isPending: true);
        Time.Advance(TimeSpan.FromHours(3));
        Assert.Equal(twin.Stream.Request, await Journal.ClaimPendingAsync(_key, Line.NewId(), _index, Cancellation));
        Assert.Equal(twin.Stream.Request, await (await OpenAsync()).ClaimPendingAsync(_key, Line.NewId(), _index, Cancellation));
    }

    [Fact]
    public async Task Claim_WhenTheTwinIsNoLongerPending_ThenPasses()
    {
        var twin = await ClaimedAsync(isPending: true);
        await twin.AppendAsync(Journal, Sample.Start, isPending: false);
        var next = Line.NewId();
        Assert.Null(await (await OpenAsync()).ClaimPendingAsync(_key, next, _index, Cancellation));
        Assert.Equal(next, await Journal.ClaimPendingAsync(_key, Line.NewId(), _index, Cancellation));
    }

    [Fact]
    public async Task Claim_WhenTheTwinHasNoChain_ThenPassesAfter60Seconds()
    {
        var twin = Line.NewId();
        await Journal.ClaimPendingAsync(_key, twin, _index, Cancellation);
        Time.Advance(TimeSpan.FromSeconds(59));
        Assert.Equal(twin, await Journal.ClaimPendingAsync(_key, Line.NewId(), _index, Cancellation));
        Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(await Journal.ClaimPendingAsync(_key, Line.NewId(), _index, Cancellation));
    }

    [Fact]
    public async Task Claim_When16AtOnce_ThenOneWinsAndTheOthersNameIt()
    {
        var ids = Enumerable.Range(0, 16).Select(_ => Line.NewId()).ToList();
        var answers = await Task.WhenAll(ids.Select(id => Task.Run(() => Journal.ClaimPendingAsync(_key, id, _index, Cancellation))));
        var winner = ids[Assert.Single(Enumerable.Range(0, 16), i => answers[i] is null)];
        Assert.All(answers, answer => Assert.True(answer is null || answer == winner));
    }

    [Fact]
    public async Task Append_WhenLaterThanItsClaimAllows_ThenNothingIsAppended()
    {
        var (late, heir) = (Line.NewRequest(), Line.NewRequest());
        await Journal.ClaimPendingAsync(_key, late.Stream.Request!, _index, Cancellation);
        var before = Time.GetUtcNow() + TimeSpan.FromSeconds(30);
        Time.Advance(TimeSpan.FromSeconds(61));
        Assert.Null(await (await OpenAsync()).ClaimPendingAsync(_key, heir.Stream.Request!, _index, Cancellation));
        await Assert.ThrowsAsync<JournalUnavailableException>(() =>
            Journal.AppendAsync(late.Next(Sample.Start, isPending: true, index: _index) with { Before = before }, Cancellation));
        Assert.Empty(await Journal.ReadAsync(late.Stream, Cancellation));
        Assert.IsType<AppendOutcome.Appended>(await Journal.AppendAsync(
            heir.Next(Sample.Start, isPending: true, index: _index) with { Before = Time.GetUtcNow() }, Cancellation));
    }

    [Fact]
    public async Task Enter_WhenAnIdComesAgain_ThenOnlyTheFirstIsNew()
    {
        var line = Line.NewRequest();
        Assert.True(await Journal.EnterAsync(line.Stream.Request!, _index, Cancellation));
        await line.AppendAsync(Journal, Sample.Start, index: _index, isPending: true);
        Assert.False(await (await OpenAsync()).EnterAsync(line.Stream.Request!, _index with { RequestedAt = Sample.Start + TimeSpan.FromHours(1) }, Cancellation));
        Assert.False(await Journal.EnterAsync(line.Stream.Request!, _index with { Ticket = TicketId.Parse("another") }, Cancellation));
    }

    [Fact]
    public async Task Enter_WhenTheRequestStands_ThenItIsListedOnceByItsEngineer()
    {
        var index = _index with { Engineer = new Person("https://issuer", Guid.NewGuid().ToString()) };
        var line = Line.NewRequest();
        await Journal.EnterAsync(line.Stream.Request!, index, Cancellation);
        Assert.Empty((await Journal.FindAsync(Any with { Engineer = index.Engineer }, Cancellation)).Requests);
        await line.AppendAsync(Journal, Sample.Start, index: index, isPending: true);
        Assert.Equal([line.Stream.Request!], (await Journal.FindAsync(Any with { Engineer = index.Engineer }, Cancellation)).Requests);
    }

    // The first try ended between its claim and its append; the same key comes again, or came at once to another broker.
    [Fact]
    public async Task Find_WhenARequestWasAskedAgainBeforeItStood_ThenListsItOnce()
    {
        var index = _index with { Ticket = TicketId.Parse($"{Guid.NewGuid()}"), Engineer = new Person("https://issuer", Guid.NewGuid().ToString()) };
        var line = Line.NewRequest();
        foreach (var tried in new[] { index, index with { RequestedAt = index.RequestedAt + TimeSpan.FromMinutes(1) } })
        {
            var broker = await OpenAsync();
            await broker.EnterAsync(line.Stream.Request!, tried, Cancellation);
            Assert.Null(await broker.ClaimPendingAsync(_key, line.Stream.Request!, tried, Cancellation));
        }
        await line.AppendAsync(Journal, Sample.Start, index: index with { RequestedAt = index.RequestedAt + TimeSpan.FromMinutes(1) }, isPending: true);

        Assert.Equal([line.Stream.Request!], (await Journal.FindAsync(Any with { Ticket = index.Ticket }, Cancellation)).Requests);
        Assert.Equal([line.Stream.Request!], (await Journal.FindAsync(Any with { Engineer = index.Engineer }, Cancellation)).Requests);
    }

    private async Task<Line> ClaimedAsync(bool isPending)
    {
        var line = Line.NewRequest();
        Assert.Null(await Journal.ClaimPendingAsync(_key, line.Stream.Request!, _index, Cancellation));
        await line.AppendAsync(Journal, Sample.Start, isPending: isPending);
        return line;
    }
}
