using AksArcJit.Broker.Consents;
using AksArcJit.Lifecycle;
using AksArcJit.Lifecycle.Requests;
using AksArcJit.Lifecycle.Roles;
using AksArcJit.TestKit;
using AksArcJit.TestKit.Brokers;

namespace AksArcJit.Broker.Tests;

/// <summary>A role that changes under a request: before the grant it voids the consent, during it the guard decides.</summary>
public class RoleChangeTests
{
    private static readonly RoleRules Harmless = new([PolicyRule.On(["get"], [""], ["pods", "services"])]);
    private static readonly RoleRules Dangerous = new([.. Sample.Rules.Rules, PolicyRule.On(["get"], [""], ["secrets"])]);
    private static readonly RoleRules Forbidden = new([.. Sample.Rules.Rules, PolicyRule.On(["bind"], ["rbac.authorization.k8s.io"], ["clusterroles"])]);

    [Fact]
    public async Task Approve_WhenTheRoleHasBecomeDangerous_SpendsNothingAndGrantsNothing()
    {
        var world = new World();
        var id = await world.AskAsync();
        Put(world, Dangerous);

        var refused = Assert.IsType<ConsentResult.Refused>(await world.Broker.ApproveAsync(id, Sample.Approver));

        Assert.Equal(RefusalReason.DangerNotAccepted, refused.Refusal.Reason);
        Assert.IsType<RequestState.AwaitingConsent>(await world.Broker.StateAsync(id));
        Assert.Empty(world.Cluster.Bindings);
    }

    [Fact]
    public async Task Start_WhenTheRoleChangedAfterTheConsent_CancelsWithoutABinding()
    {
        var world = new World();
        var id = await ScheduleAsync(world);
        Put(world, Harmless);

        await world.PassAsync(TimeSpan.FromMinutes(61), TimeSpan.FromSeconds(20));

        await AssertCancelledAsync(world, id);
    }

    [Fact]
    public async Task Sweep_WhenTheRoleChangedBeforeTheStart_CancelsAtOnce()
    {
        var world = new World();
        var id = await ScheduleAsync(world);
        Put(world, Harmless);

        await SweepAsync(world);

        await AssertCancelledAsync(world, id);
    }

    [Fact]
    public async Task Sweep_WhenTheRoleChangedAndStillPasses_JournalsItOnceAndKeepsTheGrant()
    {
        var world = new World();
        var id = await world.GrantAsync();
        Put(world, Harmless);

        await SweepAsync(world);
        await SweepAsync(world);

        Assert.IsType<RequestState.Active>(await world.Broker.StateAsync(id));
        var changed = Assert.Single((await world.Broker.Engine.ReadAsync(id, CancellationToken.None)).Facts, fact => fact.Fact is RequestFact.RoleChangeObserved);
        Assert.Equal(Harmless.Hash, ((RequestFact.RoleChangeObserved)changed.Fact).RulesHash);
        Assert.Single(world.Cluster.Bindings);
    }

    public static TheoryData<RoleRules> Failing => [Dangerous, Forbidden];

    [Theory]
    [MemberData(nameof(Failing))]
    public async Task Sweep_WhenTheRoleNoLongerPasses_EndsTheGrantAndSaysWhy(RoleRules role)
    {
        var world = new World();
        var id = await world.GrantAsync();
        Put(world, role);

        await SweepAsync(world);

        await world.AssertEndedAsync(id, EndCause.RoleChanged);
        var started = (await world.Broker.Engine.ReadAsync(id, CancellationToken.None)).Facts.Select(fact => fact.Fact).OfType<RequestFact.RevocationStarted>().Single();
        Assert.Contains(RoleGuard.Inspect(role)[0].Sentence, started.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sweep_WhenTheRoleGoesAndComesBackWorse_EndsTheGrant()
    {
        var world = new World();
        var id = await world.GrantAsync();
        world.Cluster.Role = new Reading<RoleRules>.Missing();
        await SweepAsync(world);
        await SweepAsync(world);
        // A binding to a role that is not there gives nothing; what it would give tomorrow is judged when it is there.
        Assert.IsType<RequestState.Active>(await world.Broker.StateAsync(id));
        var gone = Assert.Single((await world.Broker.Engine.ReadAsync(id, CancellationToken.None)).Facts.Select(fact => fact.Fact).OfType<RequestFact.RoleChangeObserved>());
        Assert.Empty(gone.Rules);

        Put(world, Forbidden);
        await SweepAsync(world);

        await world.AssertEndedAsync(id, EndCause.RoleChanged);
    }

    [Fact]
    public async Task Sweep_WhenTheRoleIsChangedTwiceAndThenFails_EndsTheGrant()
    {
        var world = new World();
        var id = await world.GrantAsync();
        foreach (var role in new[] { Harmless, Sample.Rules, Forbidden })
        {
            Put(world, role);
            await SweepAsync(world);
        }

        await world.AssertEndedAsync(id, EndCause.RoleChanged);
    }

    private static void Put(World world, RoleRules role) => world.Cluster.Role = new Reading<RoleRules>.Found(role);

    private static async Task<RequestId> ScheduleAsync(World world)
    {
        var id = await world.AskAsync(startAt: Sample.Start.AddHours(1));
        Assert.IsType<ConsentResult.Decided>(await world.Broker.ApproveAsync(id, Sample.Approver));
        Assert.IsType<RequestState.Scheduled>(await world.Broker.StateAsync(id));
        return id;
    }

    private static async Task AssertCancelledAsync(World world, RequestId id)
    {
        var closed = Assert.IsType<RequestState.Closed>(await world.Broker.StateAsync(id));
        Assert.Equal(new Outcome.Cancelled(CancelCause.RoleChanged), closed.Outcome);
        Assert.Empty(world.Cluster.Bindings);
    }

    private static async Task SweepAsync(World world)
    {
        await world.Broker.Sweeper.SweepAsync(CancellationToken.None);
        await world.Broker.Loop.AttendDueAsync();
    }
}
