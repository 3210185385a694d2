using AksArcJit.Broker.Options;
using AksArcJit.Broker.Ports;
using AksArcJit.Broker.Sweeping;
using AksArcJit.Journal;
using AksArcJit.Lifecycle;
using AksArcJit.Lifecycle.Requests;
using AksArcJit.Lifecycle.Roles;
using AksArcJit.Lifecycle.Tickets;
using AksArcJit.TestKit;
using AksArcJit.TestKit.Brokers;
using AksArcJit.TestKit.Journal;

namespace AksArcJit.Broker.Tests;

/// <summary>What the sweep tells apart, and that it ends what should not stand.</summary>
public class SweepTests
{
    [Fact]
    public async Task Sweep_WhenNothingIsWrong_RecordsNothing()
    {
        var world = new World();
        var id = await world.GrantAsync();
        var before = world.Journal.Streams.Sum(stream => stream.Value.Count);
        await SweepAsync(world);
        Assert.Equal(before, world.Journal.Streams.Sum(stream => stream.Value.Count));
        Assert.IsType<RequestState.Active>(await world.Broker.StateAsync(id));
    }

    public static TheoryData<string> Alterations => ["subjects", "role", "labels", "request", "another request", "labels and another request", "ticket", "notAfter"];

    [Theory]
    [MemberData(nameof(Alterations))]
    public async Task Sweep_WhenTheBindingWasAltered_EndsTheGrant(string what)
    {
        var world = new World();
        var id = await world.GrantAsync();
        var binding = Assert.Single(world.Cluster.Bindings);
        world.Cluster.Place(what switch
        {
            "subjects" => binding with { Subjects = ["User/somebody", "Group/everyone"] },
            "role" => binding with { RoleRef = "ClusterRole/cluster-admin" },
            "labels" => binding with { Installation = null },
            "request" => binding with { Request = null },
            "another request" => binding with { Request = Sample.Id(9) },
            "labels and another request" => binding with { Installation = null, Request = Sample.Id(9) },
            "ticket" => binding with { Ticket = TicketId.Parse("CASE-2002") },
            _ => binding with { NotAfter = binding.NotAfter!.Value.AddDays(1) },
        });
        await SweepAsync(world);
        await world.AssertEndedAsync(id, EndCause.BindingAltered);
    }

    [Fact]
    public async Task Sweep_WhenABindingSaysTheLastOfAllTimes_EndsWhatIsOverdueAndItAsWell()
    {
        var world = new World();
        foreach (var (id, ends) in new[] { (Sample.Id(5), DateTimeOffset.MaxValue), (Sample.Id(6), Sample.Start.AddMinutes(-1)) })
            world.Cluster.Place(new StandingBinding(BindingName.For(id, new Scope.Cluster()), "u", "test", id, ends, ["User/x"], "ClusterRole/aks-service"));
        await SweepAsync(world);
        Assert.Empty(world.Cluster.Bindings);
    }

    [Fact]
    public async Task Sweep_WhenTheBindingIsGone_EndsTheGrant()
    {
        var world = new World();
        var id = await world.GrantAsync();
        world.Cluster.Erase(Assert.Single(world.Cluster.Bindings).Name);
        await SweepAsync(world);
        await world.AssertEndedAsync(id, EndCause.BindingDisappeared);
    }

    [Fact]
    public async Task Sweep_WhenTheBindingWasRecreated_RemovesItAndEndsTheGrant()
    {
        var world = new World();
        var id = await world.GrantAsync();
        world.Cluster.Place(Assert.Single(world.Cluster.Bindings) with { Uid = "another" });
        await SweepAsync(world);
        await world.AssertEndedAsync(id, EndCause.BindingDisappeared);
    }

    /// <summary>Whoever put it there: under the grant's name nothing gives the engineer anything once the grant is over.</summary>
    [Theory]
    [InlineData(true, "The binding was removed and another stands in its place.")]
    [InlineData(false, "The binding was removed by somebody else.")]
    public async Task Sweep_WhenAnotherOfAnotherRoleStandsUnderTheName_EndsTheGrantAndKnowsItWhereItIsTheEngineers(bool isTheEngineers, string reason)
    {
        var world = new World();
        var id = await world.GrantAsync();
        var good = Assert.Single(world.Cluster.Bindings);
        world.Cluster.Place(good with
        {
            Uid = "another",
            Installation = null,
            Request = null,
            RoleRef = "ClusterRole/cluster-admin",
            Subjects = isTheEngineers ? good.Subjects : ["User/somebody"],
        });

        await SweepAsync(world);

        await world.AssertEndedAsync(id, EndCause.BindingDisappeared);
        var facts = (await world.Broker.Engine.ReadAsync(id, CancellationToken.None)).Facts.Select(fact => fact.Fact).ToList();
        Assert.Equal(isTheEngineers ? ["another"] : [], facts.OfType<RequestFact.BindingObserved>().Select(seen => seen.Uid));
        Assert.Equal(reason, Assert.Single(facts.OfType<RequestFact.RevocationStarted>()).Reason);
    }

