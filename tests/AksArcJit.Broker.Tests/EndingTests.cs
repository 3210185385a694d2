using System.Diagnostics.Metrics;
using AksArcJit.Broker.Alerts;
using AksArcJit.Broker.Consents;
using AksArcJit.Broker.Ports;
using AksArcJit.Broker.Requests;
using AksArcJit.Journal;
using AksArcJit.Lifecycle;
using AksArcJit.Lifecycle.Operations;
using AksArcJit.Lifecycle.Requests;
using AksArcJit.Lifecycle.Roles;
using AksArcJit.Lifecycle.Tickets;
using AksArcJit.TestKit;
using AksArcJit.TestKit.Brokers;
using AksArcJit.TestKit.Cluster;
using AksArcJit.TestKit.Journal;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace AksArcJit.Broker.Tests;

/// <summary>Everything that ends a grant, and everything that gets in its way.</summary>
public class EndingTests
{
    [Fact]
    public async Task Close_WhileActive_EndsBeforeItReturns()
    {
        var world = new World();
        var id = await world.GrantAsync();
        await world.Broker.Tickets.HearAsync(Sample.TicketId, new TicketSignal.Close(Sample.TicketId, null, Sample.Operator), CancellationToken.None);
        await world.AssertEndedAsync(id, EndCause.TicketClosed);
    }

    [Fact]
    public async Task Close_WhenTheCloserDiedBeforeTellingTheRequest_EndsWithTheNextLookAtTheOpenIndex()
    {
        var world = new World();
        var id = await world.GrantAsync();
        var sealing = new Sealing(new SeededEntropy(99), TestBroker.Key);
        var stream = StreamId.Of(Sample.TicketId);
        var records = await world.Journal.ReadAsync(stream, CancellationToken.None);
        var close = sealing.Seal(stream, 1, records[0].Hash, [new TicketFact.TicketClosed(Sample.TicketId, null, Sample.Operator)], world.Clock.GetUtcNow());
        await world.Journal.AppendAsync(new Append(stream, 1, close, new Head("", false), world.Clock.GetUtcNow(), null), CancellationToken.None);

        await world.DriveAsync();
        await world.AssertEndedAsync(id, EndCause.TicketClosed);
    }

    [Fact]
    public async Task Close_WhileTheCreateIsInFlight_EndsAtOnceWhenItLands()
    {
        var world = new World();
        var id = await world.AskAsync();
        var other = world.Start();
        world.Cluster.BeforeCreate = async () =>
        {
            world.Cluster.BeforeCreate = null;
            await other.Tickets.HearAsync(Sample.TicketId, new TicketSignal.Close(Sample.TicketId, null, Sample.Operator), CancellationToken.None);
        };
        await world.Broker.ApproveAsync(id, Sample.Approver);

        Assert.Empty(world.Cluster.Bindings);
        await world.PassAsync(TimeSpan.FromMinutes(3));
        Assert.IsType<RequestState.Closed>(await world.Broker.StateAsync(id));
        Assert.Empty(world.Cluster.Bindings);
    }

    [Fact]
    public async Task Expiry_WhenTheClusterIsDown_RetriesWithin5SecondsOfItsReturn()
    {
        var world = new World();
        var id = await world.GrantAsync(duration: TimeSpan.FromMinutes(1));
        world.Cluster.IsDown = true;
        await world.PassAsync(TimeSpan.FromHours(1));
        Assert.IsType<RequestState.RevocationUnconfirmed>(await world.Broker.StateAsync(id));
        Assert.True((await world.Broker.Engine.ReadAsync(id, CancellationToken.None)).Facts.Count < 25, "an hour's outage fills the chain");

        world.Cluster.IsDown = false;
        await world.PassAsync(TimeSpan.FromSeconds(5));
        await world.AssertEndedAsync(id, EndCause.Expired);
    }

