using AksArcJit.Broker.Ports;
using AksArcJit.DevCluster;
using AksArcJit.Kubernetes.Tests.Contract;
using AksArcJit.Lifecycle;

namespace AksArcJit.Kubernetes.Tests.Units;

public sealed class ConnectionTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("aksarcjit-test-");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public void Open_WhenSeveralAreWrong_ThenAllFaultsAtOnce()
    {
        var broken = Write("broken", "clusters: [");
        var empty = Write("empty", "apiVersion: v1\nkind: Config\n");
        ClusterConnection[] connections =
        [
            new(ClusterId.Parse("missing"), Path.Combine(_directory.FullName, "none"), "test"),
            new(ClusterId.Parse("broken"), broken, "test"),
            new(ClusterId.Parse("empty"), empty, "test"),
            new(ClusterId.Parse("unlabelled"), empty, "Not A Label"),
            new(ClusterId.Parse("impatient"), empty, "test") { RequestTimeout = TimeSpan.Zero },
        ];

        var faults = Assert.Throws<ClusterConnectionException>(() => Open(connections)).Faults;

        Assert.Equal(connections.Select(one => $"cluster {one.Id}"), faults.Select(fault => fault.Split(':')[0]));
    }

    [Fact]
    public async Task Open_WhenTheContextIsUnknown_ThenNamesIt()
    {
        await using var server = await DevClusterHost.StartAsync(cancellation: Ground.Ct);

        var fault = Assert.Single(Assert.Throws<ClusterConnectionException>(() => Open(
            [new ClusterConnection(ClusterId.Parse("one"), server.KubeconfigPath, "test") { Context = "nobody" }])).Faults);

        Assert.Contains("nobody", fault);
    }

    [Fact]
    public async Task Check_WhenTheCertificateIsForAnotherName_ThenNoConnection()
    {
        await using var server = await DevClusterHost.StartAsync(cancellation: Ground.Ct);
        var path = Write("misnamed", server.Kubeconfig.Replace("    server:", "    tls-server-name: elsewhere.test\n    server:", StringComparison.Ordinal));
        using var clusters = Open([new ClusterConnection(ClusterId.Parse("one"), path, "test")]);

        Assert.Contains("no connection", (await Only(clusters).CheckAsync(Ground.Ct))?.Detail);
    }

    [Fact]
    public async Task Check_WhenTheCertificateIsOfAnotherAuthority_ThenNoConnection()
    {
        await using var server = await DevClusterHost.StartAsync(cancellation: Ground.Ct);
        await using var other = await DevClusterHost.StartAsync(cancellation: Ground.Ct);
        var path = Write("foreign", server.Kubeconfig.Replace(server.Url.Authority, other.Url.Authority, StringComparison.Ordinal));
        using var clusters = Open([new ClusterConnection(ClusterId.Parse("one"), path, "test")]);

        Assert.Contains("no connection", (await Only(clusters).CheckAsync(Ground.Ct))?.Detail);
    }

    [Fact]
    public async Task Check_WhenTheTokenIsUnknown_ThenSaysThatTheCredentialsAreNotAccepted()
    {
        await using var server = await DevClusterHost.StartAsync(cancellation: Ground.Ct);
        var path = Write("token", server.Kubeconfig.Replace(server.AdminToken, "forged", StringComparison.Ordinal));
        using var clusters = Open([new ClusterConnection(ClusterId.Parse("one"), path, "test")]);

        Assert.Contains("does not accept the broker's credentials", (await Only(clusters).CheckAsync(Ground.Ct))?.Detail);
    }

    [Fact]
    public async Task Find_WhenTheOptionsNameIt_ThenThatCluster()
    {
        await using var server = await DevClusterHost.StartAsync(cancellation: Ground.Ct);
        using var clusters = Open([new ClusterConnection(ClusterId.Parse("one"), server.KubeconfigPath, "test") { Context = "broker" }]);

        Assert.Equal([ClusterId.Parse("one")], clusters.Ids);
        Assert.Equal(ClusterId.Parse("one"), clusters.Find(ClusterId.Parse("one"))!.Id);
        Assert.Null(clusters.Find(ClusterId.Parse("two")));
    }

    private static ICluster Only(KubernetesClusters clusters) => clusters.Find(clusters.Ids.Single())!;

    private static KubernetesClusters Open(IReadOnlyList<ClusterConnection> connections) => new(connections, TimeProvider.System);

    private string Write(string name, string text)
    {
        var path = Path.Combine(_directory.FullName, name);
        File.WriteAllText(path, text);
        return path;
    }
}
