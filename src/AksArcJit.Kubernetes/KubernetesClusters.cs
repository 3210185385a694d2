using AksArcJit.Broker.Ports;
using AksArcJit.Kubernetes.Api;
using AksArcJit.Kubernetes.Credentials;
using AksArcJit.Lifecycle;

namespace AksArcJit.Kubernetes;

internal sealed class KubernetesClusters : IClusters, IDisposable
{
    private readonly Dictionary<ClusterId, KubernetesCluster> _clusters = [];

    /// <exception cref="ClusterConnectionException"/>
    public KubernetesClusters(IReadOnlyList<ClusterConnection> connections, TimeProvider time)
    {
        var faults = new List<string>();
        foreach (var connection in connections)
        {
            if (Fault(connection) is { } fault)
                faults.Add($"cluster {connection.Id}: {fault}");
            else if (ConnectionSource.TryOpen(connection, time, out var source, out var unusable))
                _clusters.Add(connection.Id, new KubernetesCluster(connection, new ApiClient(source, connection, time), time));
            else
                faults.Add($"cluster {connection.Id}: {unusable}");
        }
        if (faults.Count == 0)
            return;
        Dispose();
        throw new ClusterConnectionException(faults);
    }

    public IReadOnlyCollection<ClusterId> Ids => _clusters.Keys;

    public ICluster? Find(ClusterId id) => _clusters.GetValueOrDefault(id);

    public void Dispose()
    {
        foreach (var cluster in _clusters.Values)
            cluster.Dispose();
    }

    private string? Fault(ClusterConnection connection) =>
        _clusters.ContainsKey(connection.Id) ? "the id is used twice; ids are unique."
        : !DnsLabel.IsValid(connection.Installation) ? $"the installation '{connection.Installation}' is no label: use 1 to 63 of a-z 0-9 -."
        : connection.RequestTimeout <= TimeSpan.Zero ? "the request timeout must be above zero, for example 5 s."
        : connection.ParallelRequests < 1 ? "at least one request must be allowed at a time."
        : null;
}
