using static AksArcJit.Lifecycle.Roles.EscalationPath;

namespace AksArcJit.Lifecycle.Roles;

/// <summary>
/// What no option allows: whatever turns a grant into more than was consented to, or lets it outlive its end. The Kubernetes page "RBAC
/// Good Practices" (privilege escalation risks), and what add-ons put beside RBAC.
/// </summary>
internal static class ForbiddenPaths
{
    public static IReadOnlyList<EscalationPath> All { get; } =
    [
        ChangingGroup("It can change who may do what in the cluster (RBAC).", "rbac.authorization.k8s.io",
            "roles", "clusterroles", "rolebindings", "clusterrolebindings"),
        new("It can hand out roles it does not hold (bind, escalate).", rule => rule.Verbs.Any(verb => verb is "bind" or "escalate")
            || (rule.Verbs.Contains(PolicyRule.All) && (rule.Reaches("rbac.authorization.k8s.io", "clusterroles") || rule.Reaches("rbac.authorization.k8s.io", "roles")))),
        // Constrained impersonation (KEP-5284) has verbs of its own, impersonate:user-info, and impersonate-on:user-info:list on what is then done.
        new("It can act as somebody else (impersonate).", rule => rule.Verbs.Any(verb => verb.StartsWith("impersonate", StringComparison.Ordinal))
            || (rule.Verbs.Contains(PolicyRule.All) && IsSomebody(rule))),
        Changing("It can mint tokens of service accounts, which outlive the grant.", "/serviceaccounts/token"),
        Doing("It can create Secrets, and so tokens of service accounts, which outlive the grant.", ["create"], "/secrets"),
        ChangingGroup("It can ask for, approve or sign certificates, which outlive the grant.", "certificates.k8s.io",
            "certificatesigningrequests", "certificatesigningrequests/approval", "certificatesigningrequests/status", "signers", "clustertrustbundles", "podcertificaterequests"),
        new("It can ask for, approve or sign certificates, which outlive the grant.", rule => rule.Verbs.Any(verb => verb is "approve" or "sign" or "attest")),
        ChangingGroup("It can change or switch off the cluster's admission control.", "admissionregistration.k8s.io",
            "validatingwebhookconfigurations", "mutatingwebhookconfigurations", "validatingadmissionpolicies", "validatingadmissionpolicybindings",
            "mutatingadmissionpolicies", "mutatingadmissionpolicybindings"),
        ChangingGroup("It can put a server of its own behind a part of the cluster's API.", "apiregistration.k8s.io", "apiservices"),
        ChangingGroup("It can redefine kinds of objects, and have them read and rewritten on their way (conversion webhooks).", "apiextensions.k8s.io",
            "customresourcedefinitions"),
        ChangingGroup("It can shut others out of the cluster's API, this broker and its revocations included.", "flowcontrol.apiserver.k8s.io",
            "flowschemas", "prioritylevelconfigurations"),
        new("It can change who may do what through an add-on of the cluster.", rule => rule.IsChanging && IsAccessControlOfAddOn(rule)),
        new("It can have a deployment tool of the cluster apply anything, with that tool's own rights.", rule => rule.IsChanging && rule.ApiGroups.Any(IsDeployer)),
        new("It can change the rules by which the cluster refuses unsafe workloads.", rule => rule.IsChanging && rule.ApiGroups.Any(IsPolicyEngine)),
    ];

    private static readonly string[] SomebodyInCore = ["users", "groups", "serviceaccounts"];
    private static readonly string[] Somebody = [.. SomebodyInCore, "uids", "nodes", "userextras", "userextras/*"];

    private static bool IsSomebody(PolicyRule rule) =>
        SomebodyInCore.Any(kind => rule.Reaches("", kind)) || Somebody.Any(kind => rule.Reaches("authentication.k8s.io", kind));

    // OpenShift, Rancher, hierarchical namespaces, and whatever calls its kinds roles, as RBAC does.
    private static bool IsAccessControlOfAddOn(PolicyRule rule) => rule.ApiGroups.Any(group =>
            group is "authorization.openshift.io" or "user.openshift.io" or "oauth.openshift.io" or "management.cattle.io" or "hnc.x-k8s.io"
            || (group.StartsWith("rbac.", StringComparison.Ordinal) && group != "rbac.authorization.k8s.io") || group.StartsWith("iam.", StringComparison.Ordinal))
        || rule.Resources.Any(resource => KindOf(resource) is var kind
            && (kind.EndsWith("roles", StringComparison.Ordinal) || kind.EndsWith("rolebindings", StringComparison.Ordinal)
                || kind.EndsWith("templatebindings", StringComparison.Ordinal) || kind.EndsWith("roletemplates", StringComparison.Ordinal))
            && !rule.ApiGroups.All(group => group == "rbac.authorization.k8s.io"));

    // Flux and its Azure Arc form, Argo, Helm controllers, Operator Lifecycle Manager, Crossplane, cluster managers, machine configuration.
    private static bool IsDeployer(string group) =>
        group is "argoproj.io" or "helm.cattle.io" or "k3s.cattle.io" or "clusterconfig.azure.com" or "operators.coreos.com" or "machineconfiguration.openshift.io"
            or "work.open-cluster-management.io" or "fleet.cattle.io"
        || group.EndsWith(".toolkit.fluxcd.io", StringComparison.Ordinal) || group.EndsWith("crossplane.io", StringComparison.Ordinal);

    private static bool IsPolicyEngine(string group) =>
        group is "kyverno.io" or "policies.kyverno.io" or "security.openshift.io" || group.EndsWith(".gatekeeper.sh", StringComparison.Ordinal);

    private static string KindOf(string resource) => resource.Split('/', 2)[0];
}