    /// <summary>Whoever deleted it meant the access to end, and it does not.</summary>
    [Fact]
    public async Task Sweep_WhenTheBindingIsDeletedAndHeldByAFinalizer_EndsTheGrant()
    {
        var world = new World();
        var id = await world.GrantAsync();
        world.Cluster.Place(Assert.Single(world.Cluster.Bindings) with { IsBeingDeleted = true });

        Assert.Equal(FindingKind.Deleted, Assert.Single((await world.Broker.Sweeper.SweepAsync(CancellationToken.None)).Findings).Finding.Kind);
        await world.Broker.Loop.AttendDueAsync();

        await world.AssertEndedAsync(id, EndCause.BindingDisappeared);
    }

    [Fact]
    public async Task Sweep_WhenACreateLandedAfterTheEnd_RemovesItAndClosesAgain()
    {
        var world = new World();
        var id = await world.GrantAsync(duration: TimeSpan.FromMinutes(1));
        var binding = Assert.Single(world.Cluster.Bindings);
        await world.PassAsync(TimeSpan.FromMinutes(2));
        await world.AssertEndedAsync(id, EndCause.Expired);
        world.Cluster.Place(binding with { Uid = "late", NotAfter = world.Clock.GetUtcNow().AddMinutes(1) });
        await SweepAsync(world);
        await world.AssertEndedAsync(id, EndCause.Expired);
        Assert.Contains((await world.Broker.Engine.ReadAsync(id, CancellationToken.None)).Facts, fact => fact.Fact is RequestFact.StrayBindingFound { Uid: "late" });
    }

    [Fact]
    public async Task Sweep_WhenNoRequestIntendedTheBinding_RemovesAndJournalsIt()
    {
        var world = new World();
        var name = BindingName.For(Sample.Id(5), new Scope.Cluster());
        world.Cluster.Place(new StandingBinding(name, "u", "test", Sample.Id(5), Sample.Start.AddDays(1), ["User/x"], "ClusterRole/aks-service"));
        await SweepAsync(world);
        await SweepAsync(world);
        Assert.Empty(world.Cluster.Bindings);
        Assert.Equal("OrphanRemoved", Assert.Single(world.Journal.Streams[StreamId.Of(Sample.ClusterId)]).Kind);
    }

    [Theory]
    [InlineData(null, false)]
    [InlineData("other", false)]
    [InlineData("other", true)]
    public async Task Sweep_WhenSomebodyCopiedTheBinding_TellsAndLeavesIt(string? installation, bool keepsRequest)
    {
        var world = new World();
        await world.GrantAsync();
        var good = Assert.Single(world.Cluster.Bindings);
        var copy = good with { Name = new BindingName("my-own", ""), Uid = "copy", Installation = installation, Request = keepsRequest ? good.Request : null };
        world.Cluster.Place(copy);
        await SweepAsync(world);
        await SweepAsync(world);
        Assert.Contains(copy, world.Cluster.Bindings);
        Assert.Equal("UnmanagedCopyFound", Assert.Single(world.Journal.Streams[StreamId.Of(Sample.ClusterId)]).Kind);
    }

    [Fact]
    public async Task Sweep_WhenAnotherInstallationBindsTheEngineerToAnotherRole_SaysNothing()
    {
        var world = new World();
        await world.GrantAsync();
        var good = Assert.Single(world.Cluster.Bindings);
        world.Cluster.Place(good with { Name = new BindingName("theirs", ""), Uid = "u", Installation = "other", Request = null, RoleRef = "ClusterRole/view" });
        Assert.Empty((await world.Broker.Sweeper.SweepAsync(CancellationToken.None)).Findings);
    }

