using AksArcJit.Lifecycle;
using AksArcJit.Lifecycle.Requests;
using AksArcJit.Lifecycle.Roles;
using AksArcJit.TestKit;
using AksArcJit.TestKit.Brokers;
using AksArcJit.TestKit.Cluster;
using Microsoft.Extensions.Logging;

namespace AksArcJit.Broker.Tests;

/// <summary>Who is told of access that remains when ours is gone.</summary>
public class ResidualAccessTests
{
    [Fact]
    public async Task End_WhenAnotherBindingStillAllows_TellsOperators()
    {
        var (world, broker, log) = await StartAsync();
        var id = await GrantAsync(broker, "one", new Scope.Cluster());
        world.Cluster.OtherAccess = probe => new ProbeAnswer(probe, true, "RBAC: allowed", new BindingName("admins", ""));

        await EndAsync(world, broker, id);

        var alert = Assert.Single(log.Entries, entry => entry.Level == LogLevel.Critical);
        Assert.Contains("ClusterRoleBinding admins", alert.Text);
        Assert.Equal(2, Assert.IsType<RequestFact.AccessGone>((await broker.Engine.ReadAsync(id, CancellationToken.None)).Facts[^1].Fact).Residual.Count);
    }

    [Fact]
    public async Task End_WhenAnAzureRoleAssignmentStillAllows_TellsOperatorsWhich()
    {
        var (world, broker, log) = await StartAsync();
        var id = await GrantAsync(broker, "one", new Scope.Cluster());
        world.Cluster.OtherAccess = probe => new ProbeAnswer(probe, true, "Access allowed by Azure RBAC", null, new AzureRoleAssignment("a-1", "r-1"));

        await EndAsync(world, broker, id);

        Assert.Contains("Azure role assignment a-1 of role r-1", Assert.Single(log.Entries, entry => entry.Level == LogLevel.Critical).Text);
    }

    [Fact]
    public async Task End_WhenAnotherOpenGrantOfOursStillAllows_TellsNobody()
    {
        var (world, broker, log) = await StartAsync();
        var id = await GrantAsync(broker, "one", new Scope.Cluster());
        await GrantAsync(broker, "two", new Scope.Namespace("demo"));

        await EndAsync(world, broker, id);

        Assert.DoesNotContain(log.Entries, entry => entry.Level == LogLevel.Critical);
        Assert.NotEmpty(Assert.IsType<RequestFact.AccessGone>((await broker.Engine.ReadAsync(id, CancellationToken.None)).Facts[^1].Fact).Residual);
    }

    /// <summary>As after every order to end everything: the other's own end is told where it is not confirmed.</summary>
    [Fact]
    public async Task End_WhenAnotherGrantOfOursIsJustBeingRemoved_TellsNobody()
    {
        var (world, broker, log) = await StartAsync();
        var id = await GrantAsync(broker, "one", new Scope.Cluster());
        var other = await GrantAsync(broker, "two", new Scope.Namespace("demo"));
        world.Cluster.IsDown = true;
        await world.CompleteAsync(broker.Requests.SayAsync(other, new Signal.Revoke(RevokedBy.Operator, Sample.Operator, "enough"), CancellationToken.None));
        Assert.IsType<RequestState.Revoking>(await broker.StateAsync(other));
        world.Cluster.IsDown = false;

        await EndAsync(world, broker, id);

        Assert.DoesNotContain(log.Entries, entry => entry.Level == LogLevel.Critical);
    }

    [Fact]
    public async Task End_WhenAnotherBindingBearsTheNameOfAnOpenGrant_TellsOperators()
    {
        var (world, broker, log) = await StartAsync();
        var id = await GrantAsync(broker, "one", new Scope.Cluster());
        var open = await GrantAsync(broker, "two", new Scope.Namespace("demo"));
        world.Cluster.Erase(BindingName.For(open, new Scope.Namespace("demo")));
        world.Cluster.OtherAccess = probe => new ProbeAnswer(probe, true, "RBAC: allowed", BindingName.For(open, new Scope.Cluster()));

        await EndAsync(world, broker, id);

        Assert.Contains($"ClusterRoleBinding {BindingName.Prefix}{open}", Assert.Single(log.Entries, entry => entry.Level == LogLevel.Critical).Text);
    }

    [Theory]
    [InlineData("system:basic-user", "", false)]
    [InlineData("system:discovery", "", false)]
    [InlineData("system:public-info-viewer", "", false)]
    [InlineData("system:basic-user", "demo", true)]
    [InlineData("system:masters", "", true)]
    public async Task End_WhenWhatEverybodyHasStillAllows_IsRecordedAndTellsNobody(string name, string ns, bool tells)
    {
        var (world, broker, log) = await StartAsync();
        var id = await GrantAsync(broker, "one", new Scope.Cluster());
        world.Cluster.OtherAccess = probe => new ProbeAnswer(probe, true, "RBAC: allowed", new BindingName(name, ns));

        await EndAsync(world, broker, id);

        Assert.Equal(tells, log.Entries.Any(entry => entry.Level == LogLevel.Critical));
        Assert.NotEmpty(Assert.IsType<RequestFact.AccessGone>((await broker.Engine.ReadAsync(id, CancellationToken.None)).Facts[^1].Fact).Residual);
    }

    private static async Task<(World World, TestBroker Broker, RecordingLog Log)> StartAsync()
    {
        var (world, log) = (new World(), new RecordingLog());
        await world.OpenTicketAsync();
        return (world, new TestBroker(world.Journal, new FakeClusters(world.Cluster), world.Clock, 78, logging: log), log);
    }

    private static async Task<RequestId> GrantAsync(TestBroker broker, string key, Scope scope)
    {
        var id = Assert.IsType<Requests.Submission.Recorded>(await broker.AskAsync(key, TimeSpan.FromHours(1), scope)).History.Id;
        await broker.ApproveAsync(id, Sample.Approver);
        Assert.IsType<RequestState.Active>(await broker.StateAsync(id));
        return id;
    }

    private static async Task EndAsync(World world, TestBroker broker, RequestId id)
    {
        await world.CompleteAsync(broker.Requests.SayAsync(id, new Signal.Revoke(RevokedBy.Operator, Sample.Operator, "enough"), CancellationToken.None));
        Assert.IsType<RequestState.Closed>(await broker.StateAsync(id));
    }
}
