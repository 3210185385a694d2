using AksArcJit.Broker.Consents;
using AksArcJit.Broker.Options;
using AksArcJit.Broker.Ports;
using AksArcJit.Lifecycle;
using AksArcJit.Lifecycle.Notices;
using AksArcJit.Lifecycle.Requests;
using AksArcJit.TestKit;
using AksArcJit.TestKit.Brokers;
using AksArcJit.TestKit.Cluster;
using Microsoft.Extensions.Logging;

namespace AksArcJit.Broker.Tests.Notices;

public sealed class NoticeTests
{
    private readonly World _world = new();

    private IReadOnlyList<(NoticeKind Kind, Person? To)> Told => [.. _world.Channel.Taken.Select(notice => (notice.Notice.Kind, notice.Notice.To))];

    [Fact]
    public async Task ALifecycle_ThenEachPersonIsToldEachThingOnceAndInOrder()
    {
        var id = await _world.AskAsync(duration: TimeSpan.FromMinutes(30));
        await _world.PassAsync(TimeSpan.FromSeconds(5));
        await _world.Broker.ApproveAsync(id, Sample.Approver);
        await _world.PassAsync(TimeSpan.FromMinutes(32));

        Assert.Equal(
            [NoticeKind.Decided, NoticeKind.Granted, NoticeKind.ExpiringSoon, NoticeKind.Ended], Told.Where(told => told.To == Sample.Engineer).Select(told => told.Kind));
        Assert.Equal([NoticeKind.ConsentAsked, NoticeKind.Granted, NoticeKind.Ended], Told.Where(told => told.To == Sample.Approver).Select(told => told.Kind));
        Assert.Equal(_world.Channel.Taken.Count, _world.Channel.Taken.DistinctBy(notice => notice.Id).Count());
        var facts = (await _world.Broker.Engine.ReadAsync(id, CancellationToken.None)).Facts;
        Assert.Equal(_world.Channel.Taken.Select(notice => notice.Notice), facts.Select(fact => fact.Fact).OfType<RequestFact.NoticeDelivered>().Select(fact => fact.Notice));
        Assert.Empty(await OpenAsync());
    }

    [Fact]
    public async Task TheWarning_ThenComesAFifthBeforeTheEnd()
    {
        await _world.GrantAsync(duration: TimeSpan.FromMinutes(30));
        await _world.PassAsync(TimeSpan.FromMinutes(23.9));
        Assert.DoesNotContain(Told, told => told.Kind == NoticeKind.ExpiringSoon);
        await _world.PassAsync(TimeSpan.FromSeconds(10));
        Assert.Single(Told, told => told.Kind == NoticeKind.ExpiringSoon);
    }

    /// <summary>What is forgotten of old settlements says nothing of what this process has appended since.</summary>
    [Fact]
    public async Task TheEnd_WhenTheRequestWasSettledLongAgo_ThenIsToldAtOnceByWhoEndedIt()
    {
        var id = await _world.AskAsync(duration: TimeSpan.FromHours(2), startAt: Sample.Start.AddHours(3));
        await _world.DriveAsync();
        _world.Time.Advance(TimeSpan.FromMinutes(90));
        await _world.Broker.Requests.SayAsync(id, new Signal.Withdraw(Sample.Engineer), CancellationToken.None);
        var other = await _world.AskAsync("key-2", scope: new Scope.Namespace("demo"));
        await _world.Broker.Notices!.AttendDueAsync();
        Assert.Contains(_world.Channel.Taken, notice => notice.State.Request.Id == other);
        _world.Time.Advance(TimeSpan.FromSeconds(1));
        await _world.Broker.Notices.AttendDueAsync();
        Assert.Single(_world.Channel.Taken, notice => notice.Notice.Kind == NoticeKind.EndedWithoutAccess);
    }

    [Fact]
    public async Task Granted_ThenTheEngineerHasTheKubectlLineAndOnlyTheApproverALink()
    {
        var id = await _world.GrantAsync();
        await _world.PassAsync(TimeSpan.FromSeconds(3));
        var (engineer, approver) = (Granted(Sample.Engineer), Granted(Sample.Approver));

        Assert.Contains("kubectl get pods --all-namespaces", engineer.Letter.Plain, StringComparison.Ordinal);
        Assert.Null(engineer.Link);
        Assert.DoesNotContain("kubectl", approver.Letter.Plain, StringComparison.Ordinal);
        Assert.Equal(_world.Broker.LinkFor(id, Sample.Approver).ToString(), approver.Link!.Segments[^1]);

        OutgoingNotice Granted(Person to) => _world.Channel.Taken.Single(notice => notice.Notice.Kind == NoticeKind.Granted && notice.Notice.To == to);
    }