    [Fact]
    public async Task Sweep_WhenAnotherClusterHangs_AttendsToThisOneMeanwhile()
    {
        var world = new World();
        var hung = new TestKit.Cluster.FakeCluster(ClusterId.Parse("edge-02"), "test", world.Clock);
        var broker = new TestBroker(world.Journal, new TestKit.Cluster.FakeClusters(hung, world.Cluster), world.Clock, 55, options: TwoClusters(hung.Id));
        await world.OpenTicketAsync(Sample.Ticket() with { Clusters = [hung.Id, Sample.ClusterId] });
        // More of the cluster that hangs than are looked at together.
        for (var i = 0; i < 12; i++)
            await GrantAsync(broker, $"hung-{i}", hung.Id, new Scope.Namespace($"n-{i}"));
        var altered = await GrantAsync(broker, "here", Sample.ClusterId, new Scope.Cluster());
        world.Cluster.Place(Assert.Single(world.Cluster.Bindings) with { Subjects = ["User/x"] });
        var gone = await GrantAsync(broker, "gone", Sample.ClusterId, new Scope.Namespace("demo"));
        world.Cluster.Erase(BindingName.For(gone, new Scope.Namespace("demo")));
        foreach (var (id, ends) in new[] { (Sample.Id(5), Sample.Start.AddMinutes(-1)), (Sample.Id(6), Sample.Start.AddDays(1)) })
            world.Cluster.Place(new StandingBinding(BindingName.For(id, new Scope.Cluster()), "u", "test", id, ends, ["User/x"], "ClusterRole/aks-service"));
        var hang = new TaskCompletionSource();
        hung.BeforeList = () => hang.Task;

        var sweep = broker.Sweeper.SweepAsync(CancellationToken.None);

        // No time passes: the fakes answer at once, and what has not come about by now waits for the cluster that hangs.
        Assert.False(sweep.IsCompleted);
        Assert.Equal([altered], world.Cluster.Bindings.Select(binding => binding.Request!));
        Assert.IsType<RequestState.Revoking>(await broker.StateAsync(altered));
        Assert.IsType<RequestState.Revoking>(await broker.StateAsync(gone));
        hang.SetResult();
        Assert.Equal(
            [FindingKind.Orphaned, FindingKind.Overdue, FindingKind.Altered, FindingKind.Deleted],
            (await sweep).Findings.Select(swept => swept.Finding.Kind).Order());
    }

    [Fact]
    public async Task Sweep_WhenOnlyTheRoleHangs_RemovesWhatIsOverdueMeanwhile()
    {
        var world = new World();
        world.Cluster.Place(new StandingBinding(
            BindingName.For(Sample.Id(5), new Scope.Cluster()), "u", "test", Sample.Id(5), Sample.Start.AddMinutes(-1), ["User/x"], "ClusterRole/aks-service"));
        var hang = new TaskCompletionSource();
        world.Cluster.BeforeReadRole = () => hang.Task;

        var sweep = world.Broker.Sweeper.SweepAsync(CancellationToken.None);

        Assert.Empty(world.Cluster.Bindings);
        Assert.False(sweep.IsCompleted);
        hang.SetResult();
        Assert.Equal(FindingKind.Overdue, Assert.Single((await sweep).Findings).Finding.Kind);
    }

    /// <summary>The cluster's RBAC may forbid one list and not the other: what is past its end in the other goes all the same.</summary>
    [Theory]
    [InlineData(BindingKind.ClusterRoleBinding)]
    [InlineData(BindingKind.RoleBinding)]
    public async Task Sweep_WhenOneKindMayNotBeListed_EndsWhatIsOverdueOfTheOther(BindingKind unlisted)
    {
        var world = new World();
        var listed = unlisted == BindingKind.RoleBinding ? new Scope.Cluster() : (Scope)new Scope.Namespace("demo");
        var unseen = unlisted == BindingKind.RoleBinding ? new Scope.Namespace("demo") : (Scope)new Scope.Cluster();
        await world.GrantAsync(scope: unseen);
        var healthy = Assert.Single(world.Cluster.Bindings);
        foreach (var (id, scope) in new[] { (Sample.Id(5), listed), (Sample.Id(6), unseen) })
            world.Cluster.Place(new StandingBinding(BindingName.For(id, scope), "u", "test", id, Sample.Start.AddMinutes(-1), ["User/x"], "ClusterRole/aks-service"));
        world.Cluster.Unlisted = unlisted;

        var swept = await world.Broker.Sweeper.SweepAsync(CancellationToken.None);

        Assert.Equal([healthy.Name, BindingName.For(Sample.Id(6), unseen)], world.Cluster.Bindings.Select(binding => binding.Name));
        Assert.Equal([FindingKind.Overdue, FindingKind.Unreadable], swept.Findings.Select(one => one.Finding.Kind).Order());
    }

