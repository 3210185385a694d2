namespace AksArcJit.DevCluster.Tests.Tokens;

public class ImpersonationTests
{
    [Fact]
    public async Task Impersonation_ActsAsThatUser_ForThoseWhoMay()
    {
        await using var cluster = await DevClusterHost.StartAsync(null, TestContext.Current.CancellationToken);
        using var admin = new ClusterClient(cluster, cluster.AdminToken);
        using var broker = new ClusterClient(cluster, cluster.BrokerToken);
        await admin.Post(ClusterClient.ClusterRoleBindings, ClusterClient.Binding("a", user: "eng"));

        var asEngineer = await admin.Send(HttpMethod.Get, "/api/v1/pods", headers: ("Impersonate-User", "eng"));
        var asOther = await admin.Send(HttpMethod.Get, "/api/v1/pods", headers: ("Impersonate-User", "other"));
        var notAllowed = await broker.Send(HttpMethod.Get, "/api/v1/pods", headers: ("Impersonate-User", "eng"));

        Assert.Equal((200, 403, 403), (asEngineer.Code, asOther.Code, notAllowed.Code));
        Assert.Contains("User \"other\" cannot list", asOther.Message);
        Assert.Equal("users \"eng\" is forbidden: User \"aksarcjit-broker\" cannot impersonate resource \"users\" in API group \"\" at the cluster scope", notAllowed.Message);
    }

    [Fact]
    public async Task NoToken_IsTheAnonymousUser()
    {
        await using var cluster = await DevClusterHost.StartAsync(null, TestContext.Current.CancellationToken);
        using var nobody = new ClusterClient(cluster, null);

        Assert.Equal(200, (await nobody.Get("/version")).Code);
        Assert.Contains("User \"system:anonymous\" cannot list", (await nobody.Get("/api/v1/pods")).Message);
    }
}