    /// <summary>Every notice of a long life to everybody: the secret of an approver is in none but their own.</summary>
    [Fact]
    public async Task NoNotice_ThenHoldsASecretOfAnotherOrALinkForNoApprover()
    {
        var ended = await _world.GrantAsync("key-1");
        await _world.PassAsync(TimeSpan.FromMinutes(31));
        var refused = await _world.AskAsync("key-2", scope: new Scope.Namespace("demo"));
        await _world.PassAsync(TimeSpan.FromSeconds(3));
        var link = _world.Broker.LinkFor(refused, Sample.Approver);
        await _world.Broker.Consents.DecideAsync(link, new ConsentAnswer(ConsentVerb.Refuse, "", "", null, null, "Not now"), CancellationToken.None);
        await _world.PassAsync(TimeSpan.FromSeconds(3));

        var seen = 0;
        foreach (var notice in _world.Channel.Taken)
        {
            var text = $"{notice.Id} {notice.Thread} {notice.Letter.Subject} {notice.Letter.Plain} {notice.Letter.Html} {notice.Link}";
            foreach (var id in new[] { ended, refused })
            {
                var secret = _world.Broker.LinkFor(id, Sample.Approver).Secret;
                var isTheirs = notice.Notice.To == Sample.Approver && notice.State.Request.Id == id;
                Assert.Equal(isTheirs, text.Contains(secret, StringComparison.Ordinal));
                seen += isTheirs ? 1 : 0;
                Assert.DoesNotContain(secret, $"{notice.Id} {notice.Thread} {notice.Letter.Subject}", StringComparison.Ordinal);
            }
            if (notice.Notice.To != Sample.Approver)
                Assert.DoesNotContain("/consent/", text, StringComparison.Ordinal);
        }
        Assert.Equal(3, seen);
    }

    [Fact]
    public async Task Ask_WhenTheChannelHangs_ThenNobodyWaitsForIt()
    {
        var hold = new TaskCompletionSource();
        _world.Channel.Hold = hold.Task;
        var id = await _world.AskAsync(duration: TimeSpan.FromMinutes(30));
        var hung = _world.Broker.Notices!.AttendDueAsync();
        Assert.IsType<ConsentResult.Decided>(await _world.Broker.ApproveAsync(id, Sample.Approver));
        Assert.IsType<RequestState.Active>(await _world.Broker.StateAsync(id));
        _world.Time.Advance(TimeSpan.FromMinutes(30));
        await _world.Broker.Loop.AttendDueAsync();
        await _world.AssertEndedAsync(id, EndCause.Expired);
        Assert.False(hung.IsCompleted);
        hold.SetResult();
        await hung;
    }

    [Fact]
    public async Task Deliver_WhenAChannelFails_ThenItIsTriedThriceAndThenTheNext()
    {
        var first = new RecordingChannel("smtp") { Answer = _ => new NoticeDelivery.Failed("no answer") };
        var second = new RecordingChannel("webhook");
        var (broker, log) = Start(first, second);
        await _world.OpenTicketAsync();
        await broker.AskAsync("key-1", TimeSpan.FromMinutes(30));
        await PassAsync(broker, TimeSpan.FromSeconds(11));

        Assert.Equal(3, first.Tries);
        Assert.Single(second.Taken);
        var (failing, taking) = (broker.Health!.Channels[0], broker.Health.Channels[1]);
        Assert.Equal(("smtp", "no answer", 3L, 2L), (failing.Name, failing.Fault, failing.Failed, failing.Retried));
        Assert.Equal(("webhook", null, 1L), (taking.Name, taking.Fault, taking.Taken));
        Assert.Single(log.Entries, entry => entry.Level == LogLevel.Warning);
    }

