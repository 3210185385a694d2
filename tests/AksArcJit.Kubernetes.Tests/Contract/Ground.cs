using System.Collections.Concurrent;
using System.Security.Cryptography;
using AksArcJit.Broker.Ports;
using AksArcJit.Lifecycle;
using AksArcJit.Lifecycle.Requests;
using AksArcJit.Lifecycle.Roles;
using k8s;
using k8s.Autorest;
using k8s.KubeConfigModels;
using k8s.Models;
using Microsoft.Extensions.DependencyInjection;

namespace AksArcJit.Kubernetes.Tests.Contract;

/// <summary>What one test builds on a cluster: names that nobody else uses, and the removal of everything under them.</summary>
public sealed class Ground : IAsyncDisposable
{
    private const string TestLabel = "aksarcjit-test";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly string _kubeconfig;
    private readonly IKubernetes _admin;
    private readonly List<ServiceProvider> _opened = [];
    private readonly List<string> _files = [];
    private readonly ConcurrentQueue<BindingName> _bindings = new();
    private readonly List<string> _namespaces = [];

    public Ground(string kubeconfig, IKubernetes admin)
    {
        (_kubeconfig, _admin) = (kubeconfig, admin);
        Suffix = RandomNumberGenerator.GetString("abcdefghijklmnopqrstuvwxyz", 10);
        Cluster = Open();
    }

    public string Suffix { get; }

    public string Installation => $"test-{Suffix}";

    public string Role => $"aksarcjit-test-{Suffix}";

    public string User => $"engineer-{Suffix}@contoso.test";

    public IKubernetes Admin => _admin;

    /// <summary>The adapter, with the administrator's rights.</summary>
    public ICluster Cluster { get; }

    public static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static Probe ListPods(string inNamespace = "") => new("list", "", "pods", "", "", inNamespace, "");

    /// <summary>The adapter again, perhaps as somebody else, who has no rights but those given here.</summary>
    public ICluster Open(string? asUser = null, TimeProvider? time = null, Func<ClusterConnection, ClusterConnection>? adjust = null) =>
        Connect(asUser is null ? _kubeconfig : Impersonating(asUser), time, adjust);

    /// <summary>The adapter at another address.</summary>
    public ICluster OpenAt(string url, TimeProvider time) => Connect(Edited(file => file.Clusters.First().ClusterEndpoint.Server = url), time, null);

    private ICluster Connect(string path, TimeProvider? time, Func<ClusterConnection, ClusterConnection>? adjust)
    {
        var connection = new ClusterConnection(ClusterId.Parse("contract"), path, Installation) { Role = Role };
        // In real time, no slow machine shall decide about the contract.
        connection = time is null ? connection with { RequestTimeout = Patience } : connection;
        var services = new ServiceCollection();
        if (time is not null)
            services.AddSingleton(time);
        var provider = services.AddKubernetesClusters([adjust is null ? connection : adjust(connection)]).BuildServiceProvider();
        _opened.Add(provider);
        return provider.GetRequiredService<IClusters>().Find(connection.Id)!;
    }

    public BindingSpec Spec(Scope? scope = null, DateTimeOffset? notAfter = null)
    {
        var id = RequestId.FromBytes(RandomNumberGenerator.GetBytes(17));
        var name = BindingName.For(id, scope ?? new Scope.Cluster());
        _bindings.Enqueue(name);
        return new BindingSpec(id, TicketId.Parse("CASE-1001"), name, User, Role, notAfter ?? Soon.AddHours(2));
    }

    /// <summary>Now, in whole seconds.</summary>
    public static DateTimeOffset Soon => DateTimeOffset.FromUnixTimeSeconds(TimeProvider.System.GetUtcNow().ToUnixTimeSeconds());

    public Task<BindingOutcome> CreateAsync(BindingSpec spec, ICluster? by = null) => (by ?? Cluster).CreateAsync(spec, Soon.AddSeconds(30), Ct);