    /// <summary>What stood at the backup stands again, under the name and the uid that the journal knows as gone; what came later is missing.</summary>
    [Fact]
    public async Task Sweep_WhenTheClusterWasRestoredFromABackup_RemovesWhatCameBackAndEndsWhatIsMissing()
    {
        var world = new World();
        var earlier = await world.GrantAsync(duration: TimeSpan.FromMinutes(1));
        var backup = Assert.Single(world.Cluster.Bindings);
        await world.PassAsync(TimeSpan.FromMinutes(2));
        await world.AssertEndedAsync(earlier, EndCause.Expired);
        var later = Assert.IsType<Requests.Submission.Recorded>(await world.Broker.AskAsync("later", TimeSpan.FromHours(1))).History.Id;
        await world.Broker.ApproveAsync(later, Sample.Approver);
        world.Cluster.Erase(Assert.Single(world.Cluster.Bindings).Name);
        world.Cluster.Place(backup);

        await SweepAsync(world);

        Assert.Empty(world.Cluster.Bindings);
        await world.AssertEndedAsync(earlier, EndCause.Expired);
        await world.AssertEndedAsync(later, EndCause.BindingDisappeared);
    }

    [Fact]
    public async Task Sweep_WhenRemovalsHangOnAnotherCluster_AttendsToThisOneMeanwhile()
    {
        var world = new World();
        var hung = new TestKit.Cluster.FakeCluster(ClusterId.Parse("edge-02"), "test", world.Clock);
        var broker = new TestBroker(world.Journal, new TestKit.Cluster.FakeClusters(hung, world.Cluster), world.Clock, 56, options: TwoClusters(hung.Id));
        foreach (var cluster in new[] { hung, world.Cluster })
            for (var i = 1; i <= 10; i++)
                cluster.Place(new StandingBinding(
                    BindingName.For(Sample.Id(i), new Scope.Cluster()), $"u-{i}", "test", Sample.Id(i), Sample.Start.AddMinutes(-1), ["User/x"], "ClusterRole/aks-service"));
        var hang = new TaskCompletionSource();
        hung.BeforeRemove = () => hang.Task;

        var sweep = broker.Sweeper.SweepAsync(CancellationToken.None);

        Assert.Empty(world.Cluster.Bindings);
        Assert.Equal(10, hung.Bindings.Count);
        hang.SetResult();
        Assert.Equal(20, (await sweep).Findings.Count);
        Assert.Empty(hung.Bindings);
    }

    /// <summary>A broker that comes back when many grants are past their end: their facts must not be what it is busy with.</summary>
    [Fact]
    public async Task Sweep_WhenManyAreOverdueTogether_RecordsThemTogether()
    {
        const int many = 200;
        var world = new World();
        for (var i = 1; i <= many; i++)
            world.Cluster.Place(new StandingBinding(
                BindingName.For(Sample.Id(i), new Scope.Cluster()), $"u-{i}", "test", Sample.Id(i), Sample.Start.AddMinutes(-1), ["User/x"], "ClusterRole/aks-service"));
        var journal = new FaultyJournal(world.Journal) { Before = async () => await Task.Yield() };
        var broker = new TestBroker(journal, new TestKit.Cluster.FakeClusters(world.Cluster), world.Clock, 57);

        var findings = (await broker.Sweeper.SweepAsync(CancellationToken.None)).Findings;

        Assert.All(findings, swept => Assert.Equal("removed", swept.Done));
        Assert.Equal(many, world.Journal.Streams[StreamId.Of(Sample.ClusterId)].Count);
        Assert.InRange(journal.Count(JournalCall.Append), 1, many / 10);
    }

