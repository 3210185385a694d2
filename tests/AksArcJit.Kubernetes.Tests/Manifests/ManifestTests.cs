using AksArcJit.Kubernetes.Bindings;
using AksArcJit.Lifecycle.Roles;
using k8s.Models;
using YamlDotNet.Core;

namespace AksArcJit.Kubernetes.Tests.Manifests;

/// <summary>What can be told of the manifests without a server.</summary>
public sealed class ManifestTests
{
    public static TheoryData<string> Files =>
        [.. Directory.GetFiles(Path.Combine(Infra.Folder, "base"), "*.yaml").Select(file => Path.GetFileName(file)!).Where(file => file != "kustomization.yaml")];

    [Theory]
    [MemberData(nameof(Files))]
    public async Task Parse_WhenStrict_ThenEveryFileHoldsObjectsThatKubernetesKnows(string file)
    {
        var text = await File.ReadAllTextAsync(Path.Combine(Infra.Folder, "base", file), TestContext.Current.CancellationToken);

        Assert.NotEmpty(Infra.Parse(text));
        Assert.ThrowsAny<YamlException>(() => Infra.Parse(text.Replace("metadata:\n", "metadata:\n  unheardOf: true\n", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("base")]
    [InlineData("example")]
    public async Task Kustomize_WhenBuilt_ThenNothingIsLost(string kustomization)
    {
        var objects = (await Infra.BuildAsync(kustomization)).Select(one => one.GetType().Name).ToList();

        Assert.Equal(13, objects.Count);
        Assert.Equal(2, objects.Count(name => name == nameof(V1ValidatingAdmissionPolicy)));
        Assert.Equal(2, objects.Count(name => name == nameof(V1ConfigMap)));
    }

    [Theory]
    [InlineData("base")]
    [InlineData("example")]
    public async Task Settings_AreCarriedToWhereTheyAreNeeded(string kustomization)
    {
        var settings = (await Infra.FindAsync<V1ConfigMap>("aksarcjit-settings", kustomization)).Data;
        var grants = (await Infra.FindAsync<V1ValidatingAdmissionPolicy>("aksarcjit-grants", kustomization)).Spec;
        var removals = (await Infra.FindAsync<V1ValidatingAdmissionPolicy>("aksarcjit-removals", kustomization)).Spec;

        Assert.Equal($"request.userInfo.username == '{settings["broker"]}'", Assert.Single(grants.MatchConditions).Expression);
        Assert.StartsWith($"request.userInfo.username in ['{settings["broker"]}',", Assert.Single(removals.MatchConditions).Expression, StringComparison.Ordinal);
        Assert.Equal($"'{settings["installation"]}'", grants.Variables.Single(one => one.Name == "installation").Expression);
        Assert.Equal($"'{settings["role"]}'", grants.Variables.Single(one => one.Name == "role").Expression);
        Assert.Equal($"duration('{settings["maximumSeconds"]}' + 's') + duration('90s')", grants.Variables.Single(one => one.Name == "longest").Expression);
        Assert.Equal($"'{settings["scopes"]}'", grants.Variables.Single(one => one.Name == "scopes").Expression);
        Assert.Equal($"'{settings["namespaces"]}'", grants.Variables.Single(one => one.Name == "namespaces").Expression);
        Assert.Equal(settings["broker"], Assert.Single((await Infra.FindAsync<V1ClusterRoleBinding>("aksarcjit-broker", kustomization)).Subjects).Name);
        Assert.Equal([settings["role"]], (await Infra.FindAsync<V1ClusterRole>("aksarcjit-broker", kustomization)).Rules.Single(rule => rule.Verbs.Contains("bind")).ResourceNames);
    }

    [Fact]
    public async Task Policies_RefuseWhenInDoubtAboutAGrantAndNeverHoldUpARemoval()
    {
        Assert.Equal("Fail", (await Infra.FindAsync<V1ValidatingAdmissionPolicy>("aksarcjit-grants")).Spec.FailurePolicy);
        Assert.Equal("Ignore", (await Infra.FindAsync<V1ValidatingAdmissionPolicy>("aksarcjit-removals")).Spec.FailurePolicy);
        Assert.All((await Infra.BuildAsync("base")).OfType<V1ValidatingAdmissionPolicyBinding>(), binding => Assert.Equal(["Deny"], binding.Spec.ValidationActions));
    }

    [Fact]
    public async Task Marks_AreTheBrokersOwn()
    {
        var script = await File.ReadAllTextAsync(Infra.Script, TestContext.Current.CancellationToken);
        var policy = await File.ReadAllTextAsync(Path.Combine(Infra.Folder, "base", "policy.yaml"), TestContext.Current.CancellationToken);

        Assert.All([$"{Marks.ManagedBy}={Marks.Us}", Marks.NotAfter], mark => Assert.Contains(mark, script, StringComparison.Ordinal));
        Assert.All([Marks.ManagedBy, Marks.Installation, Marks.Request, Marks.NotAfter, BindingName.Prefix], mark => Assert.Contains(mark, policy, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Guard_RunsEachMinuteAloneHardenedAndBounded()
    {
        var cron = (await Infra.FindAsync<V1CronJob>("aksarcjit-guard")).Spec;
        var job = cron.JobTemplate.Spec;
        var pod = job.Template.Spec;
        var container = Assert.Single(pod.Containers);

        // Forbid would wait for ever for a run whose node died: its pod goes on "terminating", and its job has not failed before that ends.
        Assert.Equal(("* * * * *", "Replace", 0), (cron.Schedule, cron.ConcurrencyPolicy, job.BackoffLimit));
        // Expiry, the minute's start, a whole run: within two minutes.
        Assert.InRange(job.ActiveDeadlineSeconds!.Value, 1, 59);
        Assert.True(pod.SecurityContext.RunAsNonRoot);
        Assert.Equal("RuntimeDefault", pod.SecurityContext.SeccompProfile.Type);
        Assert.False(container.SecurityContext.AllowPrivilegeEscalation);
        Assert.True(container.SecurityContext.ReadOnlyRootFilesystem);
        Assert.Equal(["ALL"], container.SecurityContext.Capabilities.Drop);
        Assert.NotNull(container.Resources.Limits["memory"]);
        // A tag, no host: a customer's mirror is set by kustomize's images.
        Assert.Matches("^[a-z]+/kubectl:[0-9]+[.][0-9]+[.][0-9]+$", container.Image);
    }

    [Fact]
    public async Task Guard_IsNeverSentToANodeThatIsNotReady()
    {
        var tolerated = (await Infra.FindAsync<V1CronJob>("aksarcjit-guard")).Spec.JobTemplate.Spec.Template.Spec.Tolerations;

        // A toleration without a key is one of every taint.
        Assert.All(tolerated, toleration => Assert.DoesNotContain(toleration.Key ?? "", (string[])["", "node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"]));
        Assert.Contains(tolerated, toleration => toleration.Key == "node.kubernetes.io/unschedulable");
    }

    [Fact]
    public async Task BrokersRole_HoldsNothingThatTheBrokerMustNeverHave()
    {
        var rules = (await Infra.FindAsync<V1ClusterRole>("aksarcjit-broker")).Rules;

        Assert.All(rules, rule => Assert.Empty(rule.Verbs.Intersect(["*", "update", "patch", "deletecollection", "escalate", "impersonate"])));
        Assert.All(rules, rule => Assert.Empty(rule.Resources.Intersect(["*", "secrets", "serviceaccounts/token"])));
        Assert.All(rules.Where(rule => rule.Verbs.Contains("bind")), rule => Assert.Single(rule.ResourceNames));
    }
}
