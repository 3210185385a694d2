using AksArcJit.Lifecycle.Roles;

namespace AksArcJit.Broker.Options;

/// <summary>The broker's part of the options file (root of the file named by <c>AKSARCJIT_CONFIG</c>).</summary>
public sealed class BrokerOptions
{
    /// <summary>This installation's name, 1 to 63 of a–z 0–9 -: the label by which it knows its own bindings.</summary>
    public string Installation { get; set; } = "";

    /// <summary>Absolute, http or https: where approvers reach the consent page. Links start with it.</summary>
    public string PublicUrl { get; set; } = "";

    public ConsentOptions Consent { get; set; } = new();

    public IList<ClusterOptions> Clusters { get; set; } = [];
}

public sealed class ConsentOptions
{
    /// <summary>A file with at least 32 random bytes. Whoever has it can make consent links; the journal's store never holds it.</summary>
    public string KeyFile { get; set; } = "";
}

public sealed class ClusterOptions
{
    public string Id { get; set; } = "";

    public string DisplayName { get; set; } = "";

    public string Customer { get; set; } = "";

    /// <summary>True where the broker runs in this cluster and uses its pod's own credentials; then there is no kubeconfig.</summary>
    public bool InCluster { get; set; }

    /// <summary>Path of a kubeconfig file.</summary>
    public string Kubeconfig { get; set; } = "";

    /// <summary>A context of it; empty means its current one.</summary>
    public string Context { get; set; } = "";

    /// <summary>The uid of its namespace <c>kube-system</c>, so that no other is taken for it; empty where a kubeconfig is believed at the start.</summary>
    public string Uid { get; set; } = "";

    /// <summary><c>oid</c> or <c>upn</c>: which claim of the engineer the cluster knows as User.</summary>
    public string SubjectClaim { get; set; } = "oid";

    /// <summary>Which claim of the engineer's token names their groups as the cluster knows them; empty where it knows none.</summary>
    public string GroupsClaim { get; set; } = "groups";

    /// <summary>The ClusterRole that is granted.</summary>
    public string Role { get; set; } = "aks-service";

    /// <summary>ISO 8601, more than zero, at most 24 hours.</summary>
    public string MaximumDuration { get; set; } = "PT8H";

    /// <summary>ISO 8601, 1 minute to 7 days.</summary>
    public string ConsentLifetime { get; set; } = "PT4H";

    public int Quorum { get; set; } = 1;

    /// <summary><c>Cluster</c>, <c>Namespace</c>, or both.</summary>
    public IList<string> Scopes { get; set; } = [];

    /// <summary>Namespaces that may be asked for; <c>*</c> stands for every one.</summary>
    public IList<string> Namespaces { get; set; } = [];

    /// <summary>Names of <see cref="Danger"/>.</summary>
    public IList<string> AcceptedDangers { get; set; } = [];

    public IList<ApproverOptions> Approvers { get; set; } = [];

    /// <summary>True where the in-cluster guard is installed; where it is not, the consent page says so.</summary>
    public bool GuardInstalled { get; set; }
}

public sealed class ApproverOptions
{
    public string Issuer { get; set; } = "";

    public string ObjectId { get; set; } = "";

    public string Name { get; set; } = "";

    /// <summary>For delivery only.</summary>
    public string Mail { get; set; } = "";

    /// <summary>An IANA time zone (<c>Europe/Berlin</c>): times in their notices are told in it beside UTC; empty for UTC alone.</summary>
    public string TimeZone { get; set; } = "";

    /// <summary>Names of notice channels in the order in which they are tried for them; empty means <c>notices.channels</c>.</summary>
    public IList<string> Channels { get; set; } = [];
}
