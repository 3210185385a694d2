using AksArcJit.Broker.Consents;
using AksArcJit.Broker.Ports;
using AksArcJit.Broker.Requests;
using AksArcJit.Journal;
using AksArcJit.Lifecycle;
using AksArcJit.Lifecycle.Requests;
using AksArcJit.TestKit;
using AksArcJit.TestKit.Brokers;
using AksArcJit.TestKit.Cluster;

namespace AksArcJit.Broker.Tests;

/// <summary>The journal gives no answer at any moment, once or for longer; people and loops try again. Nothing is lost, nothing done twice.</summary>
public class OutageTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(40)]
    public async Task Lifecycle_WhenTheJournalIsSilentAtAnyMoment_EndsOnceAndVerifies(int length)
    {
        var isReached = true;
        for (var moment = 1; isReached; moment++)
            isReached = await PlayAsync(moment, length);
    }

    private static async Task<bool> PlayAsync(int moment, int length)
    {
        var world = new World();
        await world.OpenTicketAsync();
        var outage = new OutagePoint(moment, length);
        var broker = new TestBroker(outage.Guard<IJournal>(world.Journal), new FakeClusters(world.Cluster), world.Clock, moment + 100);

        Submission? asked = null;
        await InsistAsync(world, async () =>
        {
            asked = await broker.AskAsync("key", TimeSpan.FromSeconds(20));
            if (asked is Submission.Refused { Refusal.Reason: RefusalReason.InputUnavailable })
                throw new JournalUnavailableException("asked to try again");
        });
        var id = Assert.IsType<Submission.Recorded>(asked).History.Id;
        await InsistAsync(world, async () =>
        {
            var result = await broker.ApproveAsync(id, Sample.Approver);
            Assert.True(result is ConsentResult.Decided or ConsentResult.Refused { Refusal.Reason: RefusalReason.AlreadyDecided or RefusalReason.InputUnavailable }, $"{result}");
            if (result is ConsentResult.Refused { Refusal.Reason: RefusalReason.InputUnavailable })
                throw new JournalUnavailableException("asked to try again");
        });
        for (var second = 0; second < 240; second++)
        {
            world.Time.Advance(TimeSpan.FromSeconds(1));
            await InsistAsync(world, async () =>
            {
                await broker.Loop.RereadOnceAsync(CancellationToken.None);
                await broker.Loop.AttendDueAsync();
            });
        }

        var history = await world.Broker.Engine.ReadAsync(id, CancellationToken.None);
        Assert.Equal(new Outcome.Ended(EndCause.Expired), Assert.IsType<RequestState.Closed>(history.State).Outcome);
        Assert.Empty(world.Cluster.Bindings);
        Assert.Null(HashChain.FirstDamage(StreamId.Of(id), history.Facts.Select(fact => fact.Record)));
        var granted = Assert.Single(history.Facts.Select(fact => fact.Fact).OfType<RequestFact.Granted>());
        Assert.Single(history.Facts, fact => fact.Fact is RequestFact.ConsentGiven);
        var removed = Assert.Single(world.Cluster.Log, entry => entry.What == "removed");
        Assert.InRange(removed.At, granted.ExpiresAt, granted.ExpiresAt.AddSeconds(5));
        return outage.IsReached;
    }

    private static async Task InsistAsync(World world, Func<Task> action)
    {
        for (var tries = 0; tries < 100; tries++)
        {
            try
            {
                await world.CompleteAsync(action());
                return;
            }
            catch (JournalUnavailableException)
            {
                // As a client does with 503 and Retry-After.
            }
        }
        Assert.Fail("the journal never came back");
    }
}
