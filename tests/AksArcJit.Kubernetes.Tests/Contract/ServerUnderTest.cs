using AksArcJit.DevCluster;
using AksArcJit.Kubernetes.Tests.Contract;
using k8s;

[assembly: AssemblyFixture(typeof(ServerUnderTest))]

namespace AksArcJit.Kubernetes.Tests.Contract;

/// <summary>
/// The API server that the contract is held against: DevCluster, or the one whose kubeconfig <c>AKSARCJIT_TEST_KUBECONFIG</c> names (its
/// current context must be cluster-admin; everything is created under unique names, and removed).
/// </summary>
public sealed class ServerUnderTest : IAsyncLifetime
{
    public const string Variable = "AKSARCJIT_TEST_KUBECONFIG";
    private DevClusterHost? _devCluster;
    private k8s.Kubernetes? _admin;

    public string KubeconfigPath { get; private set; } = "";

    /// <summary>The administrator's own client, for what the broker would never do.</summary>
    public IKubernetes Admin => _admin ?? throw new InvalidOperationException("not started");

    public async ValueTask InitializeAsync()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } real)
        {
            KubeconfigPath = real;
        }
        else
        {
            // RBAC lags a write on a real server too.
            _devCluster = await DevClusterHost.StartAsync(new DevClusterOptions { PropagationLag = TimeSpan.FromMilliseconds(50) });
            KubeconfigPath = _devCluster.KubeconfigPath;
        }
        _admin = new k8s.Kubernetes(KubernetesClientConfiguration.BuildConfigFromConfigFile(KubeconfigPath));
    }

    public async ValueTask DisposeAsync()
    {
        _admin?.Dispose();
        if (_devCluster is not null)
            await _devCluster.DisposeAsync();
    }
}
