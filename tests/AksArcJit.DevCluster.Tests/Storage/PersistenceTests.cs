namespace AksArcJit.DevCluster.Tests.Storage;

public sealed class PersistenceTests : IDisposable
{
    private readonly string _data = Directory.CreateTempSubdirectory("devcluster-tests-").FullName;

    [Fact]
    public async Task State_SurvivesARestart_WithItsVersionsAndTokens()
    {
        string token, uid, authority;
        long version;
        await using (var first = await Start())
        {
            using var admin = new ClusterClient(first, first.AdminToken);
            uid = (await admin.Post(ClusterClient.ClusterRoleBindings, ClusterClient.Binding("kept"))).Uid;
            await admin.Post(ClusterClient.ClusterRoleBindings, ClusterClient.Binding("deleted"));
            await admin.Delete(ClusterClient.ClusterRoleBindings + "/deleted");
            await admin.Delete(ClusterClient.Rbac + "/clusterroles/aks-service");
            (token, version, authority) = (first.AdminToken, first.ResourceVersion, first.AuthorityPem);
        }

        await using var second = await Start();
        using var again = new ClusterClient(second, token);
        var kept = await again.Get(ClusterClient.ClusterRoleBindings + "/kept");

        Assert.Equal((200, uid), (kept.Code, kept.Uid));
        Assert.Equal(404, (await again.Get(ClusterClient.ClusterRoleBindings + "/deleted")).Code);
        Assert.Equal(404, (await again.Get(ClusterClient.Rbac + "/clusterroles/aks-service")).Code);
        Assert.Equal(version, second.ResourceVersion);
        Assert.Equal(authority, second.AuthorityPem);
        using var watch = await again.Watch($"{ClusterClient.ClusterRoleBindings}?watch=1&resourceVersion={version - 1}");
        Assert.Equal("ERROR", (await watch.Next())?.Type);
    }

    [Fact]
    public async Task State_WhenTheLastLineIsTorn_IsReadWithoutIt()
    {
        long version;
        await using (var first = await Start())
            version = first.ResourceVersion;
        await File.AppendAllTextAsync(Path.Combine(_data, "state.jsonl"), """{"write":"put","obj""", TestContext.Current.CancellationToken);

        await using (var second = await Start())
        {
            using var admin = new ClusterClient(second, second.AdminToken);
            Assert.Equal(version, second.ResourceVersion);
            Assert.Equal(201, (await admin.Post(ClusterClient.ClusterRoleBindings, ClusterClient.Binding("after"))).Code);
        }

        await using var third = await Start();
        Assert.Equal(version + 1, third.ResourceVersion);
    }

    [Fact]
    public async Task State_BelongsToOneProcess()
    {
        await using var first = await Start();

        await Assert.ThrowsAsync<IOException>(Start);
    }

    public void Dispose() => Directory.Delete(_data, recursive: true);

    private Task<DevClusterHost> Start() =>
        DevClusterHost.StartAsync(new() { DataDirectory = _data, SeedServiceRole = true }, TestContext.Current.CancellationToken);
}