    [Fact]
    public async Task Expiry_WhenTheJournalIsAway_RemovesOnTimeAndRecordsLater()
    {
        var world = new World();
        var journal = new FaultyJournal(world.Journal);
        var broker = new TestBroker(journal, new TestKit.Cluster.FakeClusters(world.Cluster), world.Clock, 77);
        await world.OpenTicketAsync();
        var id = ((Requests.Submission.Recorded)await broker.AskAsync("k", TimeSpan.FromMinutes(1))).History.Id;
        await broker.ApproveAsync(id, Sample.Approver);

        journal.IsDown = true;
        world.Time.Advance(TimeSpan.FromSeconds(61));
        await broker.Loop.AttendDueAsync();
        Assert.Empty(world.Cluster.Bindings);

        journal.IsDown = false;
        world.Time.Advance(TimeSpan.FromSeconds(5));
        await broker.Loop.AttendDueAsync();
        await world.AssertEndedAsync(id, EndCause.Expired);
    }

    [Fact]
    public async Task UnnamedResidualAccess_StaysUnconfirmedUntilAnOperatorsWord()
    {
        var world = new World();
        var id = await world.GrantAsync(duration: TimeSpan.FromMinutes(1));
        world.Cluster.OtherAccess = probe => new ProbeAnswer(probe, true, "", null);
        await world.PassAsync(TimeSpan.FromMinutes(2), TimeSpan.FromSeconds(4));
        Assert.IsType<RequestState.RevocationUnconfirmed>(await world.Broker.StateAsync(id));
        await world.Broker.Requests.SayAsync(id, new Signal.ConfirmGone(Sample.Operator, "the webhook authorizer allows everyone"), CancellationToken.None);
        await world.AssertEndedAsync(id, EndCause.Expired);
    }

    [Fact]
    public async Task NamedResidualAccess_IsRecordedAndConfirmed()
    {
        var world = new World();
        var id = await world.GrantAsync(duration: TimeSpan.FromMinutes(1));
        var other = new BindingName("aks-service-rolebinding", "");
        world.Cluster.OtherAccess = probe => new ProbeAnswer(probe, true, "RBAC: allowed", other);
        await world.PassAsync(TimeSpan.FromMinutes(2), TimeSpan.FromSeconds(4));
        await world.AssertEndedAsync(id, EndCause.Expired);
        var gone = (await world.Broker.Engine.ReadAsync(id, CancellationToken.None)).Facts.Select(fact => fact.Fact).OfType<RequestFact.AccessGone>().Single();
        Assert.All(gone.Residual, answer => Assert.Equal(other, answer.AllowedBy));
        Assert.NotEmpty(gone.Residual);
    }

    [Fact]
    public async Task AccessByAnAzureRoleAssignment_IsRecordedAndConfirmed()
    {
        var world = new World();
        var id = await world.GrantAsync(duration: TimeSpan.FromMinutes(1));
        var azure = new AzureRoleAssignment("59ae41cff153441994fce848787e000b", "7f6c6a51bcf842ba922052d62157d7db");
        world.Cluster.OtherAccess = probe => new ProbeAnswer(probe, true, "Access allowed by Azure RBAC", null, azure);
        await world.PassAsync(TimeSpan.FromMinutes(2), TimeSpan.FromSeconds(4));
        await world.AssertEndedAsync(id, EndCause.Expired);
        var gone = (await world.Broker.Engine.ReadAsync(id, CancellationToken.None)).Facts.Select(fact => fact.Fact).OfType<RequestFact.AccessGone>().Single();
        Assert.NotEmpty(gone.Residual);
        Assert.All(gone.Residual, answer => Assert.Equal(azure, answer.AllowedByAzure));
    }

    [Fact]
    public async Task AccessThatIsNamedInPart_StaysUnconfirmedUntilTheRestIsDenied()
    {
        var world = new World();
        var id = await world.GrantAsync(duration: TimeSpan.FromMinutes(1));
        var asked = 0;
        world.Cluster.OtherAccess = probe => asked++ % 2 == 0
            ? new ProbeAnswer(probe, true, "Access allowed by Azure RBAC", null, new AzureRoleAssignment("a-1", "r-1"))
            : new ProbeAnswer(probe, true, "because I say so", null);
        await world.PassAsync(TimeSpan.FromMinutes(2), TimeSpan.FromSeconds(4));
        Assert.IsType<RequestState.RevocationUnconfirmed>(await world.Broker.StateAsync(id));

        world.Cluster.OtherAccess = probe => new ProbeAnswer(probe, true, "Access allowed by Azure RBAC", null, new AzureRoleAssignment("a-1", "r-1"));
        await world.PassAsync(TimeSpan.FromSeconds(10));
        await world.AssertEndedAsync(id, EndCause.Expired);
    }

