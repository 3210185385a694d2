using AksArcJit.Broker.Ports;
using AksArcJit.Journal;
using AksArcJit.Stores.Tables;
using AksArcJit.TestKit;
using Azure.Data.Tables;
using Microsoft.Extensions.Time.Testing;

namespace AksArcJit.Stores.Tests.Tables;

public sealed class TablesJournalTests(Azurite azurite)
{
    private static readonly DateTimeOffset Noon = Sample.Start.AddHours(3);

    // Digits only, so that the wire can tell prefix and table apart.
    private readonly string _prefix = $"T{(uint)Guid.NewGuid().GetHashCode()}0{Random.Shared.Next()}0";
    private readonly FakeTimeProvider _time = new(Sample.Start);
    private readonly Wire _wire = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>The common way of a request, and its price (design section 5; the limit is 20 with the broker's own reads).</summary>
    [Fact]
    public async Task Lifecycle_ThenCostsFewTransactions()
    {
        var journal = await OpenAsync(_wire);
        await journal.CheckAsync(Cancellation);
        await Line.NewRequest().AppendAsync(journal, Noon);
        _wire.Forget();

        var line = Line.NewRequest();
        Assert.Null(await journal.ClaimPendingAsync("key", line.Stream.Request!, Index, Cancellation));
        await line.AppendAsync(journal, Sample.Start.AddHours(4), state: "AwaitingConsent", isPending: true, index: Index);
        await line.AppendAsync(journal, Sample.Start.AddMinutes(5), count: 2, state: "Granting", isPending: true);
        await line.AppendAsync(journal, Sample.Start.AddHours(2), state: "Active");
        await line.AppendAsync(journal, Sample.Start.AddHours(2), state: "Revoking");
        await line.AppendAsync(journal, null, count: 2, state: "Closed");

        var kinds = _wire.Sent.GroupBy(call => call).Select(kind => $"{kind.Count()} {kind.Key}").Order().ToList();
        TestContext.Current.TestOutputHelper?.WriteLine(string.Join(Environment.NewLine, kinds));
        Assert.Equal(
            [
                "1 DELETE OpenRequests", // removed
                "1 POST OpenRequests", // entered
                "2 PUT OpenRequests", // lowered at consent, raised to the end of the window
                "3 POST RequestIndex", // by cluster, engineer and month
                "6 POST $batch", // the claim with the row by ticket, and five appends
            ], kinds);
    }

    [Fact]
    public async Task Append_WhenTheAnswerIsLost_ThenTheClientsOwnRetryIsNoConflict()
    {
        var journal = await OpenAsync(_wire);
        var line = Line.NewRequest();
        var losses = 0;
        _wire.LosesAnswer = call => call == "POST $batch" && Interlocked.Increment(ref losses) == 1;
        await line.AppendAsync(journal, Noon, count: 2);
        losses = 0;
        await line.AppendAsync(journal, Noon.AddHours(1));
        losses = 0;
        await line.AppendAsync(journal, Noon.AddHours(-1));
        Assert.Equal(line.Records.Select(record => record.Hash), (await journal.ReadAsync(line.Stream, Cancellation)).Select(record => record.Hash));
        Assert.True(await DueAsync(journal, line.Stream) <= Noon.AddHours(-1));
    }

    [Fact]
    public async Task Append_WhenEveryAnswerIsLost_ThenIsUnavailableAndTheNextTryRecognisesIt()
    {
        var journal = await OpenAsync(_wire);
        var line = Line.NewRequest();
        var append = line.Next(Noon, index: Index);
        _wire.LosesAnswer = call => call == "POST $batch";
        await Assert.ThrowsAsync<JournalUnavailableException>(() => journal.AppendAsync(append, Cancellation));
        _wire.LosesAnswer = _ => false;
        Assert.IsType<AppendOutcome.Appended>(await journal.AppendAsync(append, Cancellation));
        Assert.Single(await journal.ReadAsync(line.Stream, Cancellation));
        Assert.Equal([line.Stream.Request!], (await journal.FindAsync(new(null, null, null, [], null, null, null, 9), Cancellation)).Requests);
    }

    [Fact]
    public async Task Calls_WhenNobodyListens_ThenAreUnavailable()
    {
        var journal = new TablesJournal(
            new TablesJournalOptions { ConnectionString = "DefaultEndpointsProtocol=http;AccountName=a;AccountKey=aaaa;TableEndpoint=http://127.0.0.1:1/a;" }, _time, new TableClientOptions());
        var line = Line.NewRequest();
        Task[] calls =
        [
            journal.ReadAsync(line.Stream, Cancellation), journal.AppendAsync(line.Next(Noon), Cancellation),
            journal.ClaimPendingAsync("k", line.Stream.Request!, Index, Cancellation), journal.SettleAsync(line.Stream, 1, Cancellation),
            journal.FindAsync(new(null, null, null, [], null, null, null, 1), Cancellation), journal.CheckAsync(Cancellation), DueAsync(journal, line.Stream),
        ];
        foreach (var call in calls)
            await Assert.ThrowsAsync<JournalUnavailableException>(() => call);
    }

    [Fact]
    public async Task Append_WhenMoreThanOneTransactionCarries_ThenThrowsBeforeWriting()
    {
        var journal = await OpenAsync(_wire);
        await journal.CheckAsync(Cancellation);
        _wire.Forget();
        var line = Line.NewRequest();
        await Assert.ThrowsAsync<ArgumentException>(() => journal.AppendAsync(line.Next(Noon, count: 100), Cancellation));
        await Assert.ThrowsAsync<ArgumentException>(() => journal.AppendAsync(line.Next(Noon, count: 6, payload: new byte[700_000]), Cancellation));
        await Assert.ThrowsAsync<ArgumentException>(() => journal.AppendAsync(line.Next(Noon, payload: new byte[1_000_000]), Cancellation));
        Assert.Empty(_wire.Sent);
        await line.AppendAsync(journal, Noon, count: 99);
        Assert.Equal(99, (await journal.ReadAsync(line.Stream, Cancellation)).Count);
    }

    [Fact]
    public async Task Read_WhenLongerThanAPage_ThenIsWhole()
    {
        var journal = await OpenAsync(_wire);
        var line = Line.NewRequest();
        for (var i = 0; i < 11; i++)
            await line.AppendAsync(journal, Noon, count: 99);
        var records = await (await OpenAsync(new Wire())).ReadAsync(line.Stream, Cancellation);
        Assert.Equal(11 * 99, records.Count);
        Assert.Null(HashChain.FirstDamage(line.Stream, records));
    }

    [Fact]
    public async Task Append_WhenPreparingTheFirstTookTooLong_ThenAppendsNothingAndTheRowIsDroppedAfterADay()
    {
        var journal = await OpenAsync(_wire);
        await journal.CheckAsync(Cancellation);
        var line = Line.NewRequest();
        // The index rows are held back until the open row is written, and then for more than a minute.
        var entered = new TaskCompletionSource();
        _wire.After = call =>
        {
            if (call == "POST OpenRequests" && entered.TrySetResult())
                _time.Advance(TimeSpan.FromSeconds(61));
        };
        _wire.Before = call => call == "POST RequestIndex" ? entered.Task : Task.CompletedTask;
        var late = await Assert.ThrowsAsync<JournalUnavailableException>(() => journal.AppendAsync(line.Next(Noon, index: Index), Cancellation));
        // An earlier try of the same append may have been applied: nobody here knows.
        Assert.Contains("not known", late.Message, StringComparison.Ordinal);
        Assert.Empty(await journal.ReadAsync(line.Stream, Cancellation));
        Assert.Empty((await journal.FindAsync(new(null, null, null, [], null, null, null, 200), Cancellation)).Requests);
        Assert.Equal(Noon, await DueAsync(journal, line.Stream));
        _time.Advance(TimeSpan.FromHours(24));
        Assert.Null(await DueAsync(journal, line.Stream));
        await line.AppendAsync(journal, Noon);
        Assert.Equal(Noon, await DueAsync(journal, line.Stream));
    }

    /// <summary>A ticket's close ends what its index lists: one row that is none of ours must not hide the others.</summary>
    [Theory]
    [InlineData("0000000000000000000")]
    [InlineData("0000000000000000000!no request")]
    [InlineData("000000000000000000x!01h00000000000000000000001")]
    [InlineData("0")]
    public async Task Find_WhenAnIndexRowIsNonsense_ThenListsTheOthers(string key)
    {
        var journal = await OpenAsync(_wire);
        var line = Line.NewRequest();
        await line.AppendAsync(journal, Noon, index: Index);
        await (await RowsAsync("RequestIndex")).AddEntityAsync(new TableEntity(IndexKeys.Of(Sample.TicketId), key) { ["Ticket"] = Sample.TicketId.Text }, Cancellation);
        Assert.Equal([line.Stream.Request!], (await journal.FindAsync(new(Sample.TicketId, null, null, [], null, null, null, 9), Cancellation)).Requests);
    }

    [Theory]
    [InlineData("nobody", 0L)]
    [InlineData(7, 0L)]
    [InlineData(null, "then")]
    [InlineData(null, long.MaxValue)]
    public async Task Claim_WhenItsRowIsNonsense_ThenPasses(object? holder, object claimedAt)
    {
        var journal = await OpenAsync(_wire);
        await journal.CheckAsync(Cancellation);
        await (await RowsAsync("RequestIndex")).AddEntityAsync(
            new TableEntity(IndexKeys.Of(Sample.TicketId), $"{IndexKeys.FirstClaim}key") { ["Request"] = holder ?? Line.NewId().Text, ["ClaimedAt"] = claimedAt }, Cancellation);
        Assert.Null(await journal.ClaimPendingAsync("key", Line.NewId(), Index, Cancellation));
    }

    [Fact]
    public async Task ListOpen_WhenAChainIsOldButStands_ThenKeepsIt()
    {
        var journal = await OpenAsync(_wire);
        var line = Line.NewRequest();
        await line.AppendAsync(journal, Noon);
        _time.Advance(TimeSpan.FromDays(30));
        Assert.Equal(Noon, await DueAsync(journal, line.Stream));
    }

    /// <summary>
    /// One instance's raise (or removal) is held back on its way until another has appended something that is due sooner, without having
    /// to lower the row. Carried out late, it must not hide that.
    /// </summary>
    [Theory]
    [InlineData("PUT OpenRequests", 5)]
    [InlineData("DELETE OpenRequests", null)]
    public async Task Append_WhenAnothersFollowUpIsStillUnderWay_ThenTheIndexIsNotLate(string heldCall, int? hours)
    {
        var (slow, quick) = (await OpenAsync(_wire), await OpenAsync(new Wire()));
        var line = Line.NewRequest();
        await line.AppendAsync(slow, Noon);
        var append = line.Next(hours is { } later ? Noon.AddHours(later) : null);
        _wire.Before = async call =>
        {
            if (call != heldCall)
                return;
            _wire.Before = _ => Task.CompletedTask;
            line.Take(append);
            await quick.ReadAsync(line.Stream, Cancellation);
            // As the row says already, so that neither lowering nor raising writes it.
            await line.AppendAsync(quick, Noon);
        };
        Assert.IsType<AppendOutcome.Appended>(await slow.AppendAsync(append, Cancellation));
        Assert.Equal(3, line.Version);
        Assert.Equal(Noon, await DueAsync(quick, line.Stream));
    }

    /// <summary>Settle has looked, and before it removes the row another instance appends to the very version it looked at.</summary>
    [Theory]
    [InlineData("PUT AccessJournal")]
    [InlineData("DELETE OpenRequests")]
    public async Task Settle_WhenAnAppendComesBetween_ThenTheStreamStaysListed(string heldCall)
    {
        var (slow, quick) = (await OpenAsync(_wire), await OpenAsync(new Wire()));
        var line = Line.NewRequest();
        await line.AppendAsync(quick, Noon);
        _wire.Before = async call =>
        {
            if (call != heldCall)
                return;
            _wire.Before = _ => Task.CompletedTask;
            var append = line.Next(Noon.AddHours(1));
            if (await quick.AppendAsync(append, Cancellation) is AppendOutcome.Conflict)
            {
                await quick.ReadAsync(line.Stream, Cancellation);
                Assert.IsType<AppendOutcome.Appended>(await quick.AppendAsync(append, Cancellation));
            }
            line.Take(append);
        };
        await slow.SettleAsync(line.Stream, 1, Cancellation);
        Assert.Equal(2, line.Version);
        Assert.True(await DueAsync(quick, line.Stream) <= Noon.AddHours(1));
    }

    [Fact]
    public async Task Append_WhenTheFollowUpFails_ThenIsAppendedAndTheIndexIsEarly()
    {
        var journal = await OpenAsync(_wire);
        var line = Line.NewRequest();
        await line.AppendAsync(journal, Noon);
        _wire.Before = call => call.EndsWith("OpenRequests", StringComparison.Ordinal) ? throw new IOException("Injected fault: not sent.") : Task.CompletedTask;
        await line.AppendAsync(journal, Noon.AddHours(1));
        _wire.Before = _ => Task.CompletedTask;
        Assert.Equal(Noon, await DueAsync(journal, line.Stream));
        await line.AppendAsync(journal, Noon.AddHours(1));
        Assert.Equal(Noon.AddHours(1), await DueAsync(journal, line.Stream));
    }

    private static RequestIndex Index => new(Sample.TicketId, Sample.ClusterId, Sample.Engineer, Sample.Start);

    private async Task<TablesJournal> OpenAsync(Wire wire) =>
        new(new TablesJournalOptions { ConnectionString = await azurite.ConnectionAsync(), Prefix = _prefix }, _time, wire.Options());

    private async Task<TableClient> RowsAsync(string table) => new TableServiceClient(await azurite.ConnectionAsync()).GetTableClient(_prefix + table);

    private static async Task<DateTimeOffset?> DueAsync(TablesJournal journal, StreamId stream)
    {
        DateTimeOffset? due = null;
        await foreach (var entry in journal.ListOpenAsync(Cancellation))
            due = entry.Stream == stream ? entry.Due : due;
        return due;
    }
}
