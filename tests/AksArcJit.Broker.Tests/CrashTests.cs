using AksArcJit.Broker.Consents;
using AksArcJit.Broker.Requests;
using AksArcJit.Journal;
using AksArcJit.Lifecycle;
using AksArcJit.Lifecycle.Notices;
using AksArcJit.Lifecycle.Requests;
using AksArcJit.TestKit;
using AksArcJit.TestKit.Brokers;

namespace AksArcJit.Broker.Tests;

/// <summary>The broker dies before or after any call through a port; another takes over. The grant still ends, once, on time.</summary>
public class CrashTests
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Lifecycle_WhenKilledAtAnyMoment_EndsOnceAndVerifies()
    {
        var undisturbed = await PlayAsync(null);
        Assert.True(undisturbed.Crash.Moments > 40, $"only {undisturbed.Crash.Moments} moments to die at");
        for (var moment = 1; moment <= undisturbed.Crash.Moments; moment++)
            Assert.True((await PlayAsync(moment)).HasCrashed, $"moment {moment} was not reached");
    }

    private static async Task<World> PlayAsync(int? crashAt)
    {
        var world = new World(crashAt);
        var moment = $"killed at moment {crashAt}";
        await world.OpenTicketAsync();
        var id = (RequestId?)null;
        await world.DoAsync(async broker => id = Assert.IsType<Submission.Recorded>(await broker.AskAsync("key-1", Window)).History.Id);
        await world.DoAsync(async broker =>
        {
            var result = await broker.ApproveAsync(id!, Sample.Approver);
            Assert.True(result is ConsentResult.Decided or ConsentResult.Refused { Refusal.Reason: RefusalReason.AlreadyDecided }, $"{moment}: {result}");
        });
        await world.PassAsync(TimeSpan.FromMinutes(4));

        var history = await world.Start().Engine.ReadAsync(id!, CancellationToken.None);
        var closed = Assert.IsType<RequestState.Closed>(history.State);
        Assert.Equal(new Outcome.Ended(EndCause.Expired), closed.Outcome);
        Assert.Empty(world.Cluster.Bindings);
        Assert.Null(HashChain.FirstDamage(StreamId.Of(id!), history.Facts.Select(fact => fact.Record)));
        foreach (var once in new[] { nameof(RequestFact.AccessRequested), nameof(RequestFact.ConsentGiven), nameof(RequestFact.Granted), nameof(RequestFact.AccessGone) })
            Assert.True(history.Facts.Count(fact => fact.Record.Kind == once) == 1, $"{moment}: {once} was not recorded once");

        var granted = history.Facts.Single(fact => fact.Fact is RequestFact.Granted);
        var created = Assert.Single(world.Cluster.Log, entry => entry.What == "created");
        var removed = Assert.Single(world.Cluster.Log, entry => entry.What == "removed");
        Assert.True(history.Facts.First(fact => fact.Fact is RequestFact.GrantIntended).Record.At <= created.At, $"{moment}: created before its intent");
        Assert.InRange(removed.At, ((RequestFact.Granted)granted.Fact).ExpiresAt, ((RequestFact.Granted)granted.Fact).ExpiresAt.AddSeconds(2));
        await foreach (var open in world.Journal.ListOpenAsync(CancellationToken.None))
            Assert.Fail($"{moment}: {open.Stream} is still open");
        // What the process died over is told once more, to each who was being told; nothing else is, and nothing is left untold.
        var again = world.Channel.Taken.GroupBy(notice => notice.Id).Where(same => same.Count() > 1).ToList();
        Assert.True(crashAt is null ? again.Count == 0 : again.Count <= 2 && again.All(same => same.Count() == 2), $"{moment}: told again: {string.Join(", ", again.Select(same => same.Key))}");
        Assert.Equal(2, world.Channel.Taken.Where(notice => notice.Notice.Kind == NoticeKind.Ended).DistinctBy(notice => notice.Id).Count());
        return world;
    }
}
