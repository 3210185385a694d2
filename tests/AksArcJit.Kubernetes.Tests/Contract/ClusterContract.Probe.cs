using AksArcJit.Broker.Ports;
using AksArcJit.Lifecycle;
using AksArcJit.Lifecycle.Requests;
using AksArcJit.Lifecycle.Roles;

namespace AksArcJit.Kubernetes.Tests.Contract;

public sealed partial class ClusterContract
{
    [Fact]
    public async Task Probe_WhenBoundThenRemoved_ThenAllowedByOurBindingThenDenied()
    {
        await _ground.AddRoleAsync();
        var spec = _ground.Spec();
        Assert.False((await _ground.ProbedAsync(Ground.ListPods(), _ => true)).Allowed);

        var uid = await _ground.CreatedUidAsync(spec);
        var allowed = await _ground.ProbedAsync(Ground.ListPods(), answer => answer.Allowed);
        Assert.Equal(spec.Name, allowed.AllowedBy);
        Assert.Contains(_ground.User, allowed.Reason);

        Assert.IsType<RemovalOutcome.Absent>(await Cluster.RemoveAsync(spec, uid, Ct));
        var denied = await _ground.ProbedAsync(Ground.ListPods(), answer => !answer.Allowed);
        Assert.Null(denied.AllowedBy);
    }

    [Fact]
    public async Task Probe_WhenAnotherBindingRemains_ThenAllowedByTheOneThatItNames()
    {
        await _ground.AddRoleAsync();
        var spec = _ground.Spec();
        var uid = await _ground.CreatedUidAsync(spec);
        var residual = $"residual-{_ground.Suffix}";
        await _ground.BindAsync(residual, _ground.Role, _ground.User);

        await Cluster.RemoveAsync(spec, uid, Ct);

        var answer = await _ground.ProbedAsync(Ground.ListPods(), one => one.AllowedBy == new BindingName(residual, ""));
        Assert.True(answer.Allowed);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Probe_WhenAGroupIsBound_ThenAllowedByItToItsMembersOnly(bool isMember)
    {
        await _ground.AddRoleAsync();
        var name = $"group-{_ground.Suffix}";
        await _ground.BindAsync(name, _ground.Role, $"support-{_ground.Suffix}", kind: "Group");
        var membership = new Membership(isMember ? ["others", $"support-{_ground.Suffix}"] : ["others"], true, "oid-1");

        var answer = await _ground.ProbedAsync(Ground.ListPods(), one => one.Allowed == isMember, membership);

        Assert.Equal(isMember ? new BindingName(name, "") : null, answer.AllowedBy);
    }

    [Fact]
    public async Task Probe_WhenEverybodyWhoSignsInIsBound_ThenAllowedByThatBinding()
    {
        // Something that no other test asks about: this binding reaches them all.
        await _ground.AddRoleAsync(_ground.Role, [Ground.Rule(["list"], "aksarcjit.test", "everybodys")]);
        var name = $"everybody-{_ground.Suffix}";
        await _ground.BindAsync(name, _ground.Role, "system:authenticated", kind: "Group");

        var answer = await _ground.ProbedAsync(new Probe("list", "aksarcjit.test", "everybodys", "", "", "", ""), one => one.Allowed);

        Assert.Equal(new BindingName(name, ""), answer.AllowedBy);
    }

    [Fact]
    public async Task Probe_InNamespace_ThenAllowedThereOnlyByTheRoleBinding()
    {
        await _ground.AddRoleAsync();
        var name = await _ground.AddNamespaceAsync();
        var spec = _ground.Spec(new Scope.Namespace(name));
        await _ground.CreatedUidAsync(spec);

        var there = await _ground.ProbedAsync(Ground.ListPods(name), answer => answer.Allowed);
        Assert.Equal(spec.Name, there.AllowedBy);
        Assert.False((await _ground.ProbedAsync(Ground.ListPods(), _ => true)).Allowed);
    }

    [Fact]
    public async Task Probe_WhenSeveral_ThenAnsweredInOrder()
    {
        await _ground.AddRoleAsync();
        await _ground.CreatedUidAsync(_ground.Spec());
        await _ground.ProbedAsync(Ground.ListPods(), answer => answer.Allowed);
        Probe[] probes = [.. Enumerable.Range(0, 20).Select(i => new Probe(i % 2 == 0 ? "list" : "delete", "", "pods", "", $"pod-{i}", "", ""))];

        var answers = Assert.IsType<Reading<IReadOnlyList<ProbeAnswer>>.Found>(await Cluster.ProbeAsync(ReviewedUser.Of(_ground.User, null), probes, ProbePurpose.ConfirmRemoval, Ct)).Value;

        Assert.Equal(probes, answers.Select(answer => answer.Probe));
        Assert.All(answers, answer => Assert.Equal(answer.Probe.Verb == "list", answer.Allowed));
    }

    [Fact]
    public async Task Probe_OfSubresourcesAndUrls_ThenTheyAreAskedAsSuch()
    {
        await _ground.AddRoleAsync(_ground.Role,
        [
            Ground.Rule(["get"], "", "pods/log"),
            new() { Verbs = ["get"], NonResourceURLs = ["/metrics"] },
        ]);
        await _ground.CreatedUidAsync(_ground.Spec());

        Assert.True((await _ground.ProbedAsync(new Probe("get", "", "pods", "log", "", "", ""), one => one.Allowed)).Allowed);
        Assert.True((await _ground.ProbedAsync(new Probe("get", "", "", "", "", "", "/metrics"), one => one.Allowed)).Allowed);
        Assert.False((await _ground.ProbedAsync(new Probe("get", "", "pods", "", "", "", ""), _ => true)).Allowed);
    }

    [Fact]
    public async Task Probe_WhenTheBrokerMayNotAsk_ThenUnreadableWithTheMissingRule()
    {
        var unreadable = Assert.IsType<Reading<IReadOnlyList<ProbeAnswer>>.Unreadable>(
            await _ground.Open($"broker-{_ground.Suffix}").ProbeAsync(ReviewedUser.Of(_ground.User, null), [Ground.ListPods()], ProbePurpose.ConfirmRemoval, Ct));

        Assert.Contains("\"create\" on subjectaccessreviews.authorization.k8s.io", unreadable.Reason);
    }
}
