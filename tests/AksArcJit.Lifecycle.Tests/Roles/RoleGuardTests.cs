using AksArcJit.Lifecycle.Roles;
using CsCheck;
using static AksArcJit.Lifecycle.Roles.Danger;

namespace AksArcJit.Lifecycle.Tests.Roles;

public sealed class RoleGuardTests
{
    private static readonly Danger[] Every = Enum.GetValues<Danger>();

    [Theory]
    [InlineData("view")]
    [InlineData("Azure Arc Kubernetes Viewer")]
    [InlineData("aks-service")]
    [InlineData("system:basic-user")]
    [InlineData("system:discovery")]
    [InlineData("system:kube-aggregator")]
    public void Judge_WhenAWellKnownRoleOnlyLooks_ThenHarmless(string role)
    {
        Assert.Empty(RoleGuard.Inspect(WellKnownRoles.Of(role)));
        Assert.IsType<RoleVerdict.Harmless>(RoleGuard.Judge(WellKnownRoles.Of(role)));
    }

    [Theory]
    [InlineData("aks-service, mending", Exec, Workloads, Disruption, Infrastructure)]
    [InlineData("system:kubelet-api-admin", NodesProxy, Wildcards, Infrastructure)]
    [InlineData("system:monitoring", Infrastructure)]
    [InlineData("system:persistent-volume-provisioner", Infrastructure, Configuration)]
    public void Judge_WhenAWellKnownRoleIsDangerous_ThenOnlyAllItsNamesTogetherAllowIt(string name, params Danger[] dangers)
    {
        var role = WellKnownRoles.Of(name);

        Assert.Equal(dangers, Assert.IsType<RoleVerdict.OnlyWhereNamed>(RoleGuard.Judge(role)).Dangers);
        Assert.Empty(RoleGuard.Objections(role, dangers));
        Assert.All(dangers, missing => Assert.NotEmpty(RoleGuard.Objections(role, [.. dangers.Except([missing])])));
    }

