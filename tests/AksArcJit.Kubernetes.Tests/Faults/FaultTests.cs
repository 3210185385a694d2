using AksArcJit.Broker.Ports;
using AksArcJit.DevCluster;
using AksArcJit.DevCluster.Faults;
using AksArcJit.Kubernetes.Tests.Contract;
using k8s;
using Microsoft.Extensions.Time.Testing;

namespace AksArcJit.Kubernetes.Tests.Faults;

/// <summary>What becomes of each operation when the API server, or the way to it, fails. Timeouts come from a fake clock.</summary>
public sealed partial class FaultTests : IAsyncLifetime
{
    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(5);

    /// <summary>Real time, for what a test would otherwise wait for without end.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly FakeTimeProvider _clock = new(TimeProvider.System.GetUtcNow());
    private DevClusterHost _server = null!;
    private k8s.Kubernetes _admin = null!;
    private Ground _ground = null!;
    private ICluster _cluster = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await DevClusterHost.StartAsync(cancellation: Ground.Ct);
        _admin = new k8s.Kubernetes(KubernetesClientConfiguration.BuildConfigFromConfigFile(_server.KubeconfigPath));
        _ground = new Ground(_server.KubeconfigPath, _admin);
        _cluster = _ground.Open(time: _clock);
        await _ground.AddRoleAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _server.Faults.Clear();
        _server.Down = false;
        await _ground.DisposeAsync();
        _admin.Dispose();
        await _server.DisposeAsync();
    }

    private ActiveFault Add(FaultAction action, string verb, string resource = "clusterrolebindings", int? times = null) =>
        _server.Faults.Add(new Fault(action) { Verb = verb, Resource = resource, Times = times });

    private Task<BindingOutcome> CreateAsync(BindingSpec spec, TimeSpan? within = null) =>
        _cluster.CreateAsync(spec, _clock.GetUtcNow() + (within ?? TimeSpan.FromSeconds(30)), Ground.Ct);

    /// <summary>Lets the operation run into the fault, then lets the time pass that it has.</summary>
    private async Task<T> TimedOutAsync<T>(Task<T> operation, ActiveFault fault, TimeSpan? after = null)
    {
        await Ground.EventuallyAsync(() => Task.FromResult(fault.Hits), hits => hits > 0);
        var almost = (after ?? RequestTimeout) - TimeSpan.FromMilliseconds(1);
        _clock.Advance(almost);
        Assert.False(operation.IsCompleted);
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        return await operation.WaitAsync(Patience, Ground.Ct);
    }

    /// <summary>The same for a write that the server applies: the fault strikes before, so that its effect is waited for first.</summary>
    private async Task<T> AppliedAndTimedOutAsync<T>(Func<Task<T>> begin, ActiveFault fault)
    {
        var before = _server.ResourceVersion;
        var operation = begin();
        await Ground.EventuallyAsync(() => Task.FromResult(_server.ResourceVersion), now => now > before);
        return await TimedOutAsync(operation, fault);
    }
}