    [Fact]
    public async Task Deliver_WhenATryTakesLong_ThenTheNextChannelHasItsTurn()
    {
        var first = new RecordingChannel("smtp") { Answer = _ => Late() };
        var second = new RecordingChannel("webhook");
        var (broker, _) = Start(first, second);
        await _world.OpenTicketAsync();
        await broker.AskAsync("key-1", TimeSpan.FromMinutes(30));
        await broker.Notices!.AttendDueAsync();
        Assert.Equal((1, 1), (first.Tries, second.Taken.Count));

        NoticeDelivery.Failed Late()
        {
            _world.Time.Advance(TimeSpan.FromSeconds(20));
            return new NoticeDelivery.Failed("no answer");
        }
    }

    [Fact]
    public async Task Deliver_WhenAChannelIsAway_ThenOtherNoticesPassItByUntilOneFindsItBack()
    {
        var first = new RecordingChannel("smtp") { Answer = _ => new NoticeDelivery.Failed("no answer") };
        var second = new RecordingChannel("webhook");
        var (broker, _) = Start(first, second);
        await _world.OpenTicketAsync();
        await broker.AskAsync("key-1", TimeSpan.FromMinutes(30), scope: new Scope.Namespace("one"));
        await PassAsync(broker, TimeSpan.FromSeconds(11));
        Assert.Equal((3, 1), (first.Tries, second.Taken.Count));

        // Away for all: nobody tries it, and nobody waits.
        await broker.AskAsync("key-2", TimeSpan.FromMinutes(30), scope: new Scope.Namespace("two"));
        await broker.Notices!.AttendDueAsync();
        Assert.Equal((3, 2), (first.Tries, second.Taken.Count));

        // Half a minute later one notice tries it, fails, and goes on.
        await PassAsync(broker, TimeSpan.FromSeconds(30));
        await broker.AskAsync("key-3", TimeSpan.FromMinutes(30), scope: new Scope.Namespace("three"));
        await PassAsync(broker, TimeSpan.FromSeconds(3));
        Assert.Equal((4, 3), (first.Tries, second.Taken.Count));

        first.Answer = _ => null;
        await PassAsync(broker, TimeSpan.FromSeconds(30));
        await broker.AskAsync("key-4", TimeSpan.FromMinutes(30), scope: new Scope.Namespace("four"));
        await broker.AskAsync("key-5", TimeSpan.FromMinutes(30), scope: new Scope.Namespace("five"));
        await broker.Notices.AttendDueAsync();
        Assert.Equal((2, 3), (first.Taken.Count, second.Taken.Count));
    }

    [Fact]
    public async Task Deliver_WhenTheOnlyChannelComesBack_ThenWhatWaitedForItIsTold()
    {
        var channel = new RecordingChannel("smtp") { Answer = _ => new NoticeDelivery.Failed("no answer") };
        var (broker, _) = Start(channel);
        await _world.OpenTicketAsync();
        await broker.AskAsync("key-1", TimeSpan.FromMinutes(30), scope: new Scope.Namespace("one"));
        await PassAsync(broker, TimeSpan.FromSeconds(11));
        await broker.AskAsync("key-2", TimeSpan.FromMinutes(30), scope: new Scope.Namespace("two"));
        await broker.Notices!.AttendDueAsync();
        Assert.Equal(3, channel.Tries);
        channel.Answer = _ => null;
        await PassAsync(broker, TimeSpan.FromSeconds(31));
        Assert.Equal(2, channel.Taken.Count);
        Assert.Equal(0, broker.Health!.Pending.Count);
    }

    [Fact]
    public async Task Deliver_WhenAChannelDoesNotKnowTheAddress_ThenTheNextIsTriedAtOnce()
    {
        var first = new RecordingChannel("smtp") { Answer = _ => new NoticeDelivery.Refused("550 no such user") };
        var second = new RecordingChannel("webhook");
        var (broker, _) = Start(first, second);
        await _world.OpenTicketAsync();
        await broker.AskAsync("key-1", TimeSpan.FromMinutes(30));
        await broker.Notices!.AttendDueAsync();

        Assert.Equal(1, first.Tries);
        Assert.Single(second.Taken);
        Assert.All(broker.Health!.Channels, channel => Assert.Null(channel.Fault));
    }

