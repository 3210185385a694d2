using AksArcJit.Lifecycle;
using AksArcJit.Lifecycle.Roles;
using k8s.Models;

namespace AksArcJit.Kubernetes.Tests.Contract;

public sealed partial class ClusterContract
{
    [Fact]
    public async Task ReadRole_WhenItStands_ThenItsRules()
    {
        await _ground.AddRoleAsync(_ground.Role,
        [
            Ground.Rule(["get", "list"], "", "pods", "pods/log"),
            new V1PolicyRule { Verbs = ["get"], ApiGroups = ["apps"], Resources = ["deployments"], ResourceNames = ["web"] },
            new V1PolicyRule { Verbs = ["get"], NonResourceURLs = ["/healthz"] },
        ]);

        var rules = await RulesAsync(_ground.Role);

        var expected = new RoleRules(
        [
            PolicyRule.On(["get", "list"], [""], ["pods", "pods/log"]),
            PolicyRule.On(["get"], ["apps"], ["deployments"], ["web"]),
            new PolicyRule(["get"], [], [], [], ["/healthz"]),
        ]);
        Assert.Equal(expected.CanonicalText, rules.CanonicalText);
    }

    [Fact]
    public async Task ReadRole_WhenItIsNotThere_ThenMissing() =>
        Assert.IsType<Reading<RoleRules>.Missing>(await Cluster.ReadRoleAsync(_ground.Role, Ct));

    [Fact]
    public async Task ReadRole_WhenItHasNoRules_ThenFoundAndEmpty()
    {
        await _ground.AddRoleAsync(_ground.Role, []);

        Assert.Empty((await RulesAsync(_ground.Role)).Rules);
    }

    [Fact]
    public async Task ReadRole_WhenItAggregates_ThenUnitedWithWhatItsSelectorsMatchEachRuleOnce()
    {
        var (key, other) = ($"test/{_ground.Suffix}", $"other/{_ground.Suffix}");
        await _ground.AddRoleAsync($"{_ground.Role}-a", [Ground.Rule(["get"], "", "pods")], Label(key, "a"));
        await _ground.AddRoleAsync($"{_ground.Role}-b", [Ground.Rule(["get"], "", "services")], Label(key, "b"));
        await _ground.AddRoleAsync($"{_ground.Role}-c", [Ground.Rule(["get"], "", "nodes")], Label(key, "c"));
        await _ground.AddRoleAsync($"{_ground.Role}-d", [Ground.Rule(["get"], "", "events")], Label(other, "x"));
        await _ground.AddRoleAsync($"{_ground.Role}-e", [Ground.Rule(["get"], "", "secrets")], Label("unselected", "x"));
        await _ground.AddRoleAsync(_ground.Role, [], aggregation: new V1AggregationRule
        {
            ClusterRoleSelectors =
            [
                new V1LabelSelector { MatchLabels = Label(key, "a") },
                new V1LabelSelector { MatchExpressions = [Expression(key, "In", "b", "z")] },
                new V1LabelSelector { MatchExpressions = [Expression(other, "Exists"), Expression(key, "DoesNotExist"), Expression(other, "NotIn", "y")] },
            ],
        });

        var expected = new RoleRules([.. new[] { "pods", "services", "events" }.Select(one => PolicyRule.On(["get"], [""], [one]))]);
        // The first answer must be whole, whether the aggregation controller has been there or not.
        var first = await RulesAsync(_ground.Role);
        Assert.Equal(expected.CanonicalText, first.CanonicalText);
        Assert.Equal(3, first.Rules.Count);
        // And the last: with the union stored in the role itself, every rule is met twice.
        await _ground.StoreAggregateAsync(_ground.Role, [.. new[] { "pods", "services", "events" }.Select(one => Ground.Rule(["get"], "", one))]);
        Assert.Equal(3, (await RulesAsync(_ground.Role)).Rules.Count);
    }

    [Fact]
    public async Task ReadRole_WhenItIsBuiltIn_ThenNamesWithColonsAreFound() =>
        Assert.NotEmpty((await RulesAsync("system:discovery")).Rules);

    [Fact]
    public async Task ReadRole_WhenTheBrokerMayNot_ThenUnreadableWithTheMissingRule()
    {
        await _ground.AddRoleAsync();

        var unreadable = Assert.IsType<Reading<RoleRules>.Unreadable>(
            await _ground.Open($"broker-{_ground.Suffix}").ReadRoleAsync(_ground.Role, Ct));

        Assert.Contains("\"get\" on clusterroles.rbac.authorization.k8s.io", unreadable.Reason);
    }

    private async Task<RoleRules> RulesAsync(string role) => Assert.IsType<Reading<RoleRules>.Found>(await Cluster.ReadRoleAsync(role, Ct)).Value;

    private static Dictionary<string, string> Label(string key, string value) => new() { [key] = value };

    private static V1LabelSelectorRequirement Expression(string key, string op, params string[] values) =>
        new() { Key = key, OperatorProperty = op, Values = values.Length == 0 ? null : values };
}
