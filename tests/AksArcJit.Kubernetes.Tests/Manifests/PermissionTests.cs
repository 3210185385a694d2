using AksArcJit.Broker.Ports;
using AksArcJit.Kubernetes.Tests.Contract;
using AksArcJit.Lifecycle;
using k8s.Models;

namespace AksArcJit.Kubernetes.Tests.Manifests;

/// <summary>Each permission of the broker's role is needed: without it, what it serves fails and names it.</summary>
public sealed class PermissionTests(ServerUnderTest server) : IAsyncDisposable
{
    private readonly Ground _ground = new(server.KubeconfigPath, server.Admin);

    private string Aggregated => $"{_ground.Role}-aggregated";

    private string Broker => $"broker-{_ground.Suffix}";

    /// <summary>Verb and resource of every permission of the manifest.</summary>
    public static IEnumerable<TheoryDataRow<string, string>> All()
    {
        var text = File.ReadAllText(Path.Combine(Infra.Folder, "base", "broker.yaml"));
        return Infra.Parse(text).OfType<V1ClusterRole>().Single().Rules
            .SelectMany(rule => rule.Resources.SelectMany(resource => rule.Verbs.Select(verb => new TheoryDataRow<string, string>(verb, resource))));
    }

    [Fact]
    public async Task Broker_WhenItHasTheWholeRole_ThenNothingFails()
    {
        var broker = await PrepareAsync(_ => true);

        await Ground.EventuallyAsync(() => TroublesAsync(broker), troubles => troubles.Count == 0);
        Assert.Empty(await WatchTroublesAsync());
        // What readiness asks for is what the manifest gives.
        Assert.Null(await broker.CheckAsync(Ground.Ct));
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Broker_WhenAPermissionIsTakenAway_ThenWhatItServedFailsAndNamesIt(string verb, string resource)
    {
        var broker = await PrepareAsync(one => one != (verb, resource));

        var troubles = await Ground.EventuallyAsync(() => verb == "watch" ? WatchTroublesAsync() : TroublesAsync(broker), found => found.Count > 0 && found.All(trouble => Names(trouble, verb, resource)));

        Assert.NotEmpty(troubles);
    }

    public ValueTask DisposeAsync() => _ground.DisposeAsync();

    private static bool Names(string trouble, string verb, string resource) =>
        trouble.Contains($"\"{verb}\" on {resource}", StringComparison.Ordinal) || trouble.Contains($"cannot {verb} resource \"{resource}\"", StringComparison.Ordinal);

    private async Task<ICluster> PrepareAsync(Func<(string Verb, string Resource), bool> keeps)
    {
        await _ground.AddRoleAsync();
        await _ground.AddRoleAsync(Aggregated, [], aggregation: new V1AggregationRule
        {
            ClusterRoleSelectors = [new V1LabelSelector { MatchLabels = new Dictionary<string, string> { ["aggregate-to"] = Aggregated } }],
        });
        var role = await Infra.FindAsync<V1ClusterRole>("aksarcjit-broker");
        foreach (var rule in role.Rules.Where(rule => rule.Verbs.Contains("bind")))
            rule.ResourceNames = [_ground.Role];
        var kept =
            from rule in role.Rules
            from resource in rule.Resources
            let verbs = rule.Verbs.Where(verb => keeps((verb, resource))).ToList()
            where verbs.Count > 0
            select new V1PolicyRule { Verbs = verbs, ApiGroups = rule.ApiGroups, Resources = [resource], ResourceNames = rule.ResourceNames };
        await _ground.AddRoleAsync($"broker-role-{_ground.Suffix}", [.. kept]);
        await _ground.BindAsync(Broker, $"broker-role-{_ground.Suffix}", Broker);
        return _ground.Open(Broker);
    }

    /// <summary>Everything that a broker does with a cluster, once for each kind of binding; what failed, in its own words.</summary>
    private async Task<IReadOnlyList<string>> TroublesAsync(ICluster broker)
    {
        var troubles = new List<string?>
        {
            Trouble(await broker.ReadNamespaceAsync("default", Ground.Ct)),
            Trouble(await broker.ReadRoleAsync(_ground.Role, Ground.Ct)),
            Trouble(await broker.ReadRoleAsync(Aggregated, Ground.Ct)),
            Trouble(await broker.ProbeAsync(ReviewedUser.Of(_ground.User, null), [Ground.ListPods()], ProbePurpose.ConfirmRemoval, Ground.Ct)),
            Trouble(await broker.ListBindingsAsync(_ground.Role, Ground.Ct)),
        };
        foreach (var scope in new Scope[] { new Scope.Cluster(), new Scope.Namespace("default") })
        {
            var spec = _ground.Spec(scope);
            var created = await _ground.CreateAsync(spec, broker);
            troubles.Add((created as BindingOutcome.Failed)?.Reason);
            if (created is not BindingOutcome.Standing standing)
                continue;
            troubles.Add(Trouble(await broker.ReadBindingAsync(spec.Name, Ground.Ct)));
            troubles.Add((await broker.RemoveAsync(spec, standing.Uid, Ground.Ct) as RemovalOutcome.Failed)?.Reason);
            await _ground.Cluster.RemoveAsync(spec, standing.Uid, Ground.Ct);
        }
        return [.. troubles.OfType<string>()];
    }

    private static string? Trouble<T>(Reading<T> reading) => reading is Reading<T>.Unreadable unreadable ? unreadable.Reason : null;

    /// <summary>The watches that prompt the sweep, ended by the server after a second.</summary>
    private async Task<IReadOnlyList<string>> WatchTroublesAsync()
    {
        var watches = await Task.WhenAll(((string[])["clusterrolebindings", "rolebindings", "clusterroles"]).Select(resource => Command.RunAsync(
            "kubectl", ["get", "--raw", $"/apis/rbac.authorization.k8s.io/v1/{resource}?watch=true&timeoutSeconds=1", $"--as={Broker}", $"--kubeconfig={server.KubeconfigPath}"])));
        return [.. watches.Where(watch => watch.ExitCode != 0).Select(watch => watch.Errors)];
    }
}
