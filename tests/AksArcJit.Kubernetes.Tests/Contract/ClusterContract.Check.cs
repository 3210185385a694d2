using AksArcJit.Broker.Ports;
using AksArcJit.Lifecycle;
using k8s.Models;

namespace AksArcJit.Kubernetes.Tests.Contract;

public sealed partial class ClusterContract
{
    private const string Rbac = "rbac.authorization.k8s.io";

    private string Broker => $"broker-{_ground.Suffix}";

    [Fact]
    public async Task Check_WhenAllIsAllowed_ThenNull()
    {
        await BrokerMayAsync(LeastRules());

        await SettledAsync(null);
    }

    [Fact]
    public async Task Check_WhenTheRoleMayNotBeBound_ThenNamesIt()
    {
        await BrokerMayAsync(LeastRules().Where(rule => !rule.Verbs.Contains("bind")));

        await SettledAsync($"the broker lacks \"bind\" on clusterroles.{Rbac} \"{_ground.Role}\"");
    }

    [Fact]
    public async Task Check_WhenRoleBindingsMayNotBeTouched_ThenNamesEachVerb()
    {
        await BrokerMayAsync(LeastRules().Where(rule => !rule.Resources.Contains("rolebindings")));

        var on = $"on rolebindings.{Rbac}";
        await SettledAsync($"the broker lacks \"create\" {on}, \"get\" {on}, \"list\" {on}, \"watch\" {on}, \"delete\" {on}");
    }

    [Fact]
    public async Task LeastRules_ThenOneWholeGrantWorks()
    {
        await _ground.AddRoleAsync();
        await BrokerMayAsync(LeastRules());
        var broker = _ground.Open(Broker);
        await Ground.EventuallyAsync(() => broker.CheckAsync(Ct), found => found is null);
        var name = await _ground.AddNamespaceAsync();
        var spec = _ground.Spec(new Scope.Namespace(name));

        Assert.IsType<Reading<Lifecycle.Rules.LiveNamespace>.Found>(await broker.ReadNamespaceAsync(name, Ct));
        Assert.IsType<Reading<Lifecycle.Roles.RoleRules>.Found>(await broker.ReadRoleAsync(_ground.Role, Ct));
        var standing = Assert.IsType<BindingOutcome.Standing>(await _ground.CreateAsync(spec, broker));
        Assert.IsType<Reading<IReadOnlyList<Lifecycle.Roles.ProbeAnswer>>.Found>(await broker.ProbeAsync(ReviewedUser.Of(_ground.User, null), [Ground.ListPods()], ProbePurpose.ConfirmRemoval, Ct));
        Assert.IsType<Reading<IReadOnlyList<StandingBinding>>.Found>(await broker.ListBindingsAsync(_ground.Role, Ct));
        Assert.IsType<RemovalOutcome.Absent>(await broker.RemoveAsync(spec, standing.Uid, Ct));
    }

    [Fact]
    public async Task Create_WhenTheRoleMayNotBeBound_ThenFailedNamingBind()
    {
        await _ground.AddRoleAsync();
        await BrokerMayAsync(LeastRules().Where(rule => !rule.Verbs.Contains("bind")));
        var broker = _ground.Open(Broker);

        // First the authorizer must see the broker's rights, then the escalation check the role: each has a cache of its own.
        var failed = (BindingOutcome.Failed)await Ground.EventuallyAsync(
            () => _ground.CreateAsync(_ground.Spec(), broker),
            outcome => outcome is BindingOutcome.Failed { Reason: var reason } && reason.Contains("\"bind\"", StringComparison.Ordinal));

        Assert.Contains($"the broker lacks \"bind\" on clusterroles.{Rbac} \"{_ground.Role}\"", failed.Reason);
    }

    private async Task SettledAsync(string? expected)
    {
        var broker = _ground.Open(Broker);
        Assert.Equal(expected, await Ground.EventuallyAsync(async () => (await broker.CheckAsync(Ct))?.Reason, found => found == expected));
    }

    private async Task BrokerMayAsync(IEnumerable<V1PolicyRule> rules)
    {
        var role = $"broker-role-{_ground.Suffix}";
        await _ground.AddRoleAsync(role, [.. rules]);
        await _ground.BindAsync($"broker-{_ground.Suffix}", role, Broker);
    }

    /// <summary>The broker's least privilege: what infra installs for it must be these.</summary>
    private IEnumerable<V1PolicyRule> LeastRules() =>
    [
        Ground.Rule(["get", "list", "watch"], Rbac, "clusterroles"),
        new V1PolicyRule { Verbs = ["bind"], ApiGroups = [Rbac], Resources = ["clusterroles"], ResourceNames = [_ground.Role] },
        Ground.Rule(["create", "get", "list", "watch", "delete"], Rbac, "clusterrolebindings"),
        Ground.Rule(["create", "get", "list", "watch", "delete"], Rbac, "rolebindings"),
        Ground.Rule(["get"], "", "namespaces"),
        Ground.Rule(["create"], "authorization.k8s.io", "subjectaccessreviews"),
    ];
}
