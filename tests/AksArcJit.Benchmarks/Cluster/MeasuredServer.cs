using System.Security.Cryptography;
using AksArcJit.DevCluster;
using AksArcJit.Lifecycle;
using AksArcJit.Lifecycle.Roles;
using AksArcJit.TestKit;
using k8s;
using k8s.Models;

namespace AksArcJit.Benchmarks.Cluster;

/// <summary>
/// The API server that is measured: DevCluster in this process, or the one whose kubeconfig <c>AKSARCJIT_TEST_KUBECONFIG</c> names (its
/// current context must be cluster-admin). Its raw client and the broker's are of the same kind.
/// </summary>
internal sealed class MeasuredServer : IAsyncDisposable
{
    private readonly List<string> _namespaces = [];
    private DevClusterHost? _devCluster;
    private IKubernetes? _raw;

    public string Label { get; private set; } = "";

    public string KubeconfigPath { get; private set; } = "";

    public string Role { get; } = $"aksarcjit-bench-{RandomNumberGenerator.GetString("abcdefghijklmnopqrstuvwxyz", 8)}";

    public IKubernetes Raw => _raw ?? throw new InvalidOperationException("not started");

    public static async Task<MeasuredServer> StartAsync()
    {
        var server = new MeasuredServer();
        if (Environment.GetEnvironmentVariable("AKSARCJIT_TEST_KUBECONFIG") is { Length: > 0 } real)
        {
            server.KubeconfigPath = real;
        }
        else
        {
            server._devCluster = await DevClusterHost.StartAsync();
            server.KubeconfigPath = server._devCluster.KubeconfigPath;
        }
        server._raw = new k8s.Kubernetes(KubernetesClientConfiguration.BuildConfigFromConfigFile(server.KubeconfigPath));
        server.Label = server._devCluster is null ? $"API server {(await server.Raw.Version.GetCodeAsync()).GitVersion}" : "DevCluster";
        await server.Raw.RbacAuthorizationV1.CreateClusterRoleAsync(new V1ClusterRole
        {
            Metadata = new V1ObjectMeta { Name = server.Role },
            Rules = [.. Sample.Rules.Rules.Select(rule => new V1PolicyRule { Verbs = [.. rule.Verbs], ApiGroups = [.. rule.ApiGroups], Resources = [.. rule.Resources] })],
        });
        return server;
    }

    /// <summary>They go with the server.</summary>
    public async Task<IReadOnlyList<string>> MakeNamespacesAsync(int count)
    {
        for (var i = 0; i < count; i++)
        {
            _namespaces.Add($"{Role}-{i}");
            await Raw.CoreV1.CreateNamespaceAsync(new V1Namespace { Metadata = new V1ObjectMeta { Name = _namespaces[^1] } });
        }
        return _namespaces;
    }

    /// <summary>Bindings of the measured role that nobody manages; their names and uids.</summary>
    /// <param name="namespaces">As many in each; null or an empty name for the whole cluster.</param>
    public async Task<IReadOnlyList<V1ObjectMeta>> BindAsync(int count, IReadOnlyList<string>? namespaces = null)
    {
        var bound = new V1ObjectMeta[count];
        await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (i, ct) =>
        {
            var meta = new V1ObjectMeta { Name = $"{Role}-{Guid.NewGuid():n}" };
            var role = new V1RoleRef { ApiGroup = V1ClusterRole.KubeGroup, Kind = V1ClusterRole.KubeKind, Name = Role };
            Rbacv1Subject[] subjects = [new() { ApiGroup = V1ClusterRole.KubeGroup, Kind = "User", Name = Guid.NewGuid().ToString() }];
            bound[i] = namespaces?[i % namespaces.Count] is { Length: > 0 } ns
                ? (await Raw.RbacAuthorizationV1.CreateNamespacedRoleBindingAsync(
                    new V1RoleBinding { Metadata = meta, RoleRef = role, Subjects = subjects }, ns, cancellationToken: ct)).Metadata
                : (await Raw.RbacAuthorizationV1.CreateClusterRoleBindingAsync(
                    new V1ClusterRoleBinding { Metadata = meta, RoleRef = role, Subjects = subjects }, cancellationToken: ct)).Metadata;
        });
        return bound;
    }

    /// <summary>As the broker deletes.</summary>
    public Task DeleteAsync(V1ObjectMeta bound, CancellationToken cancellation)
    {
        var options = new V1DeleteOptions { Preconditions = new V1Preconditions { Uid = bound.Uid }, PropagationPolicy = "Background" };
        return bound.NamespaceProperty is { Length: > 0 } ns
            ? Raw.RbacAuthorizationV1.DeleteNamespacedRoleBindingAsync(bound.Name, ns, options, cancellationToken: cancellation)
            : Raw.RbacAuthorizationV1.DeleteClusterRoleBindingAsync(bound.Name, options, cancellationToken: cancellation);
    }

    public Task DeleteAllAsync(IEnumerable<V1ObjectMeta> bound, int concurrency) => Parallel.ForEachAsync(
        bound, new ParallelOptions { MaxDegreeOfParallelism = concurrency }, async (one, cancellation) => await DeleteAsync(one, cancellation));

    /// <param name="ns">Empty for the whole cluster.</param>
    public async Task<bool> IsAllowedAsync(string user, string ns = "")
    {
        var probe = Probe.Of(Sample.Rules, new Scope.Cluster())[0];
        var review = await Raw.AuthorizationV1.CreateSubjectAccessReviewAsync(new V1SubjectAccessReview
        {
            Spec = new V1SubjectAccessReviewSpec
            {
                User = user,
                Groups = ["system:authenticated"],
                ResourceAttributes = new V1ResourceAttributes { Verb = probe.Verb, Group = probe.ApiGroup, Resource = probe.Resource, NamespaceProperty = ns },
            },
        });
        return review.Status.Allowed;
    }

    /// <summary>Bindings of the measured role that stand.</summary>
    public async Task<int> CountAsync() =>
        (await Raw.RbacAuthorizationV1.ListClusterRoleBindingAsync()).Items.Count(binding => binding.RoleRef.Name == Role);

    public async ValueTask DisposeAsync()
    {
        foreach (var ns in _namespaces)
            await Raw.CoreV1.DeleteNamespaceAsync(ns);
        await Raw.RbacAuthorizationV1.DeleteClusterRoleAsync(Role);
        Raw.Dispose();
        if (_devCluster is not null)
            await _devCluster.DisposeAsync();
    }
}
