using AksArcJit.Broker.Ports;
using AksArcJit.Lifecycle;
using AksArcJit.TestKit;

namespace AksArcJit.Stores.Tests;

public abstract partial class JournalConformance
{
    private static readonly RequestQuery Any = new(null, null, null, [], null, null, null, 50);
    private static readonly TicketId[] Tickets = [TicketId.Parse("CASE-1"), TicketId.Parse("CASE-10")];
    private static readonly ClusterId[] Clusters = [ClusterId.Parse("edge-1"), ClusterId.Parse("edge-10")];

    // The second pair has the same characters in a row: an index must not take them for one.
    private static readonly Person[] Engineers = [new("https://i/#?\\", "o'1"), new("https://i/#?\\o", "'1")];

    [Fact]
    public async Task Find_WhenNothing_ThenIsEmptyAndAtItsEnd()
    {
        var page = await Journal.FindAsync(Any, Cancellation);
        Assert.Empty(page.Requests);
        Assert.Null(page.Cursor);
    }

    [Fact]
    public async Task Find_WhenFiltered_ThenGivesWhatFitsNewestFirst()
    {
        var all = await SeedAsync();
        RequestQuery[] queries =
        [
            Any,
            .. Tickets.Select(ticket => Any with { Ticket = ticket }),
            .. Clusters.Select(cluster => Any with { Cluster = cluster }),
            .. Engineers.Select(engineer => Any with { Engineer = engineer }),
            Any with { Ticket = Tickets[0], Cluster = Clusters[1] },
            Any with { Ticket = Tickets[1], Engineer = Engineers[0] },
            Any with { Engineer = Engineers[1], Cluster = Clusters[0] },
            Any with { States = ["Active"] },
            Any with { States = ["Active", "Revoking"], Cluster = Clusters[0] },
            Any with { States = ["Nowhere"] },
            Any with { After = At(6) },
            Any with { Before = At(6) },
            Any with { After = At(3), Before = At(12) },
            Any with { After = At(3), Before = At(12), Engineer = Engineers[0] },
            Any with { After = At(12), Before = At(3) },
            Any with { After = DateTimeOffset.MinValue, Before = DateTimeOffset.MaxValue },
            Any with { Ticket = TicketId.Parse("CASE-2") },
            Any with { Engineer = new Person("nobody", "x") },
        ];
        foreach (var query in queries)
        {
            var page = await Journal.FindAsync(query, Cancellation);
            Assert.Equal(all.Where(request => Fits(query, request)).Select(request => request.Id), page.Requests);
            Assert.Null(page.Cursor);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(16)]
    [InlineData(200)]
    public async Task Find_WhenPaged_ThenGivesEachOnceInOrder(int limit)
    {
        var all = await SeedAsync();
        foreach (var query in new[] { Any, Any with { Ticket = Tickets[0] }, Any with { States = ["Active"] }, Any with { After = At(2), Before = At(13) } })
        {
            var (found, cursor) = (new List<RequestId>(), (string?)null);
            do
            {
                var page = await Journal.FindAsync(query with { Limit = limit, Cursor = cursor }, Cancellation);
                Assert.InRange(page.Requests.Count, cursor is null ? 0 : 1, limit);
                found.AddRange(page.Requests);
                cursor = page.Cursor;
            }
            while (cursor is not null);
            Assert.Equal(all.Where(request => Fits(query, request)).Select(request => request.Id), found);
        }
    }

    [Fact]
    public async Task Find_WhenRequestsArriveBetweenPages_ThenThePagesDoNotShift()
    {
        var all = await SeedAsync();
        var first = await Journal.FindAsync(Any with { Limit = 5 }, Cancellation);
        await SeedOneAsync(100, "Active");
        var second = await Journal.FindAsync(Any with { Limit = 200, Cursor = first.Cursor }, Cancellation);
        Assert.Equal(all.Select(request => request.Id), first.Requests.Concat(second.Requests));
    }

    [Fact]
    public async Task Find_WhenTheStateChanges_ThenFollows()
    {
        var line = Line.NewRequest();
        await line.AppendAsync(Journal, Noon, state: "Granting", index: new(Tickets[0], Clusters[0], Engineers[0], Sample.Start));
        await line.AppendAsync(Journal, null, state: "Closed");
        Assert.Empty((await Journal.FindAsync(Any with { States = ["Granting"] }, Cancellation)).Requests);
        Assert.Equal([line.Stream.Request!], (await Journal.FindAsync(Any with { States = ["Closed"] }, Cancellation)).Requests);
    }

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("0000000000000000000")]
    [InlineData("9999999999999999999aaaaaaaaaaaaaaaaaaaaaaaaaa")]
    [InlineData("-000000000000000001aaaaaaaaaaaaaaaaaaaaaaaaaa")]
    [InlineData("0000000000000000001aaaaaaaaaaaaaaaaaaaaaaaaa!")]
    [InlineData("0000000000000000001' or PartitionKey ge '0000")]
    [InlineData("0000000000000000001aaaaaaaaaaaaaaaaaaaaaaaaaa0000000000000000001aaaaaaaaaaaaaaaaaaaaaaaaaa")]
    [InlineData("０００００００００００００００００００aaaaaaaaaaaaaaaaaaaaaaaaaa")]
    public async Task Find_WhenTheCursorIsNoneOfOurs_ThenThrowsFormatException(string cursor) =>
        await Assert.ThrowsAsync<FormatException>(() => Journal.FindAsync(Any with { Cursor = cursor }, Cancellation));

    [Theory]
    [InlineData(0)]
    [InlineData(201)]
    public async Task Find_WhenTheLimitIsOutOfRange_ThenThrows(int limit) =>
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => Journal.FindAsync(Any with { Limit = limit }, Cancellation));

    private sealed record Seeded(RequestId Id, RequestIndex Index, string State);

    /// <summary>Sixteen requests of every combination, over several months, two at a time at the same moment; newest first.</summary>
    private async Task<IReadOnlyList<Seeded>> SeedAsync()
    {
        var seeded = await Task.WhenAll(Enumerable.Range(0, 16).Select(i => SeedOneAsync(i, i % 3 == 0 ? "Active" : i % 3 == 1 ? "Revoking" : "Closed")));
        return [.. seeded.OrderByDescending(request => request.Index.RequestedAt).ThenBy(request => request.Id.Text, StringComparer.Ordinal)];
    }

    private async Task<Seeded> SeedOneAsync(int number, string state)
    {
        var line = Line.NewRequest();
        var index = new RequestIndex(Tickets[number & 1], Clusters[(number >> 1) & 1], Engineers[(number >> 2) & 1], At(number));
        await line.AppendAsync(Journal, Noon, state: state, index: index);
        return new Seeded(line.Stream.Request!, index, state);
    }

    private static DateTimeOffset At(int number) => Sample.Start.AddDays(10 * (number / 2));

    private static bool Fits(RequestQuery query, Seeded request) =>
        (query.Ticket is null || query.Ticket == request.Index.Ticket)
        && (query.Cluster is null || query.Cluster == request.Index.Cluster)
        && (query.Engineer is null || query.Engineer == request.Index.Engineer)
        && (query.States.Count == 0 || query.States.Contains(request.State))
        && !(request.Index.RequestedAt < query.After) && !(request.Index.RequestedAt >= query.Before);
}
