using static AksArcJit.Lifecycle.Roles.EscalationPath;

namespace AksArcJit.Lifecycle.Roles;

/// <summary>
/// What is allowed only where a cluster's options name it. The last two are what is left: a permission that changes something and that nobody
/// has judged is no harmless one.
/// </summary>
internal static class DangerousPaths
{
    public static IReadOnlyList<(Danger Danger, EscalationPath Path)> Known { get; } =
    [
        (Danger.Secrets, Touching("It reaches Secrets: passwords, keys and tokens of your workloads.", "/secrets")),
        (Danger.Secrets, Changing("It can try whether somebody's token is valid, and whose it is.", "authentication.k8s.io/tokenreviews")),
        // By GET as by POST: a websocket is opened with GET, and the API server asks RBAC for the verb get.
        (Danger.Exec, Touching("It can run commands inside your workloads or connect to them directly.",
            "/pods/exec", "/pods/attach", "/pods/portforward", "/pods/proxy", "/services/proxy", "/pods/ephemeralcontainers",
            "subresources.kubevirt.io/virtualmachineinstances/console", "subresources.kubevirt.io/virtualmachineinstances/vnc",
            "subresources.kubevirt.io/virtualmachineinstances/portforward")),
        // Whatever an add-on calls so: these names mean a way in, and add-ons choose them for that.
        (Danger.Exec, new("It can connect to what an add-on runs or reaches.", rule =>
            rule.ApiGroups.Any(group => group.Length > 0) && rule.Resources.Any(resource =>
                resource.IndexOf('/', StringComparison.Ordinal) is >= 0 and var slash && WaysIn.Contains(resource[(slash + 1)..])))),
        (Danger.NodesProxy, Touching("It reaches the nodes' own interface, and through it every pod on them.", "/nodes/proxy", "/nodes/checkpoint", "/nodes/log")),
        (Danger.NodesProxy, Changing("It reaches the nodes' own interface, and through it every pod on them.",
            "/nodes/stats", "/nodes/metrics", "/nodes/configz", "/nodes/healthz", "/nodes/pods", "/nodes/spec")),
        (Danger.Workloads, Doing("It can start or change workloads, and so run any program in the cluster, as any service account of the namespace.",
            ["create", "update", "patch"], [.. Workloads, .. Makers.Select(kind => $"{kind}/scale"), .. Makers.Select(kind => $"{kind}/status"),
            "/pods/binding", "/pods/resize", "/pods/status",
            "/podtemplates", "/bindings", "apps/controllerrevisions", "autoscaling/horizontalpodautoscalers",
            "tekton.dev/taskruns", "tekton.dev/pipelineruns", "kubevirt.io/virtualmachines", "kubevirt.io/virtualmachineinstances", "serving.knative.dev/services"])),
        (Danger.Disruption, Doing("It can delete or stop what runs.", ["delete", "deletecollection"], [.. Workloads, "/services", "/persistentvolumeclaims"])),
        (Danger.Disruption, Changing("It can delete or stop what runs.", "/pods/eviction")),
        (Danger.Infrastructure, Changing("It can change or remove nodes, and so decide what runs where.", "/nodes", "/nodes/status")),
        (Danger.Infrastructure, Changing("It can change or delete namespaces, and so lift the limits that their labels set (Pod Security).",
            "/namespaces", "/namespaces/status", "/namespaces/finalize")),
        (Danger.Infrastructure, Changing("It can create or change volumes of the cluster, and so reach the disks of nodes (hostPath).",
            "/persistentvolumes", "/persistentvolumes/status")),
        (Danger.Infrastructure, ChangingGroup("It can change how storage is attached and provided.", "storage.k8s.io",
            "storageclasses", "csidrivers", "csinodes", "volumeattachments", "volumeattributesclasses")),
        (Danger.Infrastructure, ChangingGroup("It can change what runs before what, and in which runtime.", "scheduling.k8s.io", "priorityclasses")),
        (Danger.Infrastructure, ChangingGroup("It can change what runs before what, and in which runtime.", "node.k8s.io", "runtimeclasses")),
        (Danger.Infrastructure, ChangingGroup("It can take the lead from the cluster's controllers, and so stop them.", "coordination.k8s.io", "leases")),
        (Danger.Infrastructure, new("It reaches addresses of the API server beyond health, version and discovery.", rule =>
            rule.NonResourceUrls.Any(url => rule.IsChanging || !PublicAddress.Covers(url)))),
        (Danger.Wildcards, new("It uses wildcards: it also reaches what is installed later.", rule =>
            rule.Verbs.Contains(PolicyRule.All) || rule.ApiGroups.Contains(PolicyRule.All)
            || rule.Resources.Any(resource => resource.Contains('*', StringComparison.Ordinal))
            || rule.NonResourceUrls.Any(url => url.Contains('*', StringComparison.Ordinal) && !PublicAddress.Covers(url)))),
    ];

    private static readonly string[] WaysIn = ["proxy", "exec", "attach", "portforward", "console", "vnc", "ssh", "usbredir", "vsock"];

    private static string[] Workloads => ["/pods", .. Makers];

    private static string[] Makers =>
    [
        "/replicationcontrollers", "apps/deployments", "apps/daemonsets", "apps/statefulsets", "apps/replicasets", "batch/jobs", "batch/cronjobs",
        "extensions/deployments", "extensions/daemonsets", "extensions/replicasets",
    ];

    // Asking who one is, or what somebody may do, changes nothing.
    private static readonly EscalationPath Asking = Doing("", ["create"],
        "authorization.k8s.io/selfsubjectaccessreviews", "authorization.k8s.io/selfsubjectrulesreviews", "authorization.k8s.io/subjectaccessreviews",
        "authorization.k8s.io/localsubjectaccessreviews", "authentication.k8s.io/selfsubjectreviews");

    private static readonly string[] OfKubernetes =
    [
        "", "apps", "batch", "extensions", "policy", "autoscaling", "events.k8s.io", "networking.k8s.io", "discovery.k8s.io", "resource.k8s.io",
        "authentication.k8s.io", "authorization.k8s.io", "internal.apiserver.k8s.io", "storagemigration.k8s.io",
    ];

    /// <summary>What a changing permission is that opens no known path; null where it only asks.</summary>
    public static (Danger Danger, string Sentence)? Unknown(PolicyRule rule) =>
        !rule.IsChanging || rule.NonResourceUrls.Count > 0 || (!rule.Verbs.Contains(PolicyRule.All) && Asking.IsOpenedBy(rule)) ? null
        : rule.ApiGroups.All(group => OfKubernetes.Contains(group))
            ? (Danger.Configuration, "It can change settings, addresses and network rules that your workloads run by.")
            : (Danger.Extensions, "It can change objects of an add-on; what that sets off is up to the add-on.");
}
