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

    private async Task<Line> ClaimedAsync(bool isPending)
    {
        var line = Line.NewRequest();
        Assert.Null(await Journal.ClaimPendingAsync(_key, line.Stream.Request!, _index, Cancellation));
        await line.AppendAsync(Journal, Sample.Start, isPending: isPending);
        return line;
    }
}
