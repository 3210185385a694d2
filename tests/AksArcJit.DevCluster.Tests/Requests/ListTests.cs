namespace AksArcJit.DevCluster.Tests.Requests;

public sealed class ListTests : IAsyncLifetime
{
    private const string Labelled = ClusterClient.ClusterRoleBindings + "?labelSelector=n";

    private DevClusterHost _cluster = null!;
    private ClusterClient _admin = null!;

    public async ValueTask InitializeAsync()
    {
        _cluster = await DevClusterHost.StartAsync(null, TestContext.Current.CancellationToken);
        _admin = new(_cluster, _cluster.AdminToken);
        for (var n = 1; n <= 3; n++)
            await _admin.Post(ClusterClient.ClusterRoleBindings, ClusterClient.Binding($"b{n}", labels: new() { ["n"] = $"{n}" }));
    }

    public async ValueTask DisposeAsync()
    {
        _admin.Dispose();
        await _cluster.DisposeAsync();
    }

    [Theory]
    [InlineData("n", "b1 b2 b3")]
    [InlineData("n=1", "b1")]
    [InlineData("n,n!=1", "b2 b3")]
    [InlineData("n in (1, 3)", "b1 b3")]
    [InlineData("n notin (1),n", "b2 b3")]
    [InlineData("!n", "cluster-admin system:basic-user system:discovery system:public-info-viewer")]
    public async Task List_SelectsByLabels(string selector, string names) =>
        Assert.Equal(names, Names(await _admin.Get($"{ClusterClient.ClusterRoleBindings}?labelSelector={Uri.EscapeDataString(selector)}")));

    [Fact]
    public async Task List_ItemsHaveNoKind_AndTheListHasTheNewestVersion()
    {
        var list = await _admin.Get(Labelled);

        Assert.Equal("ClusterRoleBindingList", (string?)list.Body["kind"]);
        Assert.Null(list.Body["items"]![0]!["kind"]);
        Assert.Equal(_cluster.ResourceVersion.ToString(), list.ResourceVersion);
    }

    [Fact]
    public async Task List_PageByPage_ShowsTheStateOfTheFirstPage()
    {
        var first = await _admin.Get(Labelled + "&limit=2");
        await _admin.Delete(ClusterClient.ClusterRoleBindings + "/b3");
        var second = await _admin.Get($"{Labelled}&limit=2&continue={Uri.EscapeDataString((string)first.Body["metadata"]!["continue"]!)}");

        Assert.Equal(("b1 b2", "b3"), (Names(first), Names(second)));
        Assert.Equal(first.ResourceVersion, second.ResourceVersion);
        Assert.Null(second.Body["metadata"]!["continue"]);
    }

    [Fact]
    public async Task List_WhenTheFirstPageIsForgotten_IsExpired()
    {
        var first = await _admin.Get(Labelled + "&limit=2");
        await _admin.Delete(ClusterClient.ClusterRoleBindings + "/b3");
        _cluster.CompactHistory();

        var second = await _admin.Get($"{Labelled}&limit=2&continue={Uri.EscapeDataString((string)first.Body["metadata"]!["continue"]!)}");

        Assert.Equal((410, "Expired"), (second.Code, second.Reason));
    }

    [Fact]
    public async Task List_WhenTheVersionIsAhead_TimesOut()
    {
        var reply = await _admin.Get($"{Labelled}&resourceVersion={_cluster.ResourceVersion + 1}");

        Assert.Equal((504, "Timeout"), (reply.Code, reply.Reason));
    }

    private static string Names(Reply list) => string.Join(' ', list.Body["items"]!.AsArray().Select(item => (string?)item!["metadata"]!["name"]));
}
