using System.Net;
using AksArcJit.Kubernetes.Bindings;
using AksArcJit.Kubernetes.Tests.Contract;
using AksArcJit.Lifecycle.Roles;
using k8s;
using k8s.Autorest;
using k8s.Models;

namespace AksArcJit.Kubernetes.Tests.Manifests;

/// <summary>
/// What the admission policies let through, asked of a real API server: DevCluster evaluates no CEL. They are applied under names of their own
/// and for an identity of this test that RBAC lets do everything, so that whatever is refused is refused by them.
/// </summary>
public sealed class PolicyTests(ServerUnderTest server) : IAsyncLifetime
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(28800 + 90);

    /// <summary>Creation takes a moment, and creationTimestamp is in whole seconds.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(20);

    private readonly Ground _ground = new(server.KubeconfigPath, server.Admin);

    private string Broker => $"broker-{_ground.Suffix}";

    private IRbacAuthorizationV1Operations Rbac => server.Admin.RbacAuthorizationV1;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipWhen(string.IsNullOrEmpty(Environment.GetEnvironmentVariable(ServerUnderTest.Variable)), $"needs a real API server; {ServerUnderTest.Variable} names none");
        await _ground.BindAsync(Broker, "cluster-admin", Broker);
        foreach (var one in await Infra.BuildAsync("base"))
            await ApplyAsync(one);
        // A policy is in force some time after it was written; the last two are probed by what they refuse.
        await Ground.EventuallyAsync(() => CreateAsync(binding => binding.Metadata.Labels.Clear()), refusal => refusal is not null);
        var foreign = await _ground.BindAsync($"foreign-{_ground.Suffix}", "view", "somebody");
        await Ground.EventuallyAsync(() => RemoveAsync(foreign.Metadata.Name, dryRun: true), refusal => refusal is not null);
    }

    public async ValueTask DisposeAsync()
    {
        var policies = server.Admin.AdmissionregistrationV1;
        await policies.DeleteCollectionValidatingAdmissionPolicyBindingAsync(labelSelector: $"policy-test={_ground.Suffix}");
        await policies.DeleteCollectionValidatingAdmissionPolicyAsync(labelSelector: $"policy-test={_ground.Suffix}");
        await _ground.DisposeAsync();
    }

    [Fact]
    public async Task Create_WhenItIsWhatTheBrokerCreates_ThenAllowed()
    {
        Assert.Null(await CreateAsync(_ => { }));
        Assert.Null(await CreateAsync(binding => End(binding, TimeSpan.FromSeconds(50))));
        Assert.Null(await CreateAsync(binding => End(binding, Longest - Margin)));
    }

    public static TheoryData<string, string> Refused => new()
    {
        { "no labels", "carries the labels" },
        { "another installation", "aksarcjit.io/installation: aksarcjit" },
        { "managed by another", "carries the labels" },
        { "another name", "is named aks-service-rolebinding-<request>" },
        { "another request", "is named aks-service-rolebinding-<request>" },
        { "no request", "is named aks-service-rolebinding-<request>" },
        { "another role", "binds the ClusterRole aks-service and no other" },
        { "two subjects", "exactly one User" },
        { "no subject", "exactly one User" },
        { "a group", "exactly one User" },
        { "a service account", "exactly one User" },
        { "a user of the system", "exactly one User" },
        { "the broker itself", "never for the broker itself" },
        { "a finalizer", "no finalizers" },
        { "no end", "ends by its annotation" },
        { "an end in the past", "ends by its annotation" },
        { "an end too late", "at most 28890s later" },
        { "an end far away", "at most 28890s later" },
        { "an end with an offset", "ends by its annotation" },
        { "an end with fractions", "ends by its annotation" },
        { "an end in no month", "ends by its annotation" },
        { "an end that is no day", "resulted in error" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task Create_WhenItIsAnythingElse_ThenRefusedWithTheReason(string what, string reason)
    {
        var refusal = await CreateAsync(binding => Alter(binding, what));

        Assert.True(refusal?.Contains(reason, StringComparison.Ordinal), refusal ?? "allowed");
    }

    [Fact]
    public async Task Create_WhenItIsARoleBinding_ThenTheSameHolds()
    {
        Assert.Null(await CreateInNamespaceAsync(_ => { }));
        Assert.Contains("no other", await CreateInNamespaceAsync(binding => (binding.RoleRef.Kind, binding.RoleRef.Name) = ("Role", "aks-service")) ?? "allowed", StringComparison.Ordinal);
        Assert.Contains("at most 28890s later", await CreateInNamespaceAsync(binding => End(binding, Longest + Margin)) ?? "allowed", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Namespace", "*", false, true)]
    [InlineData("Cluster", "*", true, false)]
    [InlineData("Cluster Namespace", "kube-system defaults", true, false)]
    [InlineData("Namespace", "other default", false, true)]
    public async Task Create_WhenThePlaceIsLimited_ThenAllowedThereOnly(string scopes, string namespaces, bool isWide, bool isInDefault)
    {
        await LimitAsync(scopes, namespaces);

        var wide = await Ground.EventuallyAsync(() => CreateAsync(_ => { }), refusal => refusal is null == isWide);
        var narrow = await Ground.EventuallyAsync(() => CreateInNamespaceAsync(_ => { }), refusal => refusal is null == isInDefault);

        Assert.All(new[] { wide, narrow }.OfType<string>(),
            refusal => Assert.Contains($"by scope ({scopes}) and namespace ({namespaces}) only", refusal, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Update_ThenRefused()
    {
        var binding = Binding();
        await Rbac.CreateClusterRoleBindingWithHttpMessagesAsync(binding, customHeaders: AsBroker, cancellationToken: Ground.Ct);
        try
        {
            var refusal = await RefusalAsync(() => Rbac.PatchClusterRoleBindingWithHttpMessagesAsync(
                new V1Patch("""{"metadata":{"annotations":{"aksarcjit.io/not-after":"2999-01-01T00:00:00Z"}}}""", V1Patch.PatchType.MergePatch),
                binding.Metadata.Name, customHeaders: AsBroker, cancellationToken: Ground.Ct));

            Assert.Contains("changes no binding", refusal ?? "allowed", StringComparison.Ordinal);
        }
        finally
        {
            Assert.Null(await RemoveAsync(binding.Metadata.Name));
        }
    }

    [Fact]
    public async Task Create_WhenItIsSomebodyElse_ThenThePolicyHasNoSay()
    {
        var name = $"anybody-{_ground.Suffix}";

        Assert.Equal(name, (await _ground.BindAsync(name, "view", "anybody")).Metadata.Name);
    }

    [Fact]
    public async Task Remove_WhenItIsManagedByLabelOrByName_ThenAllowedElseRefused()
    {
        await _ground.BindAsync($"labelled-{_ground.Suffix}", "view", "e", new Dictionary<string, string> { [Marks.ManagedBy] = Marks.Us });
        await _ground.BindAsync($"{BindingName.Prefix}{_ground.Suffix}", "view", "e");
        await _ground.BindAsync($"another-{_ground.Suffix}", "view", "e");

        Assert.Null(await RemoveAsync($"labelled-{_ground.Suffix}"));
        Assert.Null(await RemoveAsync($"{BindingName.Prefix}{_ground.Suffix}"));
        Assert.Contains("remove managed bindings and no others", await RemoveAsync($"another-{_ground.Suffix}") ?? "allowed", StringComparison.Ordinal);
    }

    private Dictionary<string, IReadOnlyList<string>> AsBroker => new() { ["Impersonate-User"] = [Broker] };

    private static void End(IKubernetesObject<V1ObjectMeta> binding, TimeSpan fromNow) =>
        binding.Metadata.Annotations[Marks.NotAfter] = Marks.Write(TimeProvider.System.GetUtcNow() + fromNow);

    private void Alter(V1ClusterRoleBinding binding, string what)
    {
        var (meta, subject) = (binding.Metadata, binding.Subjects[0]);
        Action alter = what switch
        {
            "no labels" => () => meta.Labels = null,
            "another installation" => () => meta.Labels[Marks.Installation] = "other",
            "managed by another" => () => meta.Labels[Marks.ManagedBy] = "helm",
            "another name" => () => meta.Name = "aks-service-rolebinding",
            "another request" => () => meta.Annotations[Marks.Request] = new string('a', 26),
            "no request" => () => meta.Annotations.Remove(Marks.Request),
            "another role" => () => binding.RoleRef.Name = "view",
            "two subjects" => () => binding.Subjects.Add(new Rbacv1Subject { ApiGroup = V1ClusterRole.KubeGroup, Kind = "User", Name = "b" }),
            "no subject" => () => binding.Subjects = null,
            "a group" => () => subject.Kind = "Group",
            "a service account" => () => (subject.Kind, subject.ApiGroup, subject.Name, subject.NamespaceProperty) = ("ServiceAccount", "", "default", "default"),
            "a user of the system" => () => subject.Name = "system:kube-controller-manager",
            "the broker itself" => () => subject.Name = Broker,
            "a finalizer" => () => meta.Finalizers = ["example.com/hold"],
            "no end" => () => meta.Annotations.Remove(Marks.NotAfter),
            "an end in the past" => () => End(binding, TimeSpan.FromSeconds(-1)),
            "an end too late" => () => End(binding, Longest + Margin),
            "an end far away" => () => meta.Annotations[Marks.NotAfter] = "9999-12-31T23:59:59Z",
            "an end with an offset" => () => meta.Annotations[Marks.NotAfter] = meta.Annotations[Marks.NotAfter].Replace("Z", "+00:00", StringComparison.Ordinal),
            "an end with fractions" => () => meta.Annotations[Marks.NotAfter] = meta.Annotations[Marks.NotAfter].Replace("Z", ".5Z", StringComparison.Ordinal),
            "an end in no month" => () => meta.Annotations[Marks.NotAfter] = "2026-13-01T00:00:00Z",
            "an end that is no day" => () => meta.Annotations[Marks.NotAfter] = "2026-02-31T00:00:00Z",
            _ => throw new ArgumentOutOfRangeException(nameof(what), what, null),
        };
        alter();
    }

    private V1ClusterRoleBinding Binding()
    {
        var spec = _ground.Spec();
        var binding = new V1ClusterRoleBinding
        {
            Metadata = new V1ObjectMeta { Name = spec.Name.Name, Labels = Marks.Labels("aksarcjit"), Annotations = Marks.Annotations(spec) },
            RoleRef = new V1RoleRef { ApiGroup = V1ClusterRole.KubeGroup, Kind = V1ClusterRole.KubeKind, Name = "aks-service" },
            Subjects = [new Rbacv1Subject { ApiGroup = V1ClusterRole.KubeGroup, Kind = "User", Name = spec.User }],
        };
        return binding;
    }

    /// <summary>A dry run: it passes admission, and leaves nothing behind.</summary>
    private Task<string?> CreateAsync(Action<V1ClusterRoleBinding> alter)
    {
        var binding = Binding();
        alter(binding);
        return RefusalAsync(() => Rbac.CreateClusterRoleBindingWithHttpMessagesAsync(binding, dryRun: "All", customHeaders: AsBroker, cancellationToken: Ground.Ct));
    }

    private Task<string?> CreateInNamespaceAsync(Action<V1RoleBinding> alter)
    {
        var whole = Binding();
        var binding = new V1RoleBinding { Metadata = whole.Metadata, RoleRef = whole.RoleRef, Subjects = whole.Subjects };
        alter(binding);
        return RefusalAsync(() => Rbac.CreateNamespacedRoleBindingWithHttpMessagesAsync(binding, "default", dryRun: "All", customHeaders: AsBroker, cancellationToken: Ground.Ct));
    }

    private Task<string?> RemoveAsync(string name, bool dryRun = false) => RefusalAsync(() =>
        Rbac.DeleteClusterRoleBindingWithHttpMessagesAsync(name, dryRun: dryRun ? "All" : null, customHeaders: AsBroker, cancellationToken: Ground.Ct));

    /// <summary>The reason of the refusal; null where it was allowed.</summary>
    private static async Task<string?> RefusalAsync(Func<Task> send)
    {
        try
        {
            await send();
            return null;
        }
        catch (HttpOperationException refused) when (refused.Response.StatusCode is HttpStatusCode.UnprocessableEntity or HttpStatusCode.Forbidden)
        {
            return KubernetesJson.Deserialize<V1Status>(refused.Response.Content).Message;
        }
    }

    private async Task ApplyAsync(object one)
    {
        var policies = server.Admin.AdmissionregistrationV1;
        switch (one)
        {
            case V1ValidatingAdmissionPolicy policy:
                policy.Metadata = Meta(policy.Metadata.Name);
                foreach (var condition in policy.Spec.MatchConditions)
                    condition.Expression = condition.Expression.Replace("aksarcjit-broker", Broker, StringComparison.Ordinal);
                await policies.CreateValidatingAdmissionPolicyAsync(policy, cancellationToken: Ground.Ct);
                break;
            case V1ValidatingAdmissionPolicyBinding binding:
                binding.Metadata = Meta(binding.Metadata.Name);
                binding.Spec.PolicyName = binding.Metadata.Name;
                await policies.CreateValidatingAdmissionPolicyBindingAsync(binding, cancellationToken: Ground.Ct);
                break;
        }
    }

    private async Task LimitAsync(string scopes, string namespaces)
    {
        var policies = server.Admin.AdmissionregistrationV1;
        var policy = await policies.ReadValidatingAdmissionPolicyAsync($"aksarcjit-grants-{_ground.Suffix}", cancellationToken: Ground.Ct);
        policy.Spec.Variables.Single(one => one.Name == "scopes").Expression = $"'{scopes}'";
        policy.Spec.Variables.Single(one => one.Name == "namespaces").Expression = $"'{namespaces}'";
        await policies.ReplaceValidatingAdmissionPolicyAsync(policy, policy.Metadata.Name, cancellationToken: Ground.Ct);
    }

    private V1ObjectMeta Meta(string name) => new() { Name = $"{name}-{_ground.Suffix}", Labels = new Dictionary<string, string> { ["policy-test"] = _ground.Suffix } };
}
