using System.Text.Json.Nodes;

namespace AksArcJit.DevCluster.Tests.Rbac;

public class EscalationTests
{
    [Fact]
    public async Task Broker_MayBindTheServiceRoleOnly()
    {
        await using var cluster = await DevClusterHost.StartAsync(new() { SeedServiceRole = true }, TestContext.Current.CancellationToken);
        using var broker = new ClusterClient(cluster, cluster.BrokerToken);

        Assert.Equal(201, (await broker.Post(ClusterClient.ClusterRoleBindings, ClusterClient.Binding("a", role: "aks-service"))).Code);
        var refused = await broker.Post(ClusterClient.ClusterRoleBindings, ClusterClient.Binding("b", role: "cluster-admin"));

        Assert.Equal((403, "Forbidden"), (refused.Code, refused.Reason));
        Assert.Equal(
            "clusterrolebindings.rbac.authorization.k8s.io \"b\" is forbidden: user \"aksarcjit-broker\" (groups=[\"system:authenticated\"]) "
            + "is attempting to grant RBAC permissions not currently held:\n"
            + "{APIGroups:[\"*\"], Resources:[\"*\"], Verbs:[\"*\"]}\n{NonResourceURLs:[\"*\"], Verbs:[\"*\"]}", refused.Message);
        Assert.Equal(404, (await broker.Post(ClusterClient.ClusterRoleBindings, ClusterClient.Binding("c", role: "nowhere"))).Code);
        using var admin = new ClusterClient(cluster, cluster.AdminToken);
        Assert.Equal(404, (await admin.Get(ClusterClient.ClusterRoleBindings + "/b")).Code);
    }

    [Fact]
    public async Task Binding_WhenAllRulesAreHeld_NeedsNoBind()
    {
        await using var cluster = await DevClusterHost.StartAsync(null, TestContext.Current.CancellationToken);
        using var admin = new ClusterClient(cluster, cluster.AdminToken);
        await admin.Post(ClusterClient.Rbac + "/namespaces/demo/rolebindings", ClusterClient.Binding("lead", role: "admin", user: "lead"));
        cluster.AddUser("t", "lead");
        using var lead = new ClusterClient(cluster, "t");

        var held = await lead.Post(ClusterClient.Rbac + "/namespaces/demo/rolebindings", ClusterClient.Binding("x", role: "view"));
        var more = await lead.Post(ClusterClient.Rbac + "/namespaces/demo/rolebindings", ClusterClient.Binding("y", role: "cluster-admin"));
        var role = await lead.Post(ClusterClient.Rbac + "/namespaces/demo/roles", Role("z", """[{"verbs":["get"],"apiGroups":[""],"resources":["nodes/proxy"]}]"""));

        Assert.Equal((201, 403, 403), (held.Code, more.Code, role.Code));
    }

    [Fact]
    public async Task Aggregation_WhenASourceChanges_FollowsThroughLevels()
    {
        await using var cluster = await DevClusterHost.StartAsync(null, TestContext.Current.CancellationToken);
        using var admin = new ClusterClient(cluster, cluster.AdminToken);
        var widgets = Role("widgets", """[{"verbs":["get"],"apiGroups":["x.io"],"resources":["widgets"]}]""");
        widgets["metadata"]!["labels"] = new JsonObject { ["rbac.authorization.k8s.io/aggregate-to-view"] = "true" };

        await admin.Post(ClusterClient.Rbac + "/clusterroles", widgets);
        foreach (var role in (string[])["view", "edit", "admin"])
            Assert.Contains("widgets", (await admin.Get($"{ClusterClient.Rbac}/clusterroles/{role}")).Body["rules"]!.ToJsonString());
        await admin.Delete(ClusterClient.Rbac + "/clusterroles/widgets");
        foreach (var role in (string[])["view", "edit", "admin"])
            Assert.DoesNotContain("widgets", (await admin.Get($"{ClusterClient.Rbac}/clusterroles/{role}")).Body["rules"]!.ToJsonString());
    }

    private static JsonObject Role(string name, string rules) => new()
    {
        ["metadata"] = new JsonObject { ["name"] = name },
        ["rules"] = JsonNode.Parse(rules),
    };
}
