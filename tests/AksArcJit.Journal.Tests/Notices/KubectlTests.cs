using AksArcJit.Journal.Notices;
using AksArcJit.Lifecycle;
using AksArcJit.Lifecycle.Roles;

namespace AksArcJit.Journal.Tests.Notices;

public sealed class KubectlTests
{
    private static readonly Scope Web = new Scope.Namespace("web");

    [Fact]
    public void Line_WhenInOneNamespace_ThenListsWhatLiesThere()
    {
        var role = Role(Rule(["get", "list"], [""], ["nodes", "namespaces", "persistentvolumes", "pods/log", "services"]));

        Assert.Equal("kubectl get services --namespace web", Kubectl.Line(role, Web));
        Assert.Equal("kubectl get nodes --all-namespaces", Kubectl.Line(role, new Scope.Cluster()));
        Assert.Equal("kubectl auth can-i --list --namespace web", Kubectl.Line(Role(Rule(["list"], [""], ["nodes"])), Web));
    }

    [Fact]
    public void Line_WhenARuleHasSeveralGroups_ThenNamesNone()
    {
        Assert.Equal("kubectl get pods --namespace web", Kubectl.Line(Role(Rule(["list"], ["apps", ""], ["pods", "deployments"])), Web));
        Assert.Equal("kubectl get pods.metrics.k8s.io --namespace web", Kubectl.Line(Role(Rule(["list"], ["metrics.k8s.io"], ["pods"])), Web));
    }

    [Theory]
    [InlineData("get", "pods")]
    [InlineData("list", "*")]
    [InlineData("list", "pods/log")]
    public void Line_WhenNothingCanBeListedByName_ThenAsksWhatIsAllowed(string verb, string resource) =>
        Assert.Equal("kubectl auth can-i --list", Kubectl.Line(Role(Rule([verb], [""], [resource])), new Scope.Cluster()));

    private static RoleRules Role(params PolicyRule[] rules) => new(rules);

    private static PolicyRule Rule(string[] verbs, string[] groups, string[] resources) => new(verbs, groups, resources, [], []);
}