    [Fact]
    public async Task Run_WhenAClusterHoldsUpAPass_TheNextBeginsAMinuteAfterItAllTheSame()
    {
        var world = new World();
        world.Cluster.BeforeReadRole = () => Task.Delay(TimeSpan.FromSeconds(20), world.Clock);
        using var stop = new CancellationTokenSource();
        var run = world.Broker.Sweeper.RunAsync(stop.Token);
        world.Cluster.Place(new StandingBinding(
            BindingName.For(Sample.Id(5), new Scope.Cluster()), "u", "test", Sample.Id(5), Sample.Start.AddMinutes(-1), ["User/x"], "ClusterRole/aks-service"));

        while (world.Cluster.Bindings.Count > 0)
        {
            world.Time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        Assert.InRange(world.Clock.GetUtcNow() - Sample.Start, TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(70));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => world.CompleteAsync(run));
    }

    [Fact]
    public async Task Run_WhenAClusterIsNeverThrough_TheOtherIsSweptEachMinuteAllTheSame()
    {
        var world = new World();
        var hung = new TestKit.Cluster.FakeCluster(ClusterId.Parse("edge-02"), "test", world.Clock);
        var broker = new TestBroker(world.Journal, new TestKit.Cluster.FakeClusters(hung, world.Cluster), world.Clock, 57, options: TwoClusters(hung.Id));
        await world.OpenTicketAsync(Sample.Ticket() with { Clusters = [hung.Id, Sample.ClusterId] });
        var waiting = await GrantAsync(broker, "hung", hung.Id, new Scope.Cluster());
        var asked = 0;
        var hang = new TaskCompletionSource();
        hung.BeforeList = () =>
        {
            asked++;
            return hang.Task;
        };
        using var stop = new CancellationTokenSource();
        var run = broker.Sweeper.RunAsync(stop.Token);

        for (var minute = 1; minute <= 3; minute++)
        {
            world.Cluster.Place(new StandingBinding(
                BindingName.For(Sample.Id(minute), new Scope.Cluster()), "u", "test", Sample.Id(minute), world.Clock.GetUtcNow().AddMinutes(-1), ["User/x"], "ClusterRole/aks-service"));
            world.Time.Advance(Sweeper.Interval);
            await Waiting(() => Task.FromResult(world.Cluster.Bindings.Count > 0));
            Assert.Empty(world.Cluster.Bindings);
        }

        // Once of each kind: nobody asks it again before it has answered.
        Assert.Equal(2, asked);
        hung.Erase(BindingName.For(waiting, new Scope.Cluster()));
        hang.SetResult();
        await Waiting(async () => await broker.StateAsync(waiting) is RequestState.Active);
        Assert.IsNotType<RequestState.Active>(await broker.StateAsync(waiting));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => world.CompleteAsync(run));

