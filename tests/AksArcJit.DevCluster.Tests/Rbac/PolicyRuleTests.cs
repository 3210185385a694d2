using AksArcJit.DevCluster.Rbac;
using AksArcJit.DevCluster.Tokens;

namespace AksArcJit.DevCluster.Tests.Rbac;

public class PolicyRuleTests
{
    private static readonly Identity User = Identity.Of("u");

    [Theory]
    [InlineData("get", "", "pods", "", "", true)]
    [InlineData("list", "", "pods", "", "", false)]
    [InlineData("get", "apps", "pods", "", "", false)]
    [InlineData("get", "", "pods", "log", "", false)]
    [InlineData("get", "", "podsx", "", "", false)]
    [InlineData("get", "", "services", "scale", "", true)]
    [InlineData("get", "", "services", "status", "", false)]
    [InlineData("get", "", "nodes", "proxy", "", true)]
    [InlineData("get", "", "nodes", "", "", false)]
    public void IsAllowedBy_Resources(string verb, string group, string resource, string subresource, string name, bool allowed)
    {
        var rule = new PolicyRule(["get"], [""], ["pods", "*/scale", "nodes/proxy"], [], []);

        Assert.Equal(allowed, AccessRequest.OnResource(User, verb, group, resource, subresource, name).IsAllowedBy(rule));
    }

    [Theory]
    [InlineData("a", true)]
    [InlineData("b", false)]
    [InlineData("", false)]
    public void IsAllowedBy_WhenRuleHasNames_NeedsOneOfThem(string name, bool allowed)
    {
        var rule = new PolicyRule(["*"], ["*"], ["*"], ["a"], []);

        Assert.Equal(allowed, AccessRequest.OnResource(User, "get", "g", "r", "", name).IsAllowedBy(rule));
    }

    [Theory]
    [InlineData("/healthz", true)]
    [InlineData("/healthz/x", false)]
    [InlineData("/apis/rbac", true)]
    [InlineData("/apis", false)]
    public void IsAllowedBy_Paths(string path, bool allowed)
    {
        var rule = new PolicyRule(["get"], [], [], [], ["/healthz", "/apis/*"]);

        Assert.Equal(allowed, AccessRequest.OnPath(User, "get", path).IsAllowedBy(rule));
    }

    [Fact]
    public void IsAllowedBy_WhenEverythingOnResources_NotOnPaths()
    {
        Assert.False(AccessRequest.OnPath(User, "get", "/healthz").IsAllowedBy(PolicyRule.Everything));
        Assert.False(AccessRequest.OnResource(User, "get", "", "pods").IsAllowedBy(PolicyRule.EveryPath));
    }

    [Fact]
    public void Missing_NamesExactlyWhatIsNotHeld()
    {
        PolicyRule[] held = [new(["get", "list"], [""], ["pods", "*/log"], [], []), new(["get"], [""], ["secrets"], ["one"], [])];

        var missing = RuleCover.Missing(held, [
            new(["get", "delete"], [""], ["pods"], [], []),
            new(["get"], [""], ["pods/log", "pods/exec"], [], []),
            new(["get"], [""], ["secrets"], ["one", "two"], []),
            new(["get"], [""], ["secrets"], [], []),
        ]);

        Assert.Equal(
        [
            """{APIGroups:[""], Resources:["pods"], Verbs:["delete"]}""",
            """{APIGroups:[""], Resources:["pods/exec"], Verbs:["get"]}""",
            """{APIGroups:[""], Resources:["secrets"], ResourceNames:["two"], Verbs:["get"]}""",
            """{APIGroups:[""], Resources:["secrets"], Verbs:["get"]}""",
        ], missing.Select(rule => rule.ToString()));
    }
}