    public async Task<string> CreatedUidAsync(BindingSpec spec) => Assert.IsType<BindingOutcome.Standing>(await CreateAsync(spec)).Uid;

    /// <summary>The role that grants give here: it may list pods.</summary>
    public Task AddRoleAsync() => AddRoleAsync(Role, [Rule(["list"], "", "pods")]);

    public Task AddRoleAsync(
        string name, IList<V1PolicyRule> rules, IDictionary<string, string>? labels = null, V1AggregationRule? aggregation = null) =>
        _admin.RbacAuthorizationV1.CreateClusterRoleAsync(
            new V1ClusterRole { Metadata = Meta(name, labels), Rules = rules, AggregationRule = aggregation }, cancellationToken: Ct);

    public static V1PolicyRule Rule(IList<string> verbs, string group, params string[] resources) =>
        new() { Verbs = verbs, ApiGroups = [group], Resources = resources };

    public async Task<string> AddNamespaceAsync()
    {
        var name = $"aksarcjit-test-{Suffix}";
        _namespaces.Add(name);
        await _admin.CoreV1.CreateNamespaceAsync(new V1Namespace { Metadata = Meta(name) }, cancellationToken: Ct);
        return name;
    }

    /// <summary>
    /// Removes a namespace with all that is in it. An API server alone only marks it: where no controller has looked at it within ten
    /// seconds, what the namespace controller does is done here (Kubernetes: Namespaces, finalizers).
    /// </summary>
    public async Task RemoveNamespaceAsync(string name)
    {
        await _admin.CoreV1.DeleteNamespaceAsync(name, cancellationToken: Ct);
        var alone = TimeProvider.System.GetUtcNow() + TimeSpan.FromSeconds(10);
        await EventuallyAsync(async () =>
        {
            var left = (await _admin.CoreV1.ListNamespaceAsync(fieldSelector: $"metadata.name={name}", cancellationToken: Ct)).Items.SingleOrDefault();
            if (left is { Status.Conditions: null } && TimeProvider.System.GetUtcNow() >= alone)
            {
                await _admin.RbacAuthorizationV1.DeleteCollectionNamespacedRoleBindingAsync(name, cancellationToken: Ct);
                left.Spec.Finalizers = [];
                await TidyAsync(() => _admin.CoreV1.ReplaceNamespaceFinalizeAsync(left, name, cancellationToken: Ct));
            }
            return left;
        }, left => left is null);
    }

    /// <summary>Waits for the aggregation controller to store the union in the role itself; where none does, it is stored here.</summary>
    public async Task StoreAggregateAsync(string role, IList<V1PolicyRule> union)
    {
        var alone = TimeProvider.System.GetUtcNow() + TimeSpan.FromSeconds(10);
        await EventuallyAsync(async () =>
        {
            var stored = await _admin.RbacAuthorizationV1.ReadClusterRoleAsync(role, cancellationToken: Ct);
            if (stored.Rules is not { Count: > 0 } && TimeProvider.System.GetUtcNow() >= alone)
            {
                stored.Rules = union;
                await _admin.RbacAuthorizationV1.ReplaceClusterRoleAsync(stored, role, cancellationToken: Ct);
            }
            return stored;
        }, stored => stored.Rules?.Count == union.Count);
    }

    /// <summary>A ClusterRoleBinding by the administrator's hand.</summary>
    public async Task<V1ClusterRoleBinding> BindAsync(
        string name, string role, string subject, IDictionary<string, string>? labels = null, IDictionary<string, string>? annotations = null,
        string kind = "User")
    {
        _bindings.Enqueue(new BindingName(name, ""));
        var meta = Meta(name, labels);
        meta.Annotations = annotations;
        return await _admin.RbacAuthorizationV1.CreateClusterRoleBindingAsync(new V1ClusterRoleBinding
        {
            Metadata = meta,
            RoleRef = new V1RoleRef { ApiGroup = V1ClusterRole.KubeGroup, Kind = V1ClusterRole.KubeKind, Name = role },
            Subjects = [new Rbacv1Subject { ApiGroup = V1ClusterRole.KubeGroup, Kind = kind, Name = subject }],
        }, cancellationToken: Ct);
    }