        static async Task Waiting(Func<Task<bool>> whileSo)
        {
            for (var turn = 0; turn < 100 && await whileSo(); turn++)
                await Task.Yield();
        }
    }

    private static BrokerOptions TwoClusters(ClusterId second)
    {
        var options = TestBroker.Options();
        var known = options.Clusters.Single();
        options.Clusters =
        [
            new ClusterOptions
            {
                Id = second.Text, DisplayName = "Edge 01", Customer = known.Customer, MaximumDuration = known.MaximumDuration,
                ConsentLifetime = known.ConsentLifetime, Scopes = known.Scopes, Namespaces = known.Namespaces, Approvers = known.Approvers,
            },
            known,
        ];
        return options;
    }

    private static async Task<RequestId> GrantAsync(TestBroker broker, string key, ClusterId cluster, Scope scope)
    {
        var id = Assert.IsType<Requests.Submission.Recorded>(await broker.AskAsync(key, TimeSpan.FromHours(1), scope, cluster: cluster)).History.Id;
        await broker.ApproveAsync(id, Sample.Approver);
        Assert.IsType<RequestState.Active>(await broker.StateAsync(id));
        return id;
    }

    [Fact]
    public async Task Sweep_WhenOurBindingWasCopiedWithItsLabels_RemovesTheCopyAndLeavesTheGrant()
    {
        var world = new World();
        var id = await world.GrantAsync();
        var good = Assert.Single(world.Cluster.Bindings);
        world.Cluster.Place(good with { Name = new BindingName("copy-of-it", ""), Uid = "copy" });
        await SweepAsync(world);
        Assert.Equal(good, Assert.Single(world.Cluster.Bindings));
        Assert.IsType<RequestState.Active>(await world.Broker.StateAsync(id));
        Assert.Equal("OrphanRemoved", Assert.Single(world.Journal.Streams[StreamId.Of(Sample.ClusterId)]).Kind);
    }

    [Fact]
    public async Task Sweep_WhenTheJournalIsAwayFromTheStart_RemovesWhatIsPastItsEnd()
    {
        var world = new World();
        await world.GrantAsync(duration: TimeSpan.FromMinutes(1));
        world.Time.Advance(TimeSpan.FromMinutes(2));
        var restarted = new TestBroker(new FaultyJournal(world.Journal) { IsDown = true }, new TestKit.Cluster.FakeClusters(world.Cluster), world.Clock, 55);
        var report = await restarted.Sweeper.SweepAsync(CancellationToken.None);
        Assert.Empty(world.Cluster.Bindings);
        // Nothing more was found, and that says little: the answer says so.
        Assert.Equal(
            ["Not all open requests could be looked at", "The orders to pause or end access could not be read."],
            report.Findings.Where(swept => swept.Finding.Kind == FindingKind.Unreadable).Select(swept => swept.Finding.What.Split(':')[0]).Order());
    }

    [Fact]
    public async Task Sweep_WhenABindingIsPastItsEnd_RemovesAndJournalsIt()
    {
        var world = new World();
        var id = await world.GrantAsync(duration: TimeSpan.FromMinutes(1));
        var binding = Assert.Single(world.Cluster.Bindings);
        await world.PassAsync(TimeSpan.FromMinutes(2));
        world.Cluster.Place(binding with { Uid = "late" });
        await SweepAsync(world);
        await world.AssertEndedAsync(id, EndCause.Expired);
        Assert.Equal("OverdueRemoved", Assert.Single(world.Journal.Streams[StreamId.Of(Sample.ClusterId)]).Kind);
    }

    [Fact]
    public async Task Sweep_WhenAnotherInstallationsBindingStands_LeavesIt()
    {
        var world = new World();
        var other = new StandingBinding(BindingName.For(Sample.Id(6), new Scope.Cluster()), "u", "other", Sample.Id(6), Sample.Start, ["User/x"], "ClusterRole/aks-service");
        world.Cluster.Place(other);
        await SweepAsync(world);
        Assert.Contains(other, world.Cluster.Bindings);
    }

    [Fact]
    public async Task Sweep_WhenTheRoleChangedForTheWorse_EndsTheGrant()
    {
        var world = new World();
        var id = await world.GrantAsync();
        world.Cluster.Role = new Reading<RoleRules>.Found(new RoleRules([PolicyRule.On(["*"], ["*"], ["*"])]));
        await SweepAsync(world);
        await world.AssertEndedAsync(id, EndCause.RoleChanged);
    }

    /// <summary>The sweep reads the role before the journals; what somebody consented to in between is newer than that.</summary>
    [Fact]
    public async Task Sweep_WhenTheRoleIsAgainAsConsentedTo_FindsNothing()
    {
        var world = new World();
        await world.GrantAsync();
        var reads = 0;
        world.Cluster.BeforeReadRole = () =>
        {
            world.Cluster.Role = new Reading<RoleRules>.Found(++reads == 1 ? new RoleRules([PolicyRule.On(["*"], ["*"], ["*"])]) : Sample.Rules);
            return Task.CompletedTask;
        };
        Assert.Empty((await world.Broker.Sweeper.SweepAsync(CancellationToken.None)).Findings);
        Assert.Equal(2, reads);
    }

    [Fact]
    public async Task Sweep_WhenARequestCannotBeRead_RemovesItsBindingAtNotAfterAndServesTheOthers()
    {
        var world = new World();
        var quarantined = await world.GrantAsync(duration: TimeSpan.FromMinutes(5));
        var healthy = await world.GrantAsync("key-2", TimeSpan.FromMinutes(5), new Scope.Namespace("demo"));
        world.Journal.Tamper(StreamId.Of(quarantined), 2, record => record with { Payload = "{}"u8.ToArray() });
        var restarted = world.Start();

        await restarted.Sweeper.SweepAsync(CancellationToken.None);
        Assert.Equal(2, world.Cluster.Bindings.Count);
        world.Time.Advance(TimeSpan.FromMinutes(6));
        await restarted.Sweeper.SweepAsync(CancellationToken.None);
        await restarted.Loop.RereadOnceAsync(CancellationToken.None);
        await restarted.Loop.AttendDueAsync();
        Assert.Empty(world.Cluster.Bindings);
        Assert.IsType<RequestState.Closed>(await restarted.StateAsync(healthy));
    }

    [Fact]
    public async Task Sweep_WhenANoticeWasNotDelivered_SendsItAgain()
    {
        var world = new World();
        var id = await world.AskAsync();
        var restarted = world.Start();
        await restarted.Sweeper.SweepAsync(CancellationToken.None);
        await restarted.Notices!.AttendDueAsync();
        Assert.Empty(world.Channel.Taken);
        world.Time.Advance(TimeSpan.FromSeconds(60));
        await restarted.Notices!.AttendDueAsync();
        Assert.Equal(restarted.LinkFor(id, Sample.Approver).ToString(), Assert.Single(world.Channel.Taken).Link!.Segments[^1]);
    }

    public static TheoryData<FindingKind> Kinds =>
        [FindingKind.Orphaned, FindingKind.Overdue, FindingKind.Altered, FindingKind.Relabelled, FindingKind.Deleted, FindingKind.Recreated,
         FindingKind.Copied, FindingKind.TicketClosed, FindingKind.RoleChanged, FindingKind.Unreadable];

    /// <summary>Each is told as what it is, by a dry run that changes nothing and by the sweep that resolves it.</summary>
    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Sweep_TellsApart(FindingKind kind)
    {
        var world = new World();
        await world.GrantAsync(duration: TimeSpan.FromHours(1));
        var binding = Assert.Single(world.Cluster.Bindings);
        switch (kind)
        {
            case FindingKind.Orphaned:
                world.Cluster.Place(binding with { Name = new BindingName(binding.Name.Name, "elsewhere"), Uid = "u" });
                break;
            case FindingKind.Overdue:
                world.Cluster.Place(binding with { Name = new BindingName("late", ""), Uid = "u", Request = null, NotAfter = Sample.Start.AddMinutes(-1) });
                break;
            case FindingKind.Altered:
                world.Cluster.Place(binding with { Subjects = ["User/somebody"] });
                break;
            case FindingKind.Relabelled:
                world.Cluster.Place(binding with { Installation = "other" });
                break;
            case FindingKind.Deleted:
                world.Cluster.Erase(binding.Name);
                break;
            case FindingKind.Recreated:
                world.Cluster.Place(binding with { Uid = "u", Installation = null, Request = null });
                break;
            case FindingKind.Copied:
                world.Cluster.Place(binding with { Name = new BindingName("copy", ""), Uid = "u", Installation = null, Request = null });
                break;
            case FindingKind.TicketClosed:
                // Recorded, and nobody told the request: the process died between.
                var seal = new Sealing(new SeededEntropy(99), TestBroker.Key);
                var ticket = await world.Journal.ReadAsync(StreamId.Of(Sample.TicketId), CancellationToken.None);
                var closed = seal.Seal(StreamId.Of(Sample.TicketId), ticket[^1].Version, ticket[^1].Hash, [new TicketFact.TicketClosed(Sample.TicketId, null, Sample.Operator)], Sample.Start);
                await world.Journal.AppendAsync(new Append(StreamId.Of(Sample.TicketId), ticket[^1].Version, closed, new Head("", false), null, null), CancellationToken.None);
                break;
            case FindingKind.RoleChanged:
                world.Cluster.Role = new Reading<RoleRules>.Found(new RoleRules([PolicyRule.On(["get"], [""], ["pods"])]));
                break;
            case FindingKind.Unreadable:
                world.Cluster.IsDown = true;
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(kind));
        }
        var (standing, facts) = (world.Cluster.Bindings, world.Journal.Streams.Sum(stream => stream.Value.Count));

        var dry = await world.Broker.Sweeper.SweepAsync(null, isDryRun: true, CancellationToken.None);

        Assert.Equal(kind, Assert.Single(dry.Findings).Finding.Kind);
        Assert.Equal(standing, world.Cluster.Bindings);
        Assert.Equal(facts, world.Journal.Streams.Sum(stream => stream.Value.Count));

        var swept = await world.Broker.Sweeper.SweepAsync(CancellationToken.None);
        Assert.Equal(kind, Assert.Single(swept.Findings).Finding.Kind);
        Assert.Equal(kind != FindingKind.Unreadable, world.Journal.Streams.Sum(stream => stream.Value.Count) > facts);
    }

    private static async Task SweepAsync(World world)
    {
        await world.Broker.Sweeper.SweepAsync(CancellationToken.None);
        await world.Broker.Loop.AttendDueAsync();
    }
}