    [Fact]
    public async Task CreateOfUnknownOutcome_IsFoundAndEndsOnce()
    {
        var world = new World();
        var id = await world.AskAsync(duration: TimeSpan.FromMinutes(1));
        world.Cluster.CreateAnswers.Enqueue((true, new BindingOutcome.Unknown("timeout")));
        await world.Broker.ApproveAsync(id, Sample.Approver);
        Assert.IsType<RequestState.Granting>(await world.Broker.StateAsync(id));
        await world.PassAsync(TimeSpan.FromSeconds(5));
        Assert.IsType<RequestState.Active>(await world.Broker.StateAsync(id));
        await world.PassAsync(TimeSpan.FromMinutes(3));
        await world.AssertEndedAsync(id, EndCause.Expired);
    }

    [Fact]
    public async Task CreateThatNeverSucceeds_GivesUpAfterTenMinutesAndProvesAbsence()
    {
        var world = new World();
        var id = await world.AskAsync();
        for (var i = 0; i < 200; i++)
            world.Cluster.CreateAnswers.Enqueue((false, new BindingOutcome.Failed("forbidden")));
        await world.Broker.ApproveAsync(id, Sample.Approver);
        await world.PassAsync(TimeSpan.FromMinutes(13), TimeSpan.FromSeconds(2));
        Assert.IsType<Outcome.GrantFailed>(Assert.IsType<RequestState.Closed>(await world.Broker.StateAsync(id)).Outcome);
    }

    [Fact]
    public async Task CreateThatIsRefused_IsToldOnceForEachReason()
    {
        var (world, log) = (new World(), new RecordingLog());
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        using var metrics = new AlertMetrics(services.GetRequiredService<IMeterFactory>());
        var refused = 0L;
        // Only of this test's own meter: others run at the same time.
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, to) =>
        {
            if (instrument.Name == "aksarcjit.grants.refused" && ReferenceEquals(instrument.Meter.Scope, services.GetRequiredService<IMeterFactory>()))
                to.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((_, by, _, _) => refused += by);
        listener.Start();
        await world.OpenTicketAsync();
        var broker = new TestBroker(world.Journal, new TestKit.Cluster.FakeClusters(world.Cluster), world.Clock, 79, logging: log, alerts: metrics);
        foreach (var reason in (string[])["the broker lacks \"create\" on clusterrolebindings", "the broker lacks \"create\" on clusterrolebindings", "422: denied by admission"])
            world.Cluster.CreateAnswers.Enqueue((false, new BindingOutcome.Failed(reason)));
        var id = ((Requests.Submission.Recorded)await broker.AskAsync("k", TimeSpan.FromHours(1))).History.Id;
        await broker.ApproveAsync(id, Sample.Approver);
        for (var i = 0; i < 30; i++)
        {
            world.Time.Advance(TimeSpan.FromSeconds(1));
            await broker.Loop.AttendDueAsync();
        }

        Assert.IsType<RequestState.Active>(await broker.StateAsync(id));
        Assert.Equal(["the broker lacks \"create\" on clusterrolebindings", "422: denied by admission"],
            log.Entries.Where(entry => entry.Level == LogLevel.Warning && entry.Text.Contains(id.Text, StringComparison.Ordinal))
                .Select(entry => entry.Text[(entry.Text.IndexOf("most: ", StringComparison.Ordinal) + 6)..]));
        Assert.Equal(3, refused);
    }

