using System.Globalization;
using AksArcJit.DevCluster;
using AksArcJit.DevCluster.Faults;
using AksArcJit.Kubernetes.Bindings;
using AksArcJit.Kubernetes.Tests.Contract;
using k8s;
using k8s.Models;

namespace AksArcJit.Kubernetes.Tests.Manifests;

/// <summary>The CronJob's script, run for real with kubectl and the guard's own rights.</summary>
public sealed class GuardScriptTests : IAsyncLifetime
{
    private const string Guard = "system:serviceaccount:aksarcjit:aksarcjit-guard";
    private const string Role = "aks-service";
    private static readonly TimeSpan Ahead = TimeSpan.FromHours(2);
    private static readonly TimeSpan Behind = TimeSpan.FromSeconds(-1);

    private readonly string _folder = Directory.CreateTempSubdirectory("guard-").FullName;
    private DevClusterHost _server = null!;
    private k8s.Kubernetes _admin = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await DevClusterHost.StartAsync(cancellation: Ground.Ct);
        _server.AddUser("guard-token", Guard);
        _admin = new k8s.Kubernetes(KubernetesClientConfiguration.BuildConfigFromConfigFile(_server.KubeconfigPath));
        await AllowAsync(_ => true);
    }

    public async ValueTask DisposeAsync()
    {
        _admin.Dispose();
        await _server.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Run_WhenSomeAreExpired_ThenTheyGoAndTheOthersStay()
    {
        await BindAsync("expired", Behind);
        await BindAsync("expired-in-a-namespace", Behind, "default");
        await BindAsync("expired-of-another-role", Behind, role: "view");
        await BindAsync("live", Ahead);
        await BindAsync("live-in-a-namespace", Ahead, "kube-system");
        await BindAsync("foreign", Behind, managedBy: "helm");

        var run = await RunAsync();

        Assert.True(run.ExitCode == 0, run.Errors);
        Assert.Equal(["foreign", "live", "live-in-a-namespace"], await StandingAsync());
        Assert.Equal(3, run.Output.Split('\n').Count(line => line.StartsWith("Removing ", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("localhost")]
    public async Task Run_InAPod_ThenFindsTheApiServerByWhatThePodIsGiven(string host)
    {
        await BindAsync("expired", Behind);
        var account = Directory.CreateDirectory(Path.Combine(_folder, "account")).FullName;
        await File.WriteAllTextAsync(Path.Combine(account, "token"), "guard-token", Ground.Ct);
        await File.WriteAllBytesAsync(Path.Combine(account, "ca.crt"), Convert.FromBase64String(
            KubernetesClientConfiguration.LoadKubeConfig(_server.KubeconfigPath).Clusters.Single().ClusterEndpoint.CertificateAuthorityData), Ground.Ct);

        var run = await Command.RunAsync("sh", [Infra.Script], new Dictionary<string, string>
        {
            ["KUBECONFIG"] = "",
            ["KUBERNETES_SERVICE_HOST"] = host,
            ["KUBERNETES_SERVICE_PORT"] = _server.Url.Port.ToString(CultureInfo.InvariantCulture),
            ["ACCOUNT"] = account,
            ["HOME"] = _folder,
            ["ROLE"] = Role,
            ["MAXIMUM_SECONDS"] = "3600",
        });

        Assert.True(run.ExitCode == 0, run.Errors);
        Assert.Empty(await StandingAsync());
    }

    [Fact]
    public async Task Run_WhenNothingStands_ThenSaysNothing() => Assert.Equal(new Command(0, "", ""), await RunAsync());

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("tomorrow")]
    [InlineData("2999-13-01T00:00:00Z")]
    [InlineData("2999-01-32T00:00:00Z")]
    [InlineData("2999-01-01T24:00:00Z")]
    [InlineData("2999-01-01T00:00:00+00:00")]
    [InlineData("2999-01-01T00:00:00.5Z")]
    [InlineData("2999-01-01 00:00:00Z")]
    [InlineData("2999-01-01T00:00:00Z\nx 2999-01-01T00:00:00Z ClusterRole/view clusterrolebindings/live 2999-01-01T00:00:00Z")]
    public async Task Run_WhenTheEndOfOneOfOursCannotBeRead_ThenItGoes(string? notAfter)
    {
        await BindAsync("in-doubt", notAfter);
        await BindAsync("in-doubt-of-another-role", notAfter, role: "view");
        await BindAsync("live", Ahead);

        var run = await RunAsync();

        Assert.True(run.ExitCode == 0, run.Errors);
        Assert.Equal(["in-doubt-of-another-role", "live"], await StandingAsync());
    }

    [Theory]
    [InlineData("2000-02-29T23:59:59Z", false)]
    [InlineData("1970-01-01T00:00:00Z", false)]
    [InlineData("2999-02-28T08:09:08Z", true)]
    [InlineData("2999-12-31T23:59:59Z", true)]
    public async Task Run_WhateverTheDate_ThenItIsCompared(string notAfter, bool stays)
    {
        await BindAsync("one", notAfter);

        await RunAsync(maximumSeconds: 100_000_000_000);

        Assert.Equal(stays ? ["one"] : [], await StandingAsync());
    }

    [Fact]
    public async Task Run_WhenTheEndIsNear_ThenTheSecondDecides()
    {
        foreach (var seconds in new[] { -3600, -60, -1, 60, 61, 3600, 86400 })
            await BindAsync($"at{seconds}", TimeSpan.FromSeconds(seconds));

        await RunAsync();

        Assert.Equal(["at3600", "at60", "at61", "at86400"], await StandingAsync());
    }

    [Fact]
    public async Task Run_WhenTheEndIsFartherThanAnyGrants_ThenTheLongestDurationEndsIt()
    {
        await BindAsync("altered", "9999-12-31T23:59:59Z");
        await BindAsync("altered-of-another-role", "9999-12-31T23:59:59Z", role: "view");

        // As if it had been created 10 s ahead of the longest duration and its 90 s.
        await RunAsync(maximumSeconds: -100);

        Assert.Equal(["altered-of-another-role"], await StandingAsync());
    }

    [Fact]
    public async Task Run_WhenTheBindingIsMadeAnewMeanwhile_ThenTheNewOneIsNotTakenForTheOld()
    {
        await BindAsync("twice", Behind);
        var live = Path.Combine(_folder, "live.yaml");
        await File.WriteAllTextAsync(live, KubernetesYaml.Serialize(Binding("twice", Text(Ahead), Role, Marks.Us)), Ground.Ct);
        // The first delete comes just after somebody else's delete and create.
        await InsertAsync($$"""
            if [ "$1" = delete ] && [ ! -e {{_folder}}/done ]; then
              touch {{_folder}}/done
              {{Kubectl}} --kubeconfig={{_server.KubeconfigPath}} --context=admin replace --force -f {{live}} >&2
            fi
            """);

        var run = await RunAsync();

        Assert.True(File.Exists(Path.Combine(_folder, "done")));
        Assert.Contains("was not deleted", run.Errors, StringComparison.Ordinal);
        Assert.Equal(0, run.ExitCode);
        Assert.Equal(["twice"], await StandingAsync());
    }

    [Fact]
    public async Task Run_WhenManyAreExpired_ThenEightAreDeletedAtATimeAndEachOnce()
    {
        var names = Enumerable.Range(0, 20).Select(i => $"expired-{i:00}").ToList();
        foreach (var name in names)
            await BindAsync(name, Behind);
        // A delete goes on only when eight have begun; those that come one after another give up.
        await InsertAsync($"""
            if [ "$1" = delete ]; then
              echo "$3" >>{_folder}/begun
              tries=0
              while [ "$(wc -l <{_folder}/begun)" -lt 8 ]; do
                tries=$((tries + 1))
                [ $tries -lt 200 ] || exit 1
                sleep 0.05
              done
            fi
            """);

        var run = await RunAsync();

        Assert.True(run.ExitCode == 0, run.Errors);
        Assert.Empty(await StandingAsync());
        Assert.Equal(names, (await File.ReadAllLinesAsync(Path.Combine(_folder, "begun"), Ground.Ct)).Select(path => path[(path.LastIndexOf('/') + 1)..]).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Run_WhenAFinalizerHoldsOneUp_ThenFailsAndNamesItAndTheOthersGo()
    {
        await BindAsync("held", Behind, finalizer: "example.com/hold");
        await BindAsync("free", Behind);

        var run = await RunAsync();

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("clusterrolebindings/held", run.Errors, StringComparison.Ordinal);
        Assert.Equal(["held"], await StandingAsync());
    }

    [Theory]
    [InlineData("foregroundDeletion")]
    [InlineData("orphan")]
    public async Task Run_WhenGarbageCollectionHoldsOneUp_ThenItGoesAllTheSame(string finalizer)
    {
        await BindAsync("held", Behind, finalizer: finalizer);
        await _admin.RbacAuthorizationV1.DeleteClusterRoleBindingAsync("held", cancellationToken: Ground.Ct);
        Assert.Equal(["held"], await StandingAsync());

        var run = await RunAsync();

        Assert.True(run.ExitCode == 0, run.Errors);
        Assert.Empty(await StandingAsync());
    }

    [Fact]
    public async Task Run_WhenTheRolesNameHasAColon_ThenItsBindingsAreJudgedLikeAnyOthers()
    {
        await BindAsync("in-doubt", "tomorrow", role: "contoso:support");
        await BindAsync("altered", "9999-12-31T23:59:59Z", role: "contoso:support");
        await BindAsync("of-another-role", "tomorrow", role: "contoso");

        var run = await RunAsync(maximumSeconds: -100, role: "contoso:support");

        Assert.True(run.ExitCode == 0, run.Errors);
        Assert.Equal(["of-another-role"], await StandingAsync());
    }

    [Fact]
    public async Task Run_WhenTheRoleIsNoName_ThenFailsAndRemovesNothing()
    {
        await BindAsync("expired", Behind);

        var run = await RunAsync(role: "x\")}}{{end}}");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("no ClusterRole is named", run.Errors, StringComparison.Ordinal);
        Assert.Equal(["expired"], await StandingAsync());
    }

    [Theory]
    [InlineData("8h")]
    [InlineData("28 800")]
    [InlineData("028800")]
    [InlineData("-")]
    public async Task Run_WhenTheLongestDurationIsNoNumber_ThenFailsAndEndsWhatSaysItselfThatItHasEnded(string maximum)
    {
        await BindAsync("before", Ahead);
        await BindAsync("expired", Behind);
        await BindAsync("in-doubt", "tomorrow");

        var run = await RunAsync(maximum);

        Assert.Equal(["before"], await StandingAsync());

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("is no number of seconds", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_WhenTheServerFailsOnce_ThenFailsAndTheNextRunEndsIt()
    {
        await BindAsync("first", Behind);
        await BindAsync("second", Behind, "default");
        _server.Faults.Add(new Fault(new FaultAction.Respond(500)) { Verb = "delete", Resource = "clusterrolebindings" });

        var failed = await RunAsync();
        _server.Faults.Clear();
        var next = await RunAsync();

        Assert.Equal((1, 0), (failed.ExitCode, next.ExitCode));
        Assert.Contains("clusterrolebindings/first", failed.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("rolebindings/second", failed.Errors, StringComparison.Ordinal);
        Assert.Empty(await StandingAsync());
    }

    [Fact]
    public async Task Run_WhenTheServerIsAway_ThenFails()
    {
        await BindAsync("expired", Behind);

        // Nobody listens there.
        var run = await RunAsync(url: "https://127.0.0.1:1");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("could not all be listed", run.Errors, StringComparison.Ordinal);
        Assert.Equal(["expired"], await StandingAsync());
    }

    [Theory]
    [InlineData("a name: with (all) that+is allowed")]
    [InlineData("semi;colon $(id) `id` '\"")]
    public async Task Run_WhenANameIsOdd_ThenItIsANameAndNothingElse(string name)
    {
        await BindAsync(name, Behind);

        var run = await RunAsync();

        Assert.True(run.ExitCode == 0, run.Errors);
        Assert.Empty(await StandingAsync());
    }

    [Theory]
    [InlineData("list", "clusterrolebindings")]
    [InlineData("list", "rolebindings")]
    [InlineData("delete", "clusterrolebindings")]
    [InlineData("delete", "rolebindings")]
    public async Task Run_WhenAPermissionIsTakenAway_ThenFailsNamingItAndDoesTheRest(string verb, string resource)
    {
        await AllowAsync(one => one != (verb, resource));
        await BindAsync("cluster", Behind);
        await BindAsync("namespaced", Behind, "default");

        var run = await RunAsync();

        Assert.Equal(1, run.ExitCode);
        Assert.Contains($"cannot {verb} resource \"{resource}\"", run.Errors, StringComparison.Ordinal);
        Assert.Equal([resource == "rolebindings" ? "namespaced" : "cluster"], await StandingAsync());
    }

    [Fact]
    public async Task GuardsRole_HoldsTheFourPermissionsThatAreShownAboveAndNoOther()
    {
        var rule = Assert.Single((await Infra.FindAsync<V1ClusterRole>("aksarcjit-guard")).Rules);

        Assert.Equal(["list", "delete"], rule.Verbs);
        Assert.Equal(["clusterrolebindings", "rolebindings"], rule.Resources);
    }

    private static string Text(TimeSpan fromNow) => Marks.Write(TimeProvider.System.GetUtcNow() + fromNow);

    private static V1ClusterRoleBinding Binding(string name, string? notAfter, string role, string managedBy) => new()
    {
        ApiVersion = "rbac.authorization.k8s.io/v1",
        Kind = "ClusterRoleBinding",
        Metadata = new V1ObjectMeta
        {
            Name = name,
            Labels = new Dictionary<string, string> { [Marks.ManagedBy] = managedBy },
            Annotations = notAfter is null ? null : new Dictionary<string, string> { [Marks.NotAfter] = notAfter },
        },
        RoleRef = new V1RoleRef { ApiGroup = V1ClusterRole.KubeGroup, Kind = V1ClusterRole.KubeKind, Name = role },
        Subjects = [new Rbacv1Subject { ApiGroup = V1ClusterRole.KubeGroup, Kind = "User", Name = "engineer" }],
    };

    private Task BindAsync(string name, TimeSpan end, string ns = "", string role = Role, string managedBy = Marks.Us, string? finalizer = null) =>
        BindAsync(name, Text(end), ns, role, managedBy, finalizer);

    private async Task BindAsync(string name, string? notAfter, string ns = "", string role = Role, string managedBy = Marks.Us, string? finalizer = null)
    {
        var binding = Binding(name, notAfter, role, managedBy);
        binding.Metadata.Finalizers = finalizer is null ? null : [finalizer];
        var rbac = _admin.RbacAuthorizationV1;
        if (ns.Length == 0)
            await rbac.CreateClusterRoleBindingAsync(binding, cancellationToken: Ground.Ct);
        else
            await rbac.CreateNamespacedRoleBindingAsync(
                new V1RoleBinding { Metadata = binding.Metadata, RoleRef = binding.RoleRef, Subjects = binding.Subjects }, ns, cancellationToken: Ground.Ct);
    }

    /// <summary>Names of what stands for our engineer, in order.</summary>
    private async Task<IReadOnlyList<string>> StandingAsync()
    {
        var cluster = await _admin.RbacAuthorizationV1.ListClusterRoleBindingAsync(cancellationToken: Ground.Ct);
        var namespaced = await _admin.RbacAuthorizationV1.ListRoleBindingForAllNamespacesAsync(cancellationToken: Ground.Ct);
        return [.. cluster.Items.Select(one => (one.Metadata.Name, one.Subjects)).Concat(namespaced.Items.Select(one => (one.Metadata.Name, one.Subjects)))
            .Where(one => one.Subjects is [{ Name: "engineer" }]).Select(one => one.Name).Order(StringComparer.Ordinal)];
    }

    /// <summary>The guard's role as the manifest has it, but for what is taken away.</summary>
    private async Task AllowAsync(Func<(string Verb, string Resource), bool> keeps)
    {
        var role = await Infra.FindAsync<V1ClusterRole>("aksarcjit-guard");
        role.Metadata = new V1ObjectMeta { Name = "aksarcjit-guard" };
        role.Rules =
        [
            .. from rule in role.Rules
               from resource in rule.Resources
               select new V1PolicyRule { Verbs = [.. rule.Verbs.Where(verb => keeps((verb, resource)))], ApiGroups = rule.ApiGroups, Resources = [resource] },
        ];
        var rbac = _admin.RbacAuthorizationV1;
        if ((await rbac.ListClusterRoleAsync(fieldSelector: "metadata.name=aksarcjit-guard", cancellationToken: Ground.Ct)).Items.Count > 0)
        {
            await rbac.ReplaceClusterRoleAsync(role, "aksarcjit-guard", cancellationToken: Ground.Ct);
            return;
        }
        await rbac.CreateClusterRoleAsync(role, cancellationToken: Ground.Ct);
        var binding = Binding("aksarcjit-guard", null, "aksarcjit-guard", "kustomize");
        binding.Subjects[0].Name = Guard;
        await rbac.CreateClusterRoleBindingAsync(binding, cancellationToken: Ground.Ct);
    }

    private string Kubectl { get; } = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Select(folder => Path.Combine(folder, "kubectl")).First(File.Exists);

    /// <summary>Puts lines before every kubectl of the script.</summary>
    private async Task InsertAsync(string lines)
    {
        var shim = Path.Combine(_folder, "kubectl");
        await File.WriteAllTextAsync(shim, $"#!/bin/sh\n{lines}\nexec {Kubectl} \"$@\"\n", Ground.Ct);
        await Command.RunAsync("chmod", ["+x", shim]);
    }

    private Task<Command> RunAsync(long maximumSeconds = 864_000, string? url = null, string role = Role) =>
        RunAsync(maximumSeconds.ToString(CultureInfo.InvariantCulture), url, role);

    private async Task<Command> RunAsync(string maximumSeconds, string? url = null, string role = Role)
    {
        var asGuard = Path.Combine(_folder, "kubeconfig");
        var file = KubernetesClientConfiguration.LoadKubeConfig(_server.KubeconfigPath);
        file.CurrentContext = Guard;
        file.Clusters.Single().ClusterEndpoint.Server = url ?? _server.Url.GetLeftPart(UriPartial.Authority);
        await File.WriteAllTextAsync(asGuard, KubernetesYaml.Serialize(file), Ground.Ct);
        return await Command.RunAsync("sh", [Infra.Script], new Dictionary<string, string>
        {
            ["KUBECONFIG"] = asGuard,
            ["HOME"] = _folder,
            ["PATH"] = $"{_folder}:{Environment.GetEnvironmentVariable("PATH")}",
            ["ROLE"] = role,
            ["MAXIMUM_SECONDS"] = maximumSeconds,
        });
    }
}
