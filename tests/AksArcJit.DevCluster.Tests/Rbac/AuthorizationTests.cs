using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;

namespace AksArcJit.DevCluster.Tests.Rbac;

public class AuthorizationTests
{
    private static JsonObject ListPods(string? inNamespace = null) => new() { ["verb"] = "list", ["resource"] = "pods", ["namespace"] = inNamespace };

    [Fact]
    public async Task Review_WhenBound_NamesTheBindingAsTheRealOneDoes()
    {
        await using var cluster = await Start();
        using var admin = new ClusterClient(cluster, cluster.AdminToken);
        await admin.Post(ClusterClient.ClusterRoleBindings, ClusterClient.Binding("crb"));
        var group = ClusterClient.Binding("rb");
        group["subjects"] = new JsonArray(
            new JsonObject { ["kind"] = "Group", ["name"] = "ops" },
            new JsonObject { ["kind"] = "ServiceAccount", ["name"] = "bot", ["namespace"] = "demo" });
        await admin.Post(ClusterClient.Rbac + "/namespaces/default/rolebindings", group);

        Assert.Equal("""{"allowed":true,"reason":"RBAC: allowed by ClusterRoleBinding \"crb\" of ClusterRole \"view\" to User \"eng\""}""",
            Shown(await admin.Review("eng", ListPods())));
        Assert.Equal("""{"allowed":true,"reason":"RBAC: allowed by RoleBinding \"rb/default\" of ClusterRole \"view\" to Group \"ops\""}""",
            Shown(await admin.Review("x", ListPods("default"), "ops")));
        Assert.Equal("""{"allowed":true,"reason":"RBAC: allowed by RoleBinding \"rb/default\" of ClusterRole \"view\" to ServiceAccount \"bot/demo\""}""",
            Shown(await admin.Review("system:serviceaccount:demo:bot", ListPods("default"))));
        Assert.Equal("""{"allowed":false}""", Shown(await admin.Review("x", ListPods("demo"), "ops")));
        Assert.Equal("""{"allowed":true}""", Shown(await admin.Review("x", ListPods(), "system:masters")));
    }

    [Fact]
    public async Task Review_WhenTheRoleIsMissing_DeniesAndSaysSo()
    {
        await using var cluster = await Start();
        using var admin = new ClusterClient(cluster, cluster.AdminToken);
        await admin.Post(ClusterClient.ClusterRoleBindings, ClusterClient.Binding("crb", role: "gone"));

        Assert.Equal("""{"allowed":false,"reason":"RBAC: clusterrole.rbac.authorization.k8s.io \"gone\" not found"}""",
            Shown(await admin.Review("eng", ListPods())));
    }

    [Fact]
    public async Task Review_DoesNotAddAuthenticated()
    {
        await using var cluster = await Start();
        using var admin = new ClusterClient(cluster, cluster.AdminToken);
        JsonObject Asked() => new() { ["verb"] = "create", ["group"] = "authorization.k8s.io", ["resource"] = "selfsubjectaccessreviews" };

        Assert.False((bool)(await admin.Review("eng", Asked()))["allowed"]!);
        Assert.True((bool)(await admin.Review("eng", Asked(), "system:authenticated"))["allowed"]!);
    }

    [Fact]
    public async Task Review_WithinTheLag_AnswersTheOldState()
    {
        var clock = new FakeTimeProvider();
        await using var cluster = await Start(new() { Clock = clock, PropagationLag = TimeSpan.FromSeconds(2) });
        using var admin = new ClusterClient(cluster, cluster.AdminToken);
        await admin.Post(ClusterClient.ClusterRoleBindings, ClusterClient.Binding("crb"));

        clock.Advance(TimeSpan.FromMilliseconds(1999));
        Assert.False((bool)(await admin.Review("eng", ListPods()))["allowed"]!);
        clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.True((bool)(await admin.Review("eng", ListPods()))["allowed"]!);
        await admin.Delete(ClusterClient.ClusterRoleBindings + "/crb");
        Assert.True((bool)(await admin.Review("eng", ListPods()))["allowed"]!);
        clock.Advance(TimeSpan.FromSeconds(2));
        Assert.False((bool)(await admin.Review("eng", ListPods()))["allowed"]!);
    }

    [Fact]
    public async Task Requests_WhenNotAllowed_AreForbiddenInTheRealWords()
    {
        await using var cluster = await Start();
        cluster.AddUser("t", "eng");
        using var eng = new ClusterClient(cluster, "t");

        var created = await eng.Post(ClusterClient.ClusterRoleBindings, ClusterClient.Binding("x"));
        var read = await eng.Get("/api/v1/namespaces/default/pods/web");
        var path = await eng.Get("/metrics");

        Assert.Equal(403, created.Code);
        Assert.Equal("""clusterrolebindings.rbac.authorization.k8s.io is forbidden: User "eng" cannot create resource "clusterrolebindings" in API group "rbac.authorization.k8s.io" at the cluster scope""", created.Message);
        Assert.Equal("""{"group":"rbac.authorization.k8s.io","kind":"clusterrolebindings"}""", created.Body["details"]!.ToJsonString());
        Assert.Equal("""pods "web" is forbidden: User "eng" cannot get resource "pods" in API group "" in the namespace "default" """.Trim(), read.Message);
        Assert.Equal("""forbidden: User "eng" cannot get path "/metrics" """.Trim(), path.Message);
    }

    [Fact]
    public async Task ListByName_IsAuthorizedAsThatName()
    {
        await using var cluster = await Start();
        using var admin = new ClusterClient(cluster, cluster.AdminToken);
        await admin.Post(ClusterClient.Rbac + "/clusterroles", new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = "one" },
            ["rules"] = JsonNode.Parse("""[{"verbs":["list"],"apiGroups":["rbac.authorization.k8s.io"],"resources":["clusterroles"],"resourceNames":["view"]}]"""),
        });
        await admin.Post(ClusterClient.ClusterRoleBindings, ClusterClient.Binding("one", role: "one"));
        cluster.AddUser("t", "eng");
        using var eng = new ClusterClient(cluster, "t");

        Assert.Equal(403, (await eng.Get(ClusterClient.Rbac + "/clusterroles")).Code);
        var named = await eng.Get(ClusterClient.Rbac + "/clusterroles?fieldSelector=metadata.name%3Dview");
        Assert.Equal("view", (string?)Assert.Single(named.Body["items"]!.AsArray())!["metadata"]!["name"]);
    }

    private static Task<DevClusterHost> Start(DevClusterOptions? options = null) =>
        DevClusterHost.StartAsync(options, TestContext.Current.CancellationToken);

    private static string Shown(JsonObject status) => status.ToJsonString(Objects.Json.Options);
}
