using AksArcJit.Broker.Ports;

namespace AksArcJit.Kubernetes.Tests.Contract;

/// <summary>What <see cref="ICluster"/> promises, held against a real API server or one that claims to behave like it.</summary>
public sealed partial class ClusterContract(ServerUnderTest server) : IAsyncDisposable
{
    private readonly Ground _ground = new(server.KubeconfigPath, server.Admin);

    private ICluster Cluster => _ground.Cluster;

    private static CancellationToken Ct => Ground.Ct;

    public ValueTask DisposeAsync() => _ground.DisposeAsync();
}
