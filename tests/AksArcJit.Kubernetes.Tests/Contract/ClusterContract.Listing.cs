using AksArcJit.Broker.Ports;
using AksArcJit.Lifecycle;

namespace AksArcJit.Kubernetes.Tests.Contract;

public sealed partial class ClusterContract
{
    [Fact]
    public async Task List_ThenOursEverywhereAndEverybodysOfTheRole()
    {
        await _ground.AddRoleAsync();
        var wide = _ground.Spec();
        var narrow = _ground.Spec(new Scope.Namespace(await _ground.AddNamespaceAsync()));
        var uids = (Wide: await _ground.CreatedUidAsync(wide), Narrow: await _ground.CreatedUidAsync(narrow));
        var copy = await _ground.BindAsync($"copy-{_ground.Suffix}", _ground.Role, _ground.User);
        await _ground.BindAsync($"unrelated-{_ground.Suffix}", "view", _ground.User);
        var strangers = await _ground.BindAsync($"ours-of-another-role-{_ground.Suffix}", "view", "somebody",
            new Dictionary<string, string> { ["app.kubernetes.io/managed-by"] = "aksarcjit", ["aksarcjit.io/installation"] = _ground.Installation },
            new Dictionary<string, string> { ["aksarcjit.io/request"] = "no request id", ["aksarcjit.io/not-after"] = "tomorrow" });

        var listed = Assert.IsType<Reading<IReadOnlyList<StandingBinding>>.Found>(await Cluster.ListBindingsAsync(_ground.Role, Ct)).Value;

        // Others' test runs leave bindings with our labels here: only this test's are compared.
        var mine = listed.Where(one => one.Installation == _ground.Installation || one.RoleRef == $"ClusterRole/{_ground.Role}").ToDictionary(one => one.Uid);
        Assert.Equal(new[] { uids.Wide, uids.Narrow, copy.Metadata.Uid, strangers.Metadata.Uid }.Order(), mine.Keys.Order());
        Assert.Equal((wide.Name, wide.Request, (DateTimeOffset?)wide.NotAfter), (mine[uids.Wide].Name, mine[uids.Wide].Request, mine[uids.Wide].NotAfter));
        Assert.Equal(narrow.Name, mine[uids.Narrow].Name);
        Assert.Null(mine[copy.Metadata.Uid].Installation);
        Assert.Equal((null, null), (mine[strangers.Metadata.Uid].Request, mine[strangers.Metadata.Uid].NotAfter));
    }

    [Fact]
    public async Task List_WhenItHasSeveralPages_ThenAllAreThere()
    {
        await _ground.AddRoleAsync();
        var names = Enumerable.Range(0, 501).Select(i => $"page-{i}-{_ground.Suffix}").ToList();
        await Parallel.ForEachAsync(names, Ct, async (name, _) => await _ground.BindAsync(name, _ground.Role, _ground.User));

        var listed = Assert.IsType<Reading<IReadOnlyList<StandingBinding>>.Found>(await Cluster.ListBindingsAsync(_ground.Role, Ct)).Value;

        Assert.Equal(names.Order(StringComparer.Ordinal),
            listed.Where(one => one.RoleRef == $"ClusterRole/{_ground.Role}").Select(one => one.Name.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task List_WhenTheBrokerMayNot_ThenUnreadableWithTheMissingRule()
    {
        var unreadable = Assert.IsType<Reading<IReadOnlyList<StandingBinding>>.Unreadable>(
            await _ground.Open($"broker-{_ground.Suffix}").ListBindingsAsync(_ground.Role, Ct));

        Assert.Contains("\"list\" on clusterrolebindings.rbac.authorization.k8s.io", unreadable.Reason);
    }
}
