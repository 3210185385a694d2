using AksArcJit.Lifecycle;

namespace AksArcJit.Kubernetes;

/// <summary>How the broker reaches one cluster.</summary>
/// <param name="KubeconfigPath">Read when the connection is made, and again when it or a file that it names changes.</param>
/// <param name="Installation">The value of the label by which this installation knows its own bindings: an RFC 1123 label.</param>
public sealed record ClusterConnection(ClusterId Id, string KubeconfigPath, string Installation)
{
    /// <summary>The pod's own credentials instead of a kubeconfig, which is then empty.</summary>
    public bool IsInCluster { get; init; }

    /// <summary>Where a pod finds <c>token</c> and <c>ca.crt</c>.</summary>
    public string ServiceAccountDirectory { get; init; } = "/var/run/secrets/kubernetes.io/serviceaccount";

    /// <summary>A context of the kubeconfig; null or empty means its current one.</summary>
    public string? Context { get; init; }

    /// <summary>
    /// Of the cluster's namespace <c>kube-system</c>: no other cluster is spoken to. Null where a change of cluster shows only while the process
    /// runs, by its kubeconfig leading elsewhere than before.
    /// </summary>
    public string? Uid { get; init; }

    /// <summary>The ClusterRole that is granted: the broker's own permissions are checked for it.</summary>
    public string Role { get; init; } = "aks-service";

    /// <summary>
    /// One request's patience, from sending to the whole answer. Where a server hangs, an operation of the port ends after it, or after
    /// twice of it: a create or delete whose answer is lost is read back once.
    /// </summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Requests in flight at once, for removals and again for everything else. More do not make an API server faster: one of 1.36 on
    /// two cores took 620 deletes a second with 8 in flight, and 396 with 32.
    /// </summary>
    public int ParallelRequests { get; init; } = 16;
}
