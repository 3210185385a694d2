using System.Text.Json.Nodes;

namespace AksArcJit.DevCluster.Tests.Hosting;

public class ControlTests
{
    [Fact]
    public async Task Down_TearsEveryConnection_ButTheControlEndpoint()
    {
        await using var cluster = await DevClusterHost.StartAsync(null, TestContext.Current.CancellationToken);
        using var admin = new ClusterClient(cluster, cluster.AdminToken);
        using var other = new ClusterClient(cluster, cluster.AdminToken);
        using var watch = await other.Watch($"{ClusterClient.ClusterRoleBindings}?watch=1&resourceVersion={cluster.ResourceVersion}");

        Assert.Equal(200, (await admin.Put("/devcluster/down", new JsonObject { ["down"] = true })).Code);
        await Assert.ThrowsAnyAsync<IOException>(() => watch.Next());
        await Assert.ThrowsAsync<HttpRequestException>(() => other.Get("/version"));
        Assert.True(cluster.Down);
        Assert.Equal(200, (await admin.Put("/devcluster/down", new JsonObject { ["down"] = false })).Code);
        Assert.Equal(200, (await other.Get("/version")).Code);
    }

    [Fact]
    public async Task Control_NeedsTheAdmin()
    {
        await using var cluster = await DevClusterHost.StartAsync(null, TestContext.Current.CancellationToken);
        using var broker = new ClusterClient(cluster, cluster.BrokerToken);
        using var nobody = new ClusterClient(cluster, null);

        Assert.Equal(403, (await broker.Put("/devcluster/down", new JsonObject { ["down"] = true })).Code);
        Assert.Equal(403, (await nobody.Get("/devcluster/faults")).Code);
    }

    [Fact]
    public async Task Faults_AreTurnedOverHttp()
    {
        await using var cluster = await DevClusterHost.StartAsync(null, TestContext.Current.CancellationToken);
        using var admin = new ClusterClient(cluster, cluster.AdminToken);

        var added = await admin.Post("/devcluster/faults", JsonNode.Parse("""{"action":"respond","code":503,"retryAfterSeconds":2,"verb":"list","times":1}""")!);
        var struck = await admin.Get(ClusterClient.ClusterRoleBindings);
        var shown = await admin.Get("/devcluster/faults");
        var removed = await admin.Delete($"/devcluster/faults?id={added.Body["id"]}");
        var bad = await admin.Post("/devcluster/faults", JsonNode.Parse("""{"action":"explode"}""")!);

        Assert.Equal((201, 503, 200, 400), (added.Code, struck.Code, removed.Code, bad.Code));
        Assert.Equal(1, (int?)shown.Body["faults"]![0]!["hits"]);
        Assert.Empty(cluster.Faults.Active);
    }

    [Fact]
    public async Task Requests_AreCountedAndListed()
    {
        await using var cluster = await DevClusterHost.StartAsync(null, TestContext.Current.CancellationToken);
        using var admin = new ClusterClient(cluster, cluster.AdminToken);
        using var wrong = new ClusterClient(cluster, "wrong");
        await admin.Get("/api/v1/namespaces/default/pods");
        await admin.Get("/api/v1/pods");
        var unauthorized = await wrong.Get("/api/v1/pods");

        Assert.Equal((401, "Unauthorized", "Unauthorized"), (unauthorized.Code, unauthorized.Reason, unauthorized.Message));
        Assert.Equal(3, cluster.Requests.Count("list", "pods"));
        Assert.Equal(
            [(DevClusterHost.AdminUser, "/api/v1/namespaces/default/pods", 200), (DevClusterHost.AdminUser, "/api/v1/pods", 200), ("", "/api/v1/pods", 401)],
            cluster.Requests.Entries.Select(entry => (entry.User, entry.Path, entry.Code)));
    }
}