    [Fact]
    public async Task BindingThatIsHeldInGranting_IsRemovedAtItsOwnEnd()
    {
        var world = new World();
        var id = await world.AskAsync(duration: TimeSpan.FromSeconds(10));
        world.Cluster.IsProbeDown = true;
        await world.CompleteAsync(world.Broker.ApproveAsync(id, Sample.Approver));
        var history = await world.Broker.Engine.ReadAsync(id, CancellationToken.None);
        Assert.Contains("could not be asked", Assert.Single(history.Facts.Select(fact => fact.Fact).OfType<RequestFact.BindingObserved>()).Reason, StringComparison.Ordinal);
        await world.Broker.Operations.PauseAsync(new PauseScope.Everything(), Sample.Operator, "incident", CancellationToken.None);
        world.Cluster.IsProbeDown = false;
        await world.PassAsync(TimeSpan.FromSeconds(42));
        Assert.Empty(world.Cluster.Bindings);
        await world.PassAsync(TimeSpan.FromMinutes(3));
        Assert.IsType<Outcome.GrantFailed>(Assert.IsType<RequestState.Closed>(await world.Broker.StateAsync(id)).Outcome);
    }

    [Fact]
    public async Task BindingWhoseGrantWasNeverRecorded_IsRemovedAtItsOwnEndWhileTheJournalCannotWrite()
    {
        var world = new World();
        var journal = new FaultyJournal(world.Journal);
        var broker = new TestBroker(journal, new TestKit.Cluster.FakeClusters(world.Cluster), world.Clock, 78);
        var id = await world.AskAsync(duration: TimeSpan.FromSeconds(10));
        world.Cluster.BeforeCreate = () =>
        {
            journal.IsDown = true;
            return Task.CompletedTask;
        };
        Assert.IsType<Consents.ConsentResult.Decided>(await broker.ApproveAsync(id, Sample.Approver));
        Assert.Single(world.Cluster.Bindings);
        for (var second = 0; second < 45; second++)
        {
            world.Time.Advance(TimeSpan.FromSeconds(1));
            await world.CompleteAsync(broker.Loop.AttendDueAsync());
        }
        Assert.Empty(world.Cluster.Bindings);
    }

    [Fact]
    public async Task Close_WhenOneRequestIsQuarantined_EndsTheOthers()
    {
        var world = new World();
        var quarantined = await world.GrantAsync();
        var healthy = await world.GrantAsync("key-2", scope: new Scope.Namespace("demo"));
        world.Journal.Tamper(StreamId.Of(quarantined), 2, record => record with { Payload = "{}"u8.ToArray() });
        var (ticket, refusal) = await world.Broker.Tickets.HearAsync(Sample.TicketId, new TicketSignal.Close(Sample.TicketId, null, Sample.Operator), CancellationToken.None);
        Assert.Null(refusal);
        Assert.Equal(TicketStatus.Closed, ticket!.Status);
        Assert.IsType<RequestState.Closed>(await world.Broker.StateAsync(healthy));
    }

    [Fact]
    public async Task RevokeAll_EndsWhatItCoversAndCancelsWhatWaits()
    {
        var world = new World();
        var active = await world.GrantAsync();
        var waiting = await world.AskAsync("key-2", scope: new Scope.Namespace("demo"));
        var ended = await world.Broker.Operations.RevokeAllAsync(new PauseScope.Everything(), RevokedBy.Operator, Sample.Operator, "incident", CancellationToken.None);
        Assert.Equal(2, ended);
        await world.AssertEndedAsync(active, EndCause.OperatorRevoked);
        Assert.Equal(new Outcome.Cancelled(CancelCause.OperatorRevoked), Assert.IsType<RequestState.Closed>(await world.Broker.StateAsync(waiting)).Outcome);
    }

    [Fact]
    public async Task RevokeAll_WhenAnAccessWasAskedForByAClockThatIsAhead_EndsIt()
    {
        var world = new World();
        await world.OpenTicketAsync();
        var ahead = new TestBroker(world.Journal, new FakeClusters(world.Cluster), new SkewedTime(world.Time) { Skew = TimeSpan.FromMinutes(5) }, 78);
        var id = Assert.IsType<Submission.Recorded>(await ahead.AskAsync("key-1", TimeSpan.FromMinutes(30))).History.Id;
        Assert.IsType<ConsentResult.Decided>(await ahead.ApproveAsync(id, Sample.Approver));
        Assert.Single(world.Cluster.Bindings);

        Assert.Equal(1, await world.Broker.Operations.RevokeAllAsync(new PauseScope.Everything(), RevokedBy.Operator, Sample.Operator, "incident", CancellationToken.None));

        await world.AssertEndedAsync(id, EndCause.OperatorRevoked);
    }

