namespace AksArcJit.Lifecycle.Roles;

/// <summary>A danger that a cluster's options may accept by name; what it means is said to the approver.</summary>
public enum Danger
{
    /// <summary>Reading, changing or deleting Secrets. Creating them is never allowed: it makes service account tokens that outlive the grant.</summary>
    Secrets,
    /// <summary>exec, attach, port-forward, proxy or ephemeral containers: running inside a workload or talking to it directly.</summary>
    Exec,
    /// <summary>nodes/proxy, nodes/log, nodes/checkpoint: the kubelet's API, every pod on the node.</summary>
    NodesProxy,
    /// <summary>Creating or changing pods and what makes or scales pods.</summary>
    Workloads,
    /// <summary>A rule with <c>*</c>: it reaches what is installed tomorrow too.</summary>
    Wildcards,
    /// <summary>Deleting or evicting what runs.</summary>
    Disruption,
    /// <summary>Changing what everything stands on: nodes, namespaces, volumes, storage and priority classes, leases; and the API server's inner addresses.</summary>
    Infrastructure,
    /// <summary>Changing any other object that Kubernetes itself defines: ConfigMaps, Services, NetworkPolicies.</summary>
    Configuration,
    /// <summary>Changing custom resources: what they set off is known only to their controller.</summary>
    Extensions,
}