    public Task PatchAsync(BindingName name, string mergePatch) => _admin.RbacAuthorizationV1.PatchClusterRoleBindingAsync(
        new V1Patch(mergePatch, V1Patch.PatchType.MergePatch), name.Name, cancellationToken: Ct);

    public async Task<StandingBinding?> ReadAsync(BindingName name) =>
        await Cluster.ReadBindingAsync(name, Ct) is Reading<StandingBinding>.Found found ? found.Value : null;

    /// <summary>Asks until the cluster says so: RBAC and controllers lag a write.</summary>
    public static async Task<T> EventuallyAsync<T>(Func<Task<T>> ask, Func<T, bool> settled)
    {
        var deadline = TimeProvider.System.GetUtcNow() + Patience;
        while (true)
        {
            var answer = await ask();
            if (settled(answer))
                return answer;
            Assert.True(TimeProvider.System.GetUtcNow() < deadline, $"not within {Patience}: {answer}");
            await Task.Delay(20, Ct);
        }
    }

    public async Task<ProbeAnswer> ProbedAsync(Probe probe, Func<ProbeAnswer, bool> settled, Membership? membership = null) => await EventuallyAsync(
        async () => Assert.Single(Assert.IsType<Reading<IReadOnlyList<ProbeAnswer>>.Found>(await Cluster.ProbeAsync(ReviewedUser.Of(User, membership), [probe], ProbePurpose.ConfirmRemoval, Ct)).Value), settled);

    public async ValueTask DisposeAsync()
    {
        foreach (var name in _bindings.Where(name => name.Namespace.Length == 0))
            await GoneAsync(name);
        foreach (var name in _namespaces)
            await TidyAsync(() => _admin.CoreV1.DeleteNamespaceAsync(name));
        await TidyAsync(() => _admin.RbacAuthorizationV1.DeleteCollectionClusterRoleAsync(labelSelector: $"{TestLabel}={Suffix}"));
        foreach (var provider in _opened)
            await provider.DisposeAsync();
        _files.ForEach(File.Delete);
    }

    private async Task GoneAsync(BindingName name)
    {
        await TidyAsync(() => _admin.RbacAuthorizationV1.PatchClusterRoleBindingAsync(
            new V1Patch("""{"metadata":{"finalizers":null}}""", V1Patch.PatchType.MergePatch), name.Name));
        await TidyAsync(() => _admin.RbacAuthorizationV1.DeleteClusterRoleBindingAsync(name.Name));
    }

    private static async Task TidyAsync(Func<Task> remove)
    {
        const int mostTries = 3;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await remove();
                return;
            }
            catch (HttpOperationException missing) when ((int)missing.Response.StatusCode == 404)
            {
                // The test removed it.
                return;
            }
            catch (HttpRequestException broken) when (broken.InnerException is IOException && attempt < mostTries)
            {
                // A connection of before the test's fault, found broken by the first request after it; the next opens another.
            }
        }
    }

    private V1ObjectMeta Meta(string name, IDictionary<string, string>? labels = null) =>
        new() { Name = name, Labels = new Dictionary<string, string>(labels ?? new Dictionary<string, string>()) { [TestLabel] = Suffix } };

    private string Impersonating(string user) => Edited(file =>
    {
        var userOfContext = file.Contexts.First(context => context.Name == file.CurrentContext).ContextDetails.User;
        file.Users.First(one => one.Name == userOfContext).UserCredentials.Impersonate = user;
    });

    private string Edited(Action<K8SConfiguration> edit)
    {
        var file = KubernetesClientConfiguration.LoadKubeConfig(_kubeconfig);
        edit(file);
        var path = Path.Combine(Path.GetTempPath(), $"aksarcjit-test-{Suffix}-{_files.Count}.kubeconfig");
        _files.Add(path);
        File.WriteAllText(path, KubernetesYaml.Serialize(file));
        return path;
    }
}
