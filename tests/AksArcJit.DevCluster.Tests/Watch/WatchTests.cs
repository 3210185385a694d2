using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;

namespace AksArcJit.DevCluster.Tests.Watch;

public sealed class WatchTests : IAsyncLifetime
{
    private const string Path = ClusterClient.ClusterRoleBindings;

    private readonly FakeTimeProvider _clock = new(DateTimeOffset.UnixEpoch.AddYears(56));
    private DevClusterHost _cluster = null!;
    private ClusterClient _admin = null!;

    public async ValueTask InitializeAsync()
    {
        _cluster = await DevClusterHost.StartAsync(new() { Clock = _clock, HistoryLimit = 3 }, TestContext.Current.CancellationToken);
        _admin = new(_cluster, _cluster.AdminToken);
    }

    public async ValueTask DisposeAsync()
    {
        _admin.Dispose();
        await _cluster.DisposeAsync();
    }

    [Fact]
    public async Task Watch_FromAVersion_ShowsWhatFollowedAndWhatFollows()
    {
        var from = _cluster.ResourceVersion;
        await _admin.Post(Path, ClusterClient.Binding("a"));
        using var watch = await _admin.Watch($"{Path}?watch=true&resourceVersion={from}");
        await _admin.Patch($"{Path}/a", new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { ["x"] = "y" } } }, "application/merge-patch+json");
        await _admin.Delete($"{Path}/a");

        Assert.Equal("ADDED a", await watch.NextShown());
        Assert.Equal("MODIFIED a", await watch.NextShown());
        var deleted = await watch.Next();
        Assert.Equal("DELETED", deleted?.Type);
        Assert.Equal(_cluster.ResourceVersion.ToString(), (string?)deleted?.Object["metadata"]!["resourceVersion"]);
    }

    [Fact]
    public async Task Watch_WithoutAVersion_StartsWithWhatExists()
    {
        await _admin.Post(Path, ClusterClient.Binding("a", labels: new() { ["mine"] = "1" }));
        using var watch = await _admin.Watch($"{Path}?watch=1&labelSelector=mine");

        Assert.Equal("ADDED a", await watch.NextShown());
    }

    [Fact]
    public async Task Watch_WhenLabelsChange_ShowsEnteringAndLeavingTheSelection()
    {
        using var watch = await _admin.Watch($"{Path}?watch=1&labelSelector=mine%3D1&resourceVersion={_cluster.ResourceVersion}");
        await _admin.Post(Path, ClusterClient.Binding("a"));
        await Label("1");
        await Label("2");
        await Label("1");

        Assert.Equal("ADDED a", await watch.NextShown());
        Assert.Equal("DELETED a", await watch.NextShown());
        Assert.Equal("ADDED a", await watch.NextShown());

        Task<Reply> Label(string value) =>
            _admin.Patch($"{Path}/a", new JsonObject { ["metadata"] = new JsonObject { ["labels"] = new JsonObject { ["mine"] = value } } }, "application/merge-patch+json");
    }

    [Fact]
    public async Task Watch_WhenOlderThanTheHistory_IsExpired()
    {
        var from = _cluster.ResourceVersion;
        for (var n = 0; n < 4; n++)
            await _admin.Post(Path, ClusterClient.Binding($"b{n}"));

        using var expired = await _admin.Watch($"{Path}?watch=1&resourceVersion={from}");
        using var oldest = await _admin.Watch($"{Path}?watch=1&resourceVersion={from + 1}");

        var error = await expired.Next();
        Assert.Equal(("ERROR", 410, "Expired"), (error?.Type, (int?)error?.Object["code"], (string?)error?.Object["reason"]));
        Assert.Equal($"too old resource version: {from} ({_cluster.ResourceVersion})", (string?)error?.Object["message"]);
        Assert.Equal("END", await expired.NextShown());
        Assert.Equal("ADDED b1", await oldest.NextShown());
    }

    [Fact]
    public async Task Watch_WhenItsTimeIsUp_EndsWithABookmark()
    {
        using var watch = await _admin.Watch($"{Path}?watch=1&resourceVersion={_cluster.ResourceVersion}&allowWatchBookmarks=true&timeoutSeconds=30");
        await _admin.Post(Path, ClusterClient.Binding("a"));
        Assert.Equal("ADDED a", await watch.NextShown());
        _clock.Advance(TimeSpan.FromSeconds(30));

        var bookmark = await watch.Next();
        Assert.Equal(("BOOKMARK", _cluster.ResourceVersion.ToString()), (bookmark?.Type, (string?)bookmark?.Object["metadata"]!["resourceVersion"]));
        Assert.Equal("END", await watch.NextShown());
    }
}