    [Fact]
    public async Task Deliver_WhenEveryChannelFailsForLong_ThenThatIsRecordedAndAlertedAndTheRequestIsLeftAlone()
    {
        var channel = new RecordingChannel("smtp") { Answer = _ => new NoticeDelivery.Failed("no answer") };
        var (broker, log) = Start(channel);
        await _world.OpenTicketAsync();
        var id = ((Requests.Submission.Recorded)await broker.AskAsync("key-1", TimeSpan.FromMinutes(30))).History.Id;
        await PassAsync(broker, TimeSpan.FromMinutes(3.9), TimeSpan.FromSeconds(5));
        Assert.Equal((1, Sample.Start), broker.Health!.Pending);
        Assert.Equal(1, (await broker.Engine.ReadAsync(id, CancellationToken.None)).Version);
        await PassAsync(broker, TimeSpan.FromMinutes(2), TimeSpan.FromSeconds(5));

        var history = await broker.Engine.ReadAsync(id, CancellationToken.None);
        Assert.Equal("smtp: no answer", Assert.IsType<RequestFact.NoticeUndelivered>(history.Facts[^1].Fact).Reason);
        Assert.IsType<RequestState.AwaitingConsent>(history.State);
        Assert.Equal((1, 0), (broker.Health.Undelivered, broker.Health.Pending.Count));
        Assert.Single(log.Entries, entry => entry.Level == LogLevel.Error);
        Assert.Equal(new Outcome.Ended(EndCause.Expired), await EndedAsync(broker, id));
    }

    [Fact]
    public async Task Pending_WhenANewNoticeIsAttendedWhileAnOlderOneWaitsForItsRetry_ThenTheOlderStillCounts()
    {
        var channel = new RecordingChannel("smtp")
        {
            Answer = one => one.Notice is { Kind: NoticeKind.Granted } && one.Notice.To == Sample.Approver ? new NoticeDelivery.Failed("no answer") : null,
        };
        var broker = new TestBroker(
            _world.Journal, new FakeClusters(_world.Cluster), _world.Clock, 77, [channel], logging: new RecordingLog(), notices: new NoticeOptions { GiveUpAfter = "PT1H" });
        await _world.OpenTicketAsync();
        var id = ((Requests.Submission.Recorded)await broker.AskAsync("key-1", TimeSpan.FromMinutes(30))).History.Id;
        await broker.ApproveAsync(id, Sample.Approver);
        // Everything else is told meanwhile, and then the warning falls due between two tries.
        for (var end = _world.Clock.GetUtcNow() + TimeSpan.FromMinutes(26); _world.Clock.GetUtcNow() < end;)
        {
            await PassAsync(broker, TimeSpan.FromSeconds(1));
            Assert.Equal(Sample.Start, broker.Health!.Pending.Oldest);
        }
    }

    [Fact]
    public async Task Deliver_WhenTheJournalIsAwayAfterIt_ThenItIsRecordedLaterAndNotToldAgain()
    {
        var id = await _world.AskAsync();
        _world.Channel.Answer = _ => throw new InvalidOperationException("unused");
        var outage = new OutagePoint(3, 6);
        var channel = new RecordingChannel("files");
        var broker = new TestBroker(outage.Guard<IJournal>(_world.Journal), new FakeClusters(_world.Cluster), _world.Clock, 7, [channel]);
        broker.Notices!.See(await _world.Broker.Engine.ReadAsync(id, CancellationToken.None));
        await PassAsync(broker, TimeSpan.FromSeconds(61));
        Assert.True(outage.IsReached);
        await PassAsync(broker, TimeSpan.FromSeconds(30));

        Assert.Single(channel.Taken);
        Assert.Single((await _world.Broker.Engine.ReadAsync(id, CancellationToken.None)).Facts, fact => fact.Fact is RequestFact.NoticeDelivered);
    }

    [Fact]
    public async Task TwoBrokers_WhenBothLive_ThenEachThingIsToldOnce()
    {
        var other = _world.Start();
        var id = await _world.GrantAsync(duration: TimeSpan.FromMinutes(30));
        for (var second = 0; second < 32 * 60; second += 5)
        {
            _world.Time.Advance(TimeSpan.FromSeconds(5));
            if (second % 60 == 0)
                await other.Sweeper.SweepAsync(CancellationToken.None);
            await other.Notices!.AttendDueAsync();
            await _world.DriveAsync();
        }
        await _world.AssertEndedAsync(id, EndCause.Expired);
        Assert.Equal(_world.Channel.Taken.Count, _world.Channel.Taken.DistinctBy(notice => notice.Id).Count());
        Assert.Equal(6, _world.Channel.Taken.Count);
        Assert.Empty(await OpenAsync());
    }

