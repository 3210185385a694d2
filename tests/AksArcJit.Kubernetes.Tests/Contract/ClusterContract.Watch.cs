using System.Threading.Channels;
using AksArcJit.Broker.Ports;
using AksArcJit.Lifecycle;
using k8s;
using k8s.Models;

namespace AksArcJit.Kubernetes.Tests.Contract;

public sealed partial class ClusterContract
{
    [Fact]
    public async Task Watch_WhenOurBindingsComeChangeAndGo_ThenTellsEach()
    {
        await _ground.AddRoleAsync();
        await using var watch = await Watch.StartAsync(Cluster, _ground.Role);
        var spec = _ground.Spec();

        var uid = await _ground.CreatedUidAsync(spec);
        Assert.Equal(uid, (await watch.NextAsync(spec))?.Uid);

        await _ground.PatchAsync(spec.Name, """{"metadata":{"annotations":{"aksarcjit.io/ticket":"CASE-2002"}}}""");
        Assert.Equal("CASE-2002", (await watch.NextAsync(spec))?.Ticket?.Text);

        await Cluster.RemoveAsync(spec, uid, Ct);
        Assert.Null(await watch.NextAsync(spec));
    }

    [Fact]
    public async Task Watch_WhenOurLabelIsTakenAway_ThenTellsItAsGone()
    {
        await _ground.AddRoleAsync();
        var spec = _ground.Spec();
        await _ground.CreatedUidAsync(spec);
        await using var watch = await Watch.StartAsync(Cluster, _ground.Role);

        await _ground.PatchAsync(spec.Name, """{"metadata":{"labels":{"app.kubernetes.io/managed-by":"somebody"}}}""");

        Assert.Null(await watch.NextAsync(spec));
    }

    [Fact]
    public async Task Watch_OfARoleBinding_ThenTellsItWithItsNamespace()
    {
        await _ground.AddRoleAsync();
        var spec = _ground.Spec(new Scope.Namespace(await _ground.AddNamespaceAsync()));
        await using var watch = await Watch.StartAsync(Cluster, _ground.Role);

        var uid = await _ground.CreatedUidAsync(spec);

        Assert.Equal(uid, (await watch.NextAsync(spec))?.Uid);
    }

    [Fact]
    public async Task Watch_WhenTheRoleChanges_ThenAnythingMayHave()
    {
        await _ground.AddRoleAsync();
        await using var watch = await Watch.StartAsync(Cluster, _ground.Role);

        await _ground.Admin.RbacAuthorizationV1.PatchClusterRoleAsync(
            new V1Patch("""{"rules":[{"verbs":["get"],"apiGroups":[""],"resources":["pods"]}]}""", V1Patch.PatchType.MergePatch), _ground.Role, cancellationToken: Ct);

        Assert.IsType<ClusterChange.OfAnything>(await watch.NextAsync());
    }

    /// <summary>A watch whose beginning is behind it.</summary>
    private sealed class Watch : IAsyncDisposable
    {
        private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

        // Each collection tells once that anything may have changed: that is when it has begun.
        private const int Collections = 3;

        private readonly CancellationTokenSource _stop = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        private readonly Channel<ClusterChange> _changes = Channel.CreateUnbounded<ClusterChange>();
        private readonly Task _reading;

        private Watch(ICluster cluster, string role) => _reading = Task.Run(async () =>
        {
            await foreach (var change in cluster.WatchAsync(role, _stop.Token))
                _changes.Writer.TryWrite(change);
        });

        public static async Task<Watch> StartAsync(ICluster cluster, string role)
        {
            var watch = new Watch(cluster, role);
            for (var i = 0; i < Collections; i++)
                Assert.IsType<ClusterChange.OfAnything>(await watch.NextAsync());
            return watch;
        }

        public async Task<ClusterChange> NextAsync() => await _changes.Reader.ReadAsync(Ct).AsTask().WaitAsync(Patience, Ct);

        public async Task<StandingBinding?> NextAsync(BindingSpec spec)
        {
            var change = Assert.IsType<ClusterChange.OfBinding>(await NextAsync());
            Assert.Equal(spec.Name, change.Name);
            return change.Standing;
        }

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _reading);
            _stop.Dispose();
        }
    }
}
