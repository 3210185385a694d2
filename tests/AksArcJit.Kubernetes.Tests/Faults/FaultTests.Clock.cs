using AksArcJit.Broker.Ports;
using AksArcJit.DevCluster;
using AksArcJit.Kubernetes.Tests.Contract;
using AksArcJit.Lifecycle;
using k8s;
using Microsoft.Extensions.Time.Testing;

namespace AksArcJit.Kubernetes.Tests.Faults;

public sealed partial class FaultTests
{
    /// <summary>The broker's clock decides about ends; the server's only dates what it stores.</summary>
    [Theory]
    [InlineData(-7)]
    [InlineData(7)]
    public async Task Grant_WhenTheServersClockIsMinutesOff_ThenItHoldsUntilOurEndAndGoes(int minutes)
    {
        var options = new DevClusterOptions { Clock = new FakeTimeProvider(TimeProvider.System.GetUtcNow().AddMinutes(minutes)) };
        await using var server = await DevClusterHost.StartAsync(options, Ground.Ct);
        using var admin = new k8s.Kubernetes(KubernetesClientConfiguration.BuildConfigFromConfigFile(server.KubeconfigPath));
        await using var ground = new Ground(server.KubeconfigPath, admin);
        await ground.AddRoleAsync();
        var spec = ground.Spec();

        var standing = Assert.IsType<BindingOutcome.Standing>(await ground.CreateAsync(spec));
        var listed = Assert.IsType<Reading<IReadOnlyList<StandingBinding>>.Found>(await ground.Cluster.ListBindingsAsync(ground.Role, Ground.Ct)).Value;
        var dated = (await admin.RbacAuthorizationV1.ReadClusterRoleBindingAsync(spec.Name.Name, cancellationToken: Ground.Ct)).Metadata.CreationTimestamp!.Value;
        var before = TimeProvider.System.GetUtcNow();
        var absent = Assert.IsType<RemovalOutcome.Absent>(await ground.Cluster.RemoveAsync(spec, standing.Uid, Ground.Ct));

        Assert.InRange(dated - before.UtcDateTime, TimeSpan.FromMinutes(minutes - 1), TimeSpan.FromMinutes(minutes + 1));
        Assert.Equal(spec.NotAfter.ToUnixTimeSeconds(), standing.NotAfter.ToUnixTimeSeconds());
        Assert.Equal(standing.NotAfter, Assert.Single(listed).NotAfter);
        Assert.InRange(absent.ObservedAt, before, TimeProvider.System.GetUtcNow());
    }
}
