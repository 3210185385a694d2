using System.Text;
using System.Text.RegularExpressions;
using AksArcJit.Broker.Ports;
using AksArcJit.DevCluster;
using AksArcJit.DevCluster.Faults;
using AksArcJit.Kubernetes.Tests.Contract;
using AksArcJit.Lifecycle;
using AksArcJit.Lifecycle.Roles;
using k8s;
using Microsoft.Extensions.Time.Testing;

namespace AksArcJit.Kubernetes.Tests.Units;

/// <summary>Credentials that come, change and go while the broker runs.</summary>
public sealed class CredentialTests : IAsyncLifetime
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("aksarcjit-test-");
    private readonly FakeTimeProvider _clock = new(TimeProvider.System.GetUtcNow());
    private DevClusterHost _server = null!;

    public async ValueTask InitializeAsync() => _server = await DevClusterHost.StartAsync(cancellation: Ground.Ct);

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _directory.Delete(recursive: true);
    }

    [Fact]
    public async Task File_WhenItIsRotated_ThenTheNewIsUsedWithinASecond()
    {
        var path = Write("config", With("forged"));
        using var clusters = Open(path);
        Assert.Contains("does not accept", await CheckAsync(clusters));

        Write("config", _server.Kubeconfig);
        _clock.Advance(TimeSpan.FromSeconds(1));

        Assert.Null(await CheckAsync(clusters));
    }

    [Fact]
    public async Task File_WhenTheNewOneIsBroken_ThenTheOldGoesOnAndItIsTold()
    {
        var path = Write("config", _server.Kubeconfig);
        using var clusters = Open(path);
        Assert.Null(await CheckAsync(clusters));

        Write("config", "clusters: [");
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Contains("cannot be used", await CheckAsync(clusters));
        Assert.IsNotType<Reading<StandingBinding>.Unreadable>(await Only(clusters).ReadBindingAsync(new("none", ""), Ground.Ct));

        Write("config", _server.Kubeconfig);
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(await CheckAsync(clusters));
    }

    /// <summary>Another cluster would answer "gone" for all that stands in this one, and would be given what somebody consented to here.</summary>
    [Fact]
    public async Task File_WhenTheNewOneLeadsToAnotherCluster_ThenTheOldGoesOnAndItIsTold()
    {
        await using var other = await DevClusterHost.StartAsync(cancellation: Ground.Ct);
        var path = Write("config", _server.Kubeconfig);
        using var clusters = Open(path);
        var (cluster, id) = (Only(clusters), RequestId.FromBytes(new byte[17]));
        var spec = new BindingSpec(id, TicketId.Parse("CASE-1"), BindingName.For(id, new Scope.Cluster()), "somebody", "view", _clock.GetUtcNow().AddHours(1));
        Assert.IsType<BindingOutcome.Standing>(await cluster.CreateAsync(spec, _clock.GetUtcNow().AddSeconds(30), Ground.Ct));

        Write("config", other.Kubeconfig);
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Contains("leads to another cluster", await CheckAsync(clusters));
        Assert.IsType<Reading<StandingBinding>.Found>(await cluster.ReadBindingAsync(spec.Name, Ground.Ct));

        Write("config", _server.Kubeconfig);
        _clock.Advance(TimeSpan.FromSeconds(5));
        Assert.Null(await CheckAsync(clusters));
    }

    /// <summary>A process that starts knows no file before this one: what the options name is all that it can hold it to.</summary>
    [Fact]
    public async Task File_WhenItLeadsToAnotherClusterThanTheOptionsName_ThenNothingIsAskedOfIt()
    {
        await using var other = await DevClusterHost.StartAsync(cancellation: Ground.Ct);
        var uid = await UidAsync();
        var path = Write("config", other.Kubeconfig);
        using var clusters = Open(path, uid);

        Assert.Contains($"not {uid}", await CheckAsync(clusters));
        Assert.IsType<Reading<StandingBinding>.Unreadable>(await Only(clusters).ReadBindingAsync(new("none", ""), Ground.Ct));

        Write("config", _server.Kubeconfig);
        Assert.Null(await CheckAsync(clusters));
        Assert.IsType<Reading<StandingBinding>.Missing>(await Only(clusters).ReadBindingAsync(new("none", ""), Ground.Ct));
    }

    /// <summary>A removal that could go by the old connection must not wait again and again for a file that leads nowhere.</summary>
    [Fact(Timeout = 30_000)]
    public async Task File_WhenTheNewOneLeadsToAServerThatHangs_ThenTheOldAnswersMeanwhile()
    {
        await using var other = await DevClusterHost.StartAsync(cancellation: Ground.Ct);
        other.Faults.Add(new Fault(new FaultAction.Hang()) { Resource = "namespaces" });
        var path = Write("config", _server.Kubeconfig);
        using var clusters = Open(path, await UidAsync());
        Assert.Null(await CheckAsync(clusters));

        Write("config", other.Kubeconfig);
        _clock.Advance(TimeSpan.FromSeconds(1));
        var first = Only(clusters).ReadBindingAsync(new("none", ""), Ground.Ct);
        while (!first.IsCompleted)
        {
            _clock.Advance(TimeSpan.FromSeconds(0.5));
            await Task.WhenAny(first, Task.Delay(20, TestContext.Current.CancellationToken));
        }
        Assert.IsType<Reading<StandingBinding>.Missing>(await first);

        _clock.Advance(TimeSpan.FromSeconds(5));
        // No clock goes on here: whoever waited would wait for ever.
        Assert.IsType<Reading<StandingBinding>.Missing>(await Only(clusters).ReadBindingAsync(new("none", ""), Ground.Ct));
        Assert.Contains("does not say which it is", await CheckAsync(clusters));
    }

    [Fact]
    public async Task Uid_WhenItCannotBeRead_ThenItIsToldWhy()
    {
        using var clusters = Open(Write("config", With("forged")), $"{Guid.Empty}");

        Assert.Contains("does not say which it is", await CheckAsync(clusters));
    }

    [Fact]
    public async Task TokenFile_WhenItIsRotated_ThenItIsReadAgain()
    {
        Write("token", "forged");
        var path = Write("config", Tokenless("tokenFile: token"));
        using var clusters = Open(path);
        Assert.Contains("does not accept", await CheckAsync(clusters));

        Write("token", _server.AdminToken + "\n");
        _clock.Advance(TimeSpan.FromSeconds(1));

        Assert.Null(await CheckAsync(clusters));
    }

    [Fact]
    public async Task Plugin_WhenItsCredentialExpires_ThenItIsAskedAgainBefore()
    {
        Write("said", $$$"""{"status":{"token":"{{{_server.AdminToken}}}","expirationTimestamp":"{{{_clock.GetUtcNow().AddMinutes(10):yyyy-MM-dd'T'HH:mm:ss'Z'}}}"} }""");
        Write("asked", "");
        using var clusters = Open(Write("config", Tokenless($$"""exec: {apiVersion: client.authentication.k8s.io/v1, command: sh, args: ["-c", "echo x >> {{_directory.FullName}}/asked; cat {{_directory.FullName}}/said"], interactiveMode: Never}""")));
        Assert.Null(await CheckAsync(clusters));
        Assert.Null(await CheckAsync(clusters));
        Assert.Single(await File.ReadAllLinesAsync(Path.Combine(_directory.FullName, "asked"), Ground.Ct));

        _clock.Advance(TimeSpan.FromMinutes(9));

        Assert.Null(await CheckAsync(clusters));
        await Ground.EventuallyAsync(() => File.ReadAllLinesAsync(Path.Combine(_directory.FullName, "asked"), Ground.Ct), lines => lines.Length == 2);
    }

    /// <summary>A plug-in may take half a minute: what is written into the kubeconfig meanwhile is no less new.</summary>
    [Fact]
    public async Task Plugin_WhenTheFileIsRotatedWhileItRuns_ThenTheNewFileIsUsed()
    {
        Write("said", $$$"""{"status":{"token":"{{{_server.AdminToken}}}"} }""");
        await using var elsewhere = await StubServer.StartAsync(_ => (503, "{}"));
        var good = Tokenless($$"""exec: {apiVersion: client.authentication.k8s.io/v1, command: sh, args: ["-c", "cat {{_directory.FullName}}/said"], interactiveMode: Never}""");
        Write("new", good);
        var path = Write("config", good.Replace(_server.Url.GetLeftPart(UriPartial.Authority), elsewhere.Url, StringComparison.Ordinal)
            .Replace("\"-c\", \"", $"\"-c\", \"cp {_directory.FullName}/new {_directory.FullName}/config; ", StringComparison.Ordinal));
        using var clusters = Open(path);
        Assert.Contains("503", await CheckAsync(clusters));

        _clock.Advance(TimeSpan.FromSeconds(5));
        await CheckAsync(clusters);

        await Ground.EventuallyAsync(() => CheckAsync(clusters), trouble => trouble is null);
    }

    [Fact]
    public async Task Plugin_WhenItFails_ThenNothingIsSentAndItIsTold()
    {
        using var clusters = Open(Write("config", Tokenless("""exec: {apiVersion: client.authentication.k8s.io/v1, command: sh, args: ["-c", "echo no luck >&2; exit 3"], interactiveMode: Never}""")));

        var trouble = await CheckAsync(clusters);

        Assert.Contains("ended with 3: no luck", trouble);
        Assert.Equal("the API server does not answer as it should: its credential plug-in failed", (await Only(clusters).CheckAsync(Ground.Ct))?.Reason);
        Assert.Contains("not sent", trouble);
    }

    [Fact]
    public async Task Plugin_WhenItTakesLongerThanARequest_ThenWhatItGivesServesTheNext()
    {
        Write("said", $$$"""{"status":{"token":"{{{_server.AdminToken}}}"} }""");
        Write("asked", "");
        using var clusters = Open(Write("config", Tokenless($$"""exec: {apiVersion: client.authentication.k8s.io/v1, command: sh, args: ["-c", "echo x >> {{_directory.FullName}}/asked; until [ -e {{_directory.FullName}}/done ]; do sleep 0.01; done; cat {{_directory.FullName}}/said"], interactiveMode: Never}""")));
        var first = CheckAsync(clusters);
        await Ground.EventuallyAsync(() => File.ReadAllTextAsync(Path.Combine(_directory.FullName, "asked"), Ground.Ct), text => text.Length > 0);
        _clock.Advance(new ClusterConnection(ClusterId.Parse("one"), "", "test").RequestTimeout);
        Assert.Contains("no answer", await first);

        Write("done", "");
        var second = CheckAsync(clusters);

        Assert.Null(await second);
        Assert.Single(await File.ReadAllLinesAsync(Path.Combine(_directory.FullName, "asked"), Ground.Ct));
    }

    [Fact]
    public async Task InCluster_WhenThePodsTokenIsRotated_ThenItIsReadAgain()
    {
        Environment.SetEnvironmentVariable("KUBERNETES_SERVICE_HOST", _server.Url.Host);
        Environment.SetEnvironmentVariable("KUBERNETES_SERVICE_PORT", $"{_server.Url.Port}");
        var authority = Regex.Match(_server.Kubeconfig, "certificate-authority-data: [\"']?([A-Za-z0-9+/=]+)").Groups[1].Value;
        Write("ca.crt", Encoding.UTF8.GetString(Convert.FromBase64String(authority)));
        Write("token", "forged");
        using var clusters = new KubernetesClusters(
            [new ClusterConnection(ClusterId.Parse("one"), "", "test") { IsInCluster = true, ServiceAccountDirectory = _directory.FullName }], _clock);
        Assert.Contains("does not accept", await CheckAsync(clusters));

        Write("token", _server.AdminToken);
        _clock.Advance(TimeSpan.FromSeconds(1));

        Assert.Null(await CheckAsync(clusters));
    }

    [Theory]
    [InlineData("as-groups: [one, two]")]
    [InlineData("as-user-extra: {reason: [one, two]}")]
    public async Task Impersonation_OfWhatCannotBeSent_ThenIsRefusedAtStart(string what)
    {
        await using var server = await StubServer.StartAsync(_ => (404, "{}"));
        var path = Write("config", server.Kubeconfig.Replace("    token: stub", $"    token: stub\n    as: someone\n    {what}", StringComparison.Ordinal));

        Assert.Contains("one value only", Assert.Single(Assert.Throws<ClusterConnectionException>(() => Open(path)).Faults));
    }

    [Fact]
    public async Task Impersonation_WithExtra_ThenIsSentWithEveryRequest()
    {
        await using var server = await StubServer.StartAsync(_ => (404, "{}"));
        using var clusters = Open(Write("config", server.Kubeconfig.Replace("    token: stub", "    token: stub\n    as: someone\n    as-groups: [g]\n    as-user-extra: {reason: [one]}", StringComparison.Ordinal)));

        await Only(clusters).ReadBindingAsync(new("none", ""), Ground.Ct);

        var headers = Assert.Single(server.Headers);
        Assert.Contains("Impersonate-User: someone", headers);
        Assert.Contains("Impersonate-Extra-reason: one", headers);
    }

    private static async Task<string?> CheckAsync(KubernetesClusters clusters) => (await Only(clusters).CheckAsync(Ground.Ct))?.Detail;

    private static ICluster Only(KubernetesClusters clusters) => clusters.Find(clusters.Ids.Single())!;

    private async Task<string> UidAsync()
    {
        using var admin = new k8s.Kubernetes(KubernetesClientConfiguration.BuildConfigFromConfigFile(_server.KubeconfigPath));
        return (await admin.CoreV1.ReadNamespaceAsync("kube-system", cancellationToken: Ground.Ct)).Metadata.Uid;
    }

    private KubernetesClusters Open(string path, string? uid = null) => new([new ClusterConnection(ClusterId.Parse("one"), path, "test") { Uid = uid }], _clock);

    private string With(string token) => _server.Kubeconfig.Replace(_server.AdminToken, token, StringComparison.Ordinal);

    private string Tokenless(string instead) => Regex.Replace(_server.Kubeconfig, $"token: [\"']?{Regex.Escape(_server.AdminToken)}[\"']?", instead);

    private string Write(string name, string text)
    {
        var path = Path.Combine(_directory.FullName, name);
        File.WriteAllText(path, text);
        return path;
    }
}