    /// <summary>An order covers what was asked before it: carried out again with a later one, it ends nothing that a clock ahead asked since.</summary>
    [Fact]
    public async Task RevokeAll_WhenGivenLongAgo_SparesWhatAClockThatIsAheadAskedSince()
    {
        var world = new World();
        await world.OpenTicketAsync();
        await world.Broker.Operations.RevokeAllAsync(new PauseScope.Everything(), RevokedBy.Operator, Sample.Operator, "incident", CancellationToken.None);
        world.Time.Advance(TimeSpan.FromMinutes(1));
        var ahead = new TestBroker(world.Journal, new FakeClusters(world.Cluster), new SkewedTime(world.Time) { Skew = TimeSpan.FromMinutes(5) }, 78);
        Assert.IsType<Submission.Recorded>(await ahead.AskAsync("key-1", TimeSpan.FromMinutes(30)));

        Assert.Equal(0, await world.Broker.Operations.DistributeAsync());
    }

    [Fact]
    public async Task RevokeAll_WhenItMissedARequestThatWasBeingAsked_NothingIsBoundForIt()
    {
        var world = new World();
        var id = await world.AskAsync();
        await OrderUnheardAsync(world);

        await world.Broker.ApproveAsync(id, Sample.Approver);
        await world.PassAsync(TimeSpan.FromMinutes(2));

        Assert.Equal(new Outcome.Cancelled(CancelCause.OperatorRevoked), Assert.IsType<RequestState.Closed>(await world.Broker.StateAsync(id)).Outcome);
        Assert.Empty(world.Cluster.Log);
    }

    [Fact]
    public async Task RevokeAll_WhenItMissedARequestThatWasBeingAsked_TheSweepEndsIt()
    {
        var world = new World();
        var id = await world.AskAsync();
        await OrderUnheardAsync(world);

        await world.Broker.Sweeper.SweepAsync(CancellationToken.None);

        Assert.Equal(new Outcome.Cancelled(CancelCause.OperatorRevoked), Assert.IsType<RequestState.Closed>(await world.Broker.StateAsync(id)).Outcome);
    }

    [Fact]
    public async Task RevokeAll_WhenOneClusterHangs_EndsTheOthersAndRecordsEveryEnd()
    {
        var far = ClusterId.Parse("edge-02");
        var options = TestBroker.Options();
        var second = TestBroker.Options().Clusters[0];
        (second.Id, second.DisplayName) = (far.Text, "Edge 02");
        options.Clusters.Add(second);
        var world = new World();
        var healthy = new TestKit.Cluster.FakeCluster(far, "test", world.Clock);
        var broker = new TestBroker(world.Journal, new TestKit.Cluster.FakeClusters(world.Cluster, healthy), world.Clock, 79, options: options);
        await world.OpenTicketAsync(Sample.Ticket() with { Clusters = [Sample.ClusterId, far] });
        var hung = new List<RequestId>();
        for (var i = 0; i < 120; i++)
            hung.Add(await GrantedAsync(broker, $"hung-{i}", Sample.ClusterId, "Edge 01", new Scope.Namespace($"n{i}")));
        var other = await GrantedAsync(broker, "other", far, "Edge 02", new Scope.Cluster());
        var never = new TaskCompletionSource();
        world.Cluster.BeforeRemove = () => never.Task;

        var ending = broker.Operations.RevokeAllAsync(new PauseScope.Everything(), RevokedBy.Operator, Sample.Operator, "incident", CancellationToken.None);

        Assert.IsType<RequestState.Closed>(await broker.StateAsync(other));
        Assert.Empty(healthy.Bindings);
        foreach (var id in hung)
            Assert.IsType<RequestState.Revoking>(await broker.StateAsync(id));
        Assert.False(ending.IsCompleted);
        world.Time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(121, await ending);
        never.SetResult();
    }

    private static async Task<RequestId> GrantedAsync(TestBroker broker, string key, ClusterId cluster, string displayName, Scope scope)
    {
        var id = Assert.IsType<Requests.Submission.Recorded>(await broker.AskAsync(key, TimeSpan.FromHours(1), scope, cluster: cluster)).History.Id;
        await broker.ApproveAsync(id, Sample.Approver, displayName);
        Assert.IsType<RequestState.Active>(await broker.StateAsync(id));
        return id;
    }

