using AksArcJit.Lifecycle.Roles;

namespace AksArcJit.Lifecycle.Tests.Roles;

/// <summary>Roles that Kubernetes ships (v1.36 defaults, abridged to what decides) and our own, read as an attacker would.</summary>
public sealed class RoleGuardTests
{
    private const string Rbac = "rbac.authorization.k8s.io";
    private static readonly string[] Read = ["get", "list", "watch"];
    private static readonly string[] Write = ["create", "delete", "deletecollection", "patch", "update"];

    private static readonly PolicyRule[] View =
    [
        PolicyRule.On(Read, [""], ["configmaps", "endpoints", "events", "namespaces", "pods", "pods/log", "pods/status", "services", "serviceaccounts"]),
        PolicyRule.On(Read, ["apps"], ["daemonsets", "deployments", "deployments/scale", "replicasets", "statefulsets"]),
        PolicyRule.On(Read, ["networking.k8s.io"], ["ingresses", "networkpolicies"]),
    ];

    private static readonly PolicyRule[] Edit =
    [
        .. View,
        PolicyRule.On(Read, [""], ["pods/attach", "pods/exec", "pods/portforward", "pods/proxy", "secrets", "services/proxy"]),
        PolicyRule.On(["impersonate"], [""], ["serviceaccounts"]),
        PolicyRule.On(Write, [""], ["pods", "pods/attach", "pods/exec", "pods/portforward", "pods/proxy"]),
        PolicyRule.On(Write, [""], ["configmaps", "persistentvolumeclaims", "secrets", "serviceaccounts", "services"]),
        PolicyRule.On(["create"], [""], ["serviceaccounts/token"]),
        PolicyRule.On(Write, ["apps"], ["daemonsets", "deployments", "statefulsets"]),
    ];

    private static readonly Dictionary<string, PolicyRule[]> Roles = new()
    {
        ["view"] = View,
        ["edit"] = Edit,
        ["admin"] = [.. Edit, PolicyRule.On([.. Read, .. Write], [Rbac], ["rolebindings", "roles"])],
        ["cluster-admin"] = [PolicyRule.On(["*"], ["*"], ["*"]), new(["*"], [], [], [], ["*"])],
        ["system:node"] =
        [
            PolicyRule.On(["create"], ["authentication.k8s.io"], ["tokenreviews"]),
            PolicyRule.On(["create", "get", "list", "watch", "delete"], [""], ["pods"]),
            PolicyRule.On(["create"], [""], ["pods/eviction"]),
            PolicyRule.On(Read, [""], ["configmaps", "secrets"]),
            PolicyRule.On(["create", "get", "list", "watch"], ["certificates.k8s.io"], ["certificatesigningrequests"]),
            PolicyRule.On(["create"], [""], ["serviceaccounts/token"]),
        ],
        ["system:kubelet-api-admin"] = [PolicyRule.On(["*"], [""], ["nodes/log", "nodes/metrics", "nodes/proxy", "nodes/stats"])],
        ["aks-service"] =
        [
            PolicyRule.On(Read, [""], ["nodes", "pods", "pods/log", "events", "services", "namespaces"]),
            PolicyRule.On(Read, ["apps"], ["deployments", "replicasets", "daemonsets"]),
            new(["get"], [], [], [], ["/healthz", "/version"]),
        ],
    };

    [Theory]
    [InlineData("view", 0)]
    [InlineData("aks-service", 0)]
    [InlineData("edit", 2, Danger.Secrets, Danger.Exec, Danger.Workloads)]
    [InlineData("admin", 3, Danger.Secrets, Danger.Exec, Danger.Workloads)]
    [InlineData("cluster-admin", 6, Danger.Secrets, Danger.Exec, Danger.NodesProxy, Danger.Workloads, Danger.Wildcards)]
    [InlineData("system:node", 1, Danger.Secrets, Danger.Workloads)]
    [InlineData("system:kubelet-api-admin", 0, Danger.NodesProxy, Danger.Wildcards)]
    public void Inspect_WhenARoleIsWellKnown_ThenTheVerdictIs(string role, int forbidden, params Danger[] dangers)
    {
        var findings = RoleGuard.Inspect(new RoleRules(Roles[role]));

        Assert.Equal(forbidden, findings.OfType<GuardFinding.Forbidden>().Select(finding => finding.Sentence).Distinct().Count());
        Assert.Equal(dangers.Order(), findings.OfType<GuardFinding.Dangerous>().Select(finding => finding.Danger).Distinct().Order());
        Assert.Equal(forbidden == 0, !RoleGuard.Objections(new RoleRules(Roles[role]), Enum.GetValues<Danger>()).Any());
    }

    [Theory]
    [InlineData(Rbac, "clusterroles", "bind")]
    [InlineData(Rbac, "roles", "escalate")]
    [InlineData(Rbac, "clusterrolebindings", "patch")]
    [InlineData("*", "rolebindings", "delete")]
    [InlineData("", "users", "impersonate")]
    [InlineData("", "groups", "*")]
    [InlineData("authentication.k8s.io", "userextras/scopes", "impersonate")]
    [InlineData("", "*/token", "create")]
    [InlineData("certificates.k8s.io", "certificatesigningrequests/approval", "update")]
    [InlineData("certificates.k8s.io", "signers", "approve")]
    [InlineData("admissionregistration.k8s.io", "validatingwebhookconfigurations", "delete")]
    [InlineData("admissionregistration.k8s.io", "mutatingadmissionpolicies", "create")]
    public void Objections_WhenARuleIsForbidden_ThenNoOptionAllowsIt(string group, string resource, string verb) =>
        Assert.Contains(
            RoleGuard.Objections(new RoleRules([PolicyRule.On([verb], [group], [resource])]), Enum.GetValues<Danger>()),
            finding => finding is GuardFinding.Forbidden);

    [Theory]
    [InlineData("", "pods/exec", "get", Danger.Exec)]
    [InlineData("", "*/exec", "create", Danger.Exec)]
    [InlineData("", "pods/ephemeralcontainers", "patch", Danger.Exec)]
    [InlineData("", "secrets", "list", Danger.Secrets)]
    [InlineData("", "nodes/proxy", "get", Danger.NodesProxy)]
    [InlineData("batch", "cronjobs", "create", Danger.Workloads)]
    [InlineData("storage.k8s.io", "*", "get", Danger.Wildcards)]
    public void Objections_WhenARuleIsDangerous_ThenOnlyItsNameAllowsIt(string group, string resource, string verb, Danger danger)
    {
        var role = new RoleRules([PolicyRule.On([verb], [group], [resource])]);

        Assert.Contains(RoleGuard.Objections(role, []), finding => finding is GuardFinding.Dangerous found && found.Danger == danger);
        Assert.DoesNotContain(RoleGuard.Objections(role, [danger]), finding => finding is GuardFinding.Dangerous found && found.Danger == danger);
    }
}