    [Fact]
    public async Task ARestart_WhenWhatAppendedDied_ThenAnotherTellsAfterItsTurnAndTheStreamStaysOpenUntilThen()
    {
        var id = await _world.GrantAsync(duration: TimeSpan.FromMinutes(6));
        _world.Time.Advance(TimeSpan.FromMinutes(7));
        // Ends the access, tells nobody, and dies.
        await _world.Broker.Loop.AttendDueAsync();
        await _world.AssertEndedAsync(id, EndCause.Expired);
        Assert.Empty(_world.Channel.Taken);
        Assert.Single(await OpenAsync());

        var restarted = _world.Start();
        await restarted.Loop.RereadOnceAsync(CancellationToken.None);
        await restarted.Loop.AttendDueAsync();
        await restarted.Notices!.AttendDueAsync();
        Assert.DoesNotContain(Told, told => told.Kind == NoticeKind.Ended);
        await PassAsync(restarted, TimeSpan.FromSeconds(31));
        Assert.Equal(2, Told.Count(told => told.Kind == NoticeKind.Ended));
        Assert.DoesNotContain(Told, told => told.Kind is NoticeKind.ConsentAsked or NoticeKind.Granted);
        Assert.Empty(await OpenAsync());
    }

    [Fact]
    public async Task AnEngineer_WhenNoChannelReachesThem_ThenIsOwedNothing()
    {
        _world.Channel.Knows = addressee => addressee.Name != "Erika Engineer";
        var id = await _world.GrantAsync(duration: TimeSpan.FromMinutes(6));
        await _world.PassAsync(TimeSpan.FromMinutes(8));
        Assert.Equal([Sample.Approver], Told.Select(told => told.To).Distinct());
        await _world.AssertEndedAsync(id, EndCause.Expired);
        Assert.Empty(await OpenAsync());
    }

    [Fact]
    public async Task Unconfirmed_ThenOperatorsAndApproversAreTold()
    {
        var id = await _world.GrantAsync(duration: TimeSpan.FromMinutes(6));
        _world.Cluster.IsDown = true;
        await _world.PassAsync(TimeSpan.FromMinutes(13), TimeSpan.FromSeconds(4));
        Assert.IsType<RequestState.RevocationUnconfirmed>(await _world.Broker.StateAsync(id));
        Assert.Equal([null, Sample.Approver], Told.Where(told => told.Kind == NoticeKind.RevocationUnconfirmed).Select(told => told.To));
        _world.Cluster.IsDown = false;
        await _world.PassAsync(TimeSpan.FromSeconds(20));
        Assert.Equal(2, Told.Count(told => told.Kind == NoticeKind.Ended));
    }

    private (TestBroker Broker, RecordingLog Log) Start(params RecordingChannel[] channels)
    {
        var log = new RecordingLog();
        return (new TestBroker(_world.Journal, new FakeClusters(_world.Cluster), _world.Clock, 77, channels, logging: log, notices: new NoticeOptions { GiveUpAfter = "PT4M" }), log);
    }

    private async Task<Outcome> EndedAsync(TestBroker broker, RequestId id)
    {
        await broker.ApproveAsync(id, Sample.Approver);
        _world.Time.Advance(TimeSpan.FromMinutes(31));
        await broker.Loop.AttendDueAsync();
        return Assert.IsType<RequestState.Closed>(await broker.StateAsync(id)).Outcome;
    }

    private async Task PassAsync(TestBroker broker, TimeSpan span, TimeSpan? step = null)
    {
        for (var end = _world.Clock.GetUtcNow() + span; _world.Clock.GetUtcNow() < end;)
        {
            _world.Time.Advance(step ?? TimeSpan.FromSeconds(1));
            await broker.Notices!.AttendDueAsync();
        }
    }

    private async Task<IReadOnlyList<OpenEntry>> OpenAsync()
    {
        var open = new List<OpenEntry>();
        await foreach (var entry in _world.Journal.ListOpenAsync(CancellationToken.None))
            if (entry.Stream.Request is not null)
                open.Add(entry);
        return open;
    }
}