    /// <summary>An order that was carried out before the request could be seen.</summary>
    private static async Task OrderUnheardAsync(World world)
    {
        var order = new SystemFact.RevocationOrdered(new PauseScope.Everything(), RevokedBy.Operator, Sample.Operator, "incident");
        var records = new Sealing(new SeededEntropy(98), TestBroker.Key).Seal(StreamId.System, 0, HashChain.Start, [order], world.Clock.GetUtcNow());
        await world.Journal.AppendAsync(new Append(StreamId.System, 0, records, new Head("", false), null, null), CancellationToken.None);
    }

    [Fact]
    public async Task Pause_RefusesConsentWithNothingSpentAndHoldsAScheduledStart()
    {
        var world = new World();
        var id = await world.AskAsync(startAt: Sample.Start.AddHours(1));
        var later = await world.AskAsync("key-2", scope: new Scope.Namespace("demo"));
        Assert.IsType<Consents.ConsentResult.Decided>(await world.Broker.ApproveAsync(id, Sample.Approver));
        await world.Broker.Operations.PauseAsync(new PauseScope.Everything(), Sample.Operator, "incident", CancellationToken.None);

        var refused = Assert.IsType<Consents.ConsentResult.Refused>(await world.Broker.ApproveAsync(later, Sample.Approver));
        Assert.Equal(RefusalReason.GrantsPaused, refused.Refusal.Reason);
        await world.PassAsync(TimeSpan.FromMinutes(61), TimeSpan.FromSeconds(20));
        Assert.IsType<RequestState.Scheduled>(await world.Broker.StateAsync(id));

        await world.Broker.Operations.ResumeAsync(new PauseScope.Everything(), Sample.Operator, "over", CancellationToken.None);
        await world.PassAsync(TimeSpan.FromSeconds(5));
        Assert.IsType<RequestState.Active>(await world.Broker.StateAsync(id));
        Assert.IsType<Consents.ConsentResult.Decided>(await world.Broker.ApproveAsync(later, Sample.Approver));
    }

    [Fact]
    public async Task ClockSetBack_ExtendsNothing()
    {
        var world = new World();
        var id = await world.GrantAsync(duration: TimeSpan.FromMinutes(10));
        world.Wall.Skew = TimeSpan.FromDays(-1);
        await world.PassAsync(TimeSpan.FromMinutes(11), TimeSpan.FromSeconds(10));
        await world.AssertEndedAsync(id, EndCause.Expired);
    }

    [Fact]
    public async Task TwoInstances_WhenOneIsGone_TheOtherEndsWithin65Seconds()
    {
        var world = new World();
        var other = world.Start();
        await other.Loop.RereadOnceAsync(CancellationToken.None);
        var id = await world.GrantAsync(duration: TimeSpan.FromSeconds(90));
        // The first instance is never asked again; the second reads the open index once a minute.
        for (var second = 0; second < 90 + 65; second++)
        {
            world.Time.Advance(TimeSpan.FromSeconds(1));
            if (second % 60 == 59)
                await other.Loop.RereadOnceAsync(CancellationToken.None);
            await other.Loop.AttendDueAsync();
        }
        await world.AssertEndedAsync(id, EndCause.Expired);
    }

    [Fact]
    public async Task ManyApprovalsAtOnce_RecordExactlyOne()
    {
        var world = new World();
        var id = await world.AskAsync();
        var results = await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => world.Broker.ApproveAsync(id, Sample.Approver)));
        Assert.Single(results, result => result is Consents.ConsentResult.Decided);
        Assert.All(results.Where(result => result is not Consents.ConsentResult.Decided), result =>
            Assert.Equal(RefusalReason.AlreadyDecided, Assert.IsType<Consents.ConsentResult.Refused>(result).Refusal.Reason));
        Assert.Single((await world.Broker.Engine.ReadAsync(id, CancellationToken.None)).Facts, fact => fact.Fact is RequestFact.ConsentGiven);
    }
}
