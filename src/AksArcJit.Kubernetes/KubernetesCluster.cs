using AksArcJit.Broker.Ports;
using AksArcJit.Kubernetes.Access;
using AksArcJit.Kubernetes.Api;
using AksArcJit.Kubernetes.Bindings;
using AksArcJit.Kubernetes.Namespaces;
using AksArcJit.Kubernetes.Roles;
using AksArcJit.Kubernetes.Watching;
using AksArcJit.Lifecycle;
using AksArcJit.Lifecycle.Roles;
using AksArcJit.Lifecycle.Rules;

namespace AksArcJit.Kubernetes;

/// <summary>The port, told as what each part does. None of them retries: pauses and repetitions are the lifecycle's.</summary>
internal sealed class KubernetesCluster(ClusterConnection connection, ApiClient api, TimeProvider time) : ICluster, IDisposable
{
    private readonly RoleReader _roles = new(api, time);
    private readonly NamespaceReader _namespaces = new(api);
    private readonly BindingCreation _creation = new(api, connection.Installation);
    private readonly BindingRemoval _removal = new(api, connection.Installation, time);
    private readonly BindingListing _listing = new(api);
    private readonly AccessProbe _probe = new(api);
    private readonly ClusterWatching _watching = new(api, connection.Installation, time);
    private readonly PermissionCheck _permissions = new(api, connection.Role);

    public ClusterId Id => connection.Id;

    public Task<Reading<RoleRules>> ReadRoleAsync(string role, CancellationToken cancellation) => _roles.ReadAsync(role, cancellation);

    public Task<Reading<LiveNamespace>> ReadNamespaceAsync(string name, CancellationToken cancellation) => _namespaces.ReadAsync(name, cancellation);

    public Task<BindingOutcome> CreateAsync(BindingSpec spec, DateTimeOffset sendBy, CancellationToken cancellation) =>
        _creation.CreateAsync(spec, sendBy, cancellation);

    public Task<RemovalOutcome> RemoveAsync(BindingSpec spec, string? uid, CancellationToken cancellation) =>
        _removal.RemoveAsync(spec, uid, cancellation);

    public Task<RemovalOutcome> RemoveAsync(StandingBinding seen, CancellationToken cancellation) => _removal.RemoveAsync(seen, cancellation);

    public Task<Reading<IReadOnlyList<ProbeAnswer>>> ProbeAsync(
        ReviewedUser user, IReadOnlyList<Probe> probes, ProbePurpose purpose, CancellationToken cancellation) =>
        _probe.AskAsync(user, probes, purpose, cancellation);

    public Task<Reading<IReadOnlyList<StandingBinding>>> ListBindingsAsync(string role, BindingKind kind, CancellationToken cancellation) =>
        _listing.ListAsync(role, kind, cancellation);

    public Task<Reading<StandingBinding>> ReadBindingAsync(BindingName name, CancellationToken cancellation) =>
        _listing.ReadAsync(name, cancellation);

    public IAsyncEnumerable<ClusterChange> WatchAsync(string role, CancellationToken cancellation) => _watching.WatchAsync(role, cancellation);

    public Task<ClusterFault?> CheckAsync(CancellationToken cancellation) => _permissions.CheckAsync(cancellation);

    public void Dispose() => api.Dispose();
}