    [Theory]
    [InlineData("edit", "act as somebody else", "mint tokens", "create Secrets")]
    [InlineData("admin", "act as somebody else", "mint tokens", "create Secrets", "(RBAC)")]
    [InlineData("cluster-admin", "(RBAC)", "(bind, escalate)", "act as somebody else", "mint tokens", "create Secrets", "sign certificates", "admission control",
        "behind a part of the cluster's API", "conversion webhooks", "shut others out")]
    [InlineData("system:node", "mint tokens", "sign certificates")]
    [InlineData("Azure Arc Kubernetes Writer", "act as somebody else", "mint tokens", "create Secrets")]
    [InlineData("Azure Arc Kubernetes Admin", "act as somebody else", "mint tokens", "create Secrets", "(RBAC)")]
    [InlineData("Azure Arc Kubernetes Cluster Admin", "(RBAC)", "(bind, escalate)", "act as somebody else", "mint tokens", "create Secrets", "sign certificates",
        "admission control", "behind a part of the cluster's API", "conversion webhooks", "shut others out")]
    public void Judge_WhenAWellKnownRoleGivesMoreThanConsentCan_ThenNeverAllowed(string name, params string[] reasons)
    {
        var role = WellKnownRoles.Of(name);
        var forbidden = RoleGuard.Objections(role, Every).Select(finding => finding.Sentence).Distinct().ToList();

        Assert.IsType<RoleVerdict.NeverAllowed>(RoleGuard.Judge(role));
        Assert.Equal(reasons.Length, forbidden.Count);
        Assert.All(reasons, reason => Assert.Contains(forbidden, sentence => sentence.Contains(reason, StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("rbac.authorization.k8s.io", "clusterroles", "bind")]
    [InlineData("rbac.authorization.k8s.io", "clusterroles", "*")]
    [InlineData("rbac.authorization.k8s.io", "roles", "escalate")]
    [InlineData("rbac.authorization.k8s.io", "clusterrolebindings", "patch")]
    [InlineData("rbac.authorization.k8s.io", "rolebindings", "deletecollection")]
    [InlineData("rbac.authorization.k8s.io", "kinds-of-tomorrow", "create")]
    [InlineData("*", "rolebindings", "delete")]
    [InlineData("", "users", "impersonate")]
    [InlineData("", "groups", "*")]
    [InlineData("", "serviceaccounts", "*")]
    [InlineData("authentication.k8s.io", "users", "impersonate:user-info")]
    [InlineData("authentication.k8s.io", "nodes", "impersonate:associated-node")]
    [InlineData("", "pods", "impersonate-on:user-info:list")]
    [InlineData("authentication.k8s.io", "userextras/scopes", "impersonate")]
    [InlineData("authentication.k8s.io", "userextras/scopes", "*")]
    [InlineData("authentication.k8s.io", "uids", "*")]
    [InlineData("", "*/token", "create")]
    [InlineData("", "serviceaccounts/*", "create")]
    [InlineData("", "secrets", "create")]
    [InlineData("", "secrets", "*")]
    [InlineData("certificates.k8s.io", "certificatesigningrequests", "create")]
    [InlineData("certificates.k8s.io", "certificatesigningrequests/approval", "update")]
    [InlineData("certificates.k8s.io", "certificatesigningrequests/nodeclient", "create")]
    [InlineData("certificates.k8s.io", "signers", "approve")]
    [InlineData("certificates.k8s.io", "signers", "attest")]
    [InlineData("*", "signers", "sign")]
    [InlineData("admissionregistration.k8s.io", "validatingwebhookconfigurations", "delete")]
    [InlineData("admissionregistration.k8s.io", "validatingadmissionpolicybindings", "patch")]
    [InlineData("admissionregistration.k8s.io", "mutatingadmissionpolicies", "create")]
    [InlineData("apiregistration.k8s.io", "apiservices", "update")]
    [InlineData("apiextensions.k8s.io", "customresourcedefinitions", "patch")]
    [InlineData("flowcontrol.apiserver.k8s.io", "prioritylevelconfigurations", "patch")]
    [InlineData("authorization.openshift.io", "rolebindings", "create")]
    [InlineData("user.openshift.io", "groups", "update")]
    [InlineData("management.cattle.io", "globalrolebindings", "create")]
    [InlineData("something.example", "tenantroles", "create")]
    [InlineData("argoproj.io", "applications", "patch")]
    [InlineData("kustomize.toolkit.fluxcd.io", "kustomizations", "create")]
    [InlineData("clusterconfig.azure.com", "fluxconfigs", "create")]
    [InlineData("kyverno.io", "clusterpolicies", "delete")]
    [InlineData("constraints.gatekeeper.sh", "k8spspprivileged", "delete")]
    [InlineData("security.openshift.io", "securitycontextconstraints", "use")]
    public void Objections_WhenARuleIsForbidden_ThenNoOptionAllowsIt(string group, string resource, string verb)
    {
        AssertForbidden(PolicyRule.On([verb], [group], [resource]));
        // A name does not soften it, nor does company.
        AssertForbidden(PolicyRule.On([verb], [group], [resource], ["only-this-one"]));
        AssertForbidden(PolicyRule.On(["get", verb], ["apps", group], ["deployments", resource]));
    }

    [Theory]
    [InlineData("", "pods/exec", "get", Exec)]
    [InlineData("", "pods/exec", "create", Exec)]
    [InlineData("", "*/exec", "create", Exec, Wildcards)]
    [InlineData("", "pods/*", "get", Exec, Wildcards)]
    [InlineData("", "pods/attach", "get", Exec)]
    [InlineData("", "pods/portforward", "create", Exec)]
    [InlineData("", "pods/proxy", "delete", Exec)]
    [InlineData("", "services/proxy", "get", Exec)]
    [InlineData("", "pods/ephemeralcontainers", "patch", Exec)]
    [InlineData("subresources.kubevirt.io", "virtualmachineinstances/console", "get", Exec)]
    [InlineData("subresources.kubevirt.io", "virtualmachines/portforward", "get", Exec)]
    [InlineData("cluster.karmada.io", "clusters/proxy", "get", Exec)]
    [InlineData("", "secrets", "get", Secrets)]
    [InlineData("", "secrets", "list", Secrets)]
    [InlineData("", "secrets", "watch", Secrets)]
    [InlineData("", "secrets", "patch", Secrets)]
    [InlineData("*", "secrets", "get", Secrets, Wildcards)]
    [InlineData("authentication.k8s.io", "tokenreviews", "create", Secrets)]
    [InlineData("", "nodes/proxy", "get", NodesProxy)]
    [InlineData("", "nodes/proxy", "create", NodesProxy)]
    [InlineData("", "nodes/*", "get", NodesProxy, Wildcards)]
    [InlineData("", "nodes/log", "get", NodesProxy)]
    [InlineData("", "nodes/checkpoint", "create", NodesProxy)]
    [InlineData("", "nodes/stats", "create", NodesProxy)]
    [InlineData("", "pods", "create", Workloads)]
    [InlineData("", "pods", "patch", Workloads)]
    [InlineData("", "pods/binding", "create", Workloads)]
    [InlineData("", "replicationcontrollers", "update", Workloads)]
    [InlineData("apps", "deployments/scale", "patch", Workloads)]
    [InlineData("apps", "*/scale", "update", Workloads, Wildcards)]
    [InlineData("apps", "replicasets", "create", Workloads)]
    [InlineData("apps", "controllerrevisions", "update", Workloads)]
    [InlineData("batch", "cronjobs", "create", Workloads)]
    [InlineData("autoscaling", "horizontalpodautoscalers", "create", Workloads)]
    [InlineData("kubevirt.io", "virtualmachines", "create", Workloads)]
    [InlineData("", "pods", "delete", Disruption)]
    [InlineData("apps", "deployments", "deletecollection", Disruption)]
    [InlineData("", "pods/eviction", "create", Disruption)]
    [InlineData("", "nodes", "patch", Infrastructure)]
    [InlineData("", "nodes/status", "update", Infrastructure)]
    [InlineData("", "namespaces", "patch", Infrastructure)]
    [InlineData("", "namespaces/finalize", "update", Infrastructure)]
    [InlineData("", "persistentvolumes", "create", Infrastructure)]
    [InlineData("storage.k8s.io", "csidrivers", "create", Infrastructure)]
    [InlineData("coordination.k8s.io", "leases", "update", Infrastructure)]
    [InlineData("scheduling.k8s.io", "priorityclasses", "delete", Infrastructure)]
    [InlineData("storage.k8s.io", "*", "get", Wildcards)]
    [InlineData("", "configmaps", "patch", Configuration)]
    [InlineData("", "configmaps", "*", Wildcards, Configuration)]
    [InlineData("", "services", "update", Configuration)]
    [InlineData("", "pods", "a-verb-of-tomorrow", Configuration)]
    [InlineData("networking.k8s.io", "networkpolicies", "create", Configuration)]
    [InlineData("cert-manager.io", "certificates", "create", Extensions)]
    [InlineData("*", "widgets", "create", Wildcards, Extensions)]
    public void Objections_WhenARuleIsDangerous_ThenOnlyItsNamesAllowIt(string group, string resource, string verb, params Danger[] dangers)
    {
        var role = new RoleRules([PolicyRule.On([verb], [group], [resource])]);

        Assert.Equal(dangers, Assert.IsType<RoleVerdict.OnlyWhereNamed>(RoleGuard.Judge(role)).Dangers);
        Assert.Empty(RoleGuard.Objections(role, dangers));
        Assert.NotEmpty(RoleGuard.Objections(role, [.. Every.Except(dangers)]));
    }

    [Theory]
    [InlineData("/healthz", "get")]
    [InlineData("/readyz/*", "get")]
    [InlineData("/apis/*", "head")]
    [InlineData("/metrics", "get")]
    public void Judge_WhenAnAddressIsPublic_ThenHarmless(string url, string verb) =>
        Assert.IsType<RoleVerdict.Harmless>(RoleGuard.Judge(new RoleRules([new PolicyRule([verb], [], [], [], [url])])));

    [Theory]
    [InlineData("*", "get", Wildcards, Infrastructure)]
    [InlineData("/*", "get", Wildcards, Infrastructure)]
    [InlineData("/logs/kube-apiserver.log", "get", Infrastructure)]
    [InlineData("/debug/pprof/*", "get", Wildcards, Infrastructure)]
    [InlineData("/healthz/../logs", "get", Infrastructure)]
    [InlineData("/healthz", "post", Infrastructure)]
    [InlineData("/healthzz*", "get", Wildcards, Infrastructure)]
    public void Judge_WhenAnAddressIsNotPublic_ThenDangerous(string url, string verb, params Danger[] dangers) =>
        Assert.Equal(dangers, Assert.IsType<RoleVerdict.OnlyWhereNamed>(RoleGuard.Judge(new RoleRules([new PolicyRule([verb], [], [], [], [url])]))).Dangers);

    [Fact]
    public void Judge_WhenEverythingMayBeLookedAt_ThenWhatThatOpensIsNamed() => Assert.Equal(
        [Secrets, Exec, NodesProxy, Wildcards],
        Assert.IsType<RoleVerdict.OnlyWhereNamed>(RoleGuard.Judge(new RoleRules([PolicyRule.On(["get", "list", "watch"], ["*"], ["*"])]))).Dangers);

    [Fact]
    public void Inspect_WhenARuleHoldsManyThings_ThenAFindingNamesTheOneThatItIsAbout()
    {
        var finding = Assert.Single(RoleGuard.Inspect(new RoleRules([PolicyRule.On(["get"], ["", "apps"], ["pods", "secrets", "deployments"])])),
            found => found.Rule.ApiGroups is [""]);

        Assert.Equal(["secrets"], finding.Rule.Resources);
    }

    [Fact]
    public void Inspect_WhenARuleIsWidened_ThenNothingIsFoundLess()
    {
        var verb = Gen.Int[0, 6].Select(i => new[] { "get", "create", "patch", "delete", "*", "impersonate", "a-verb-of-tomorrow" }[i]);
        var group = Gen.Int[0, 4].Select(i => new[] { "", "apps", "rbac.authorization.k8s.io", "example.com", "*" }[i]);
        var resource = Gen.Int[0, 7].Select(i => new[] { "pods", "secrets", "pods/exec", "nodes", "configmaps", "*", "roles", "deployments/scale" }[i]);
        var rule = Gen.Select(verb.Array[1, 3], group.Array[1, 2], resource.Array[1, 3]).Select((verbs, groups, resources) => PolicyRule.On(verbs, groups, resources));

        Gen.Select(rule, rule).Sample((one, more) => Sentences(one).IsSubsetOf(Sentences(new PolicyRule(
            [.. one.Verbs, .. more.Verbs], [.. one.ApiGroups, .. more.ApiGroups], [.. one.Resources, .. more.Resources], [], []))));
    }

    private static HashSet<string> Sentences(PolicyRule rule) => [.. RoleGuard.Inspect(rule).Select(finding => finding.Sentence)];

    private static void AssertForbidden(PolicyRule rule)
    {
        Assert.Contains(RoleGuard.Objections(new RoleRules([rule]), Every), finding => finding is GuardFinding.Forbidden);
        Assert.IsType<RoleVerdict.NeverAllowed>(RoleGuard.Judge(new RoleRules([rule])));
    }
}
