using AksArcJit.Broker.Ports;
using AksArcJit.Lifecycle;
using k8s;

namespace AksArcJit.Kubernetes.Tests.Contract;

public sealed partial class ClusterContract
{
    [Fact]
    public async Task Create_WhenNameIsFree_ThenBindingStandsWithOurMarks()
    {
        await _ground.AddRoleAsync();
        var spec = _ground.Spec(notAfter: Ground.Soon.AddHours(2).AddMilliseconds(700));

        var standing = Assert.IsType<BindingOutcome.Standing>(await _ground.CreateAsync(spec));

        Assert.Equal(Ground.Soon.AddHours(2), standing.NotAfter, TimeSpan.FromSeconds(30));
        Assert.Equal(0, standing.NotAfter.Millisecond);
        Assert.True(standing.NotAfter <= spec.NotAfter);
        var raw = await _ground.Admin.RbacAuthorizationV1.ReadClusterRoleBindingAsync(spec.Name.Name, cancellationToken: Ct);
        Assert.Equal(standing.Uid, raw.Metadata.Uid);
        Assert.Equal("aksarcjit", raw.Metadata.Labels["app.kubernetes.io/managed-by"]);
        Assert.Equal(_ground.Installation, raw.Metadata.Labels["aksarcjit.io/installation"]);
        Assert.Equal(spec.Request.Text, raw.Metadata.Annotations["aksarcjit.io/request"]);
        Assert.Equal("CASE-1001", raw.Metadata.Annotations["aksarcjit.io/ticket"]);
        Assert.Equal($"{standing.NotAfter:yyyy-MM-dd'T'HH:mm:ss}Z", raw.Metadata.Annotations["aksarcjit.io/not-after"]);
        Assert.Equal(("ClusterRole", spec.Role), (raw.RoleRef.Kind, raw.RoleRef.Name));
        var subject = Assert.Single(raw.Subjects);
        Assert.Equal(("User", _ground.User), (subject.Kind, subject.Name));
    }

    [Fact]
    public async Task Create_WhenItStandsAlready_ThenAdoptsItWithItsOwnNotAfter()
    {
        await _ground.AddRoleAsync();
        var spec = _ground.Spec();
        var first = Assert.IsType<BindingOutcome.Standing>(await _ground.CreateAsync(spec));

        var second = await _ground.CreateAsync(spec with { NotAfter = spec.NotAfter.AddHours(1) });

        Assert.Equal(first, second);
    }

    [Fact]
    public async Task Create_WhenNameIsTakenByAnother_ThenFailedAndLeavesItAlone()
    {
        await _ground.AddRoleAsync();
        var spec = _ground.Spec();
        var another = await _ground.BindAsync(spec.Name.Name, "view", "somebody-else");

        var failed = Assert.IsType<BindingOutcome.Failed>(await _ground.CreateAsync(spec));

        Assert.Contains("taken by another", failed.Reason);
        Assert.Contains("User/somebody-else", failed.Reason);
        Assert.Equal(another.Metadata.Uid, (await _ground.ReadAsync(spec.Name))!.Uid);
    }

    [Fact]
    public async Task Create_WhenStandingOneIsOfAnotherInstallation_ThenFailed()
    {
        await _ground.AddRoleAsync();
        var spec = _ground.Spec();
        await _ground.CreatedUidAsync(spec);
        await _ground.PatchAsync(spec.Name, """{"metadata":{"labels":{"aksarcjit.io/installation":"other"}}}""");

        var failed = Assert.IsType<BindingOutcome.Failed>(await _ground.CreateAsync(spec));

        Assert.Contains("installation other", failed.Reason);
    }

    [Fact]
    public async Task Create_WhenStandingOneHasAnotherSubjectBesides_ThenFailed()
    {
        await _ground.AddRoleAsync();
        var spec = _ground.Spec();
        await _ground.CreatedUidAsync(spec);
        await _ground.PatchAsync(spec.Name, $$"""
            {"subjects":[{"apiGroup":"rbac.authorization.k8s.io","kind":"User","name":"{{_ground.User}}"},
                         {"kind":"ServiceAccount","name":"default","namespace":"kube-system"}]}
            """);

        var failed = Assert.IsType<BindingOutcome.Failed>(await _ground.CreateAsync(spec));

        Assert.Contains("ServiceAccount/kube-system/default", failed.Reason);
    }

    [Fact]
    public async Task Create_WhenStandingOneIsBeingDeleted_ThenFailed()
    {
        await _ground.AddRoleAsync();
        var spec = _ground.Spec();
        await _ground.CreatedUidAsync(spec);
        await _ground.PatchAsync(spec.Name, """{"metadata":{"finalizers":["aksarcjit.test/hold"]}}""");
        await _ground.Admin.RbacAuthorizationV1.DeleteClusterRoleBindingAsync(spec.Name.Name, cancellationToken: Ct);

        var failed = Assert.IsType<BindingOutcome.Failed>(await _ground.CreateAsync(spec));

        Assert.Contains("is being deleted", failed.Reason);
    }

    [Fact]
    public async Task Create_InNamespace_ThenRoleBindingStandsThere()
    {
        await _ground.AddRoleAsync();
        var spec = _ground.Spec(new Scope.Namespace(await _ground.AddNamespaceAsync()));

        var standing = Assert.IsType<BindingOutcome.Standing>(await _ground.CreateAsync(spec));

        var read = (await _ground.ReadAsync(spec.Name))!;
        Assert.Equal(spec.Name, read.Name);
        Assert.Equal(standing.Uid, read.Uid);
        Assert.Equal([$"User/{_ground.User}"], read.Subjects);
    }

    [Fact]
    public async Task Create_InNamespaceThatIsNotThere_ThenFailed()
    {
        await _ground.AddRoleAsync();

        var failed = Assert.IsType<BindingOutcome.Failed>(await _ground.CreateAsync(_ground.Spec(new Scope.Namespace("no-such-namespace"))));

        Assert.Contains("no-such-namespace", failed.Reason);
    }

    [Fact]
    public async Task Create_InNamespaceThatIsBeingDeleted_ThenFailedSayingSoAndNotBlamingTheBroker()
    {
        await _ground.AddRoleAsync();
        var name = await _ground.AddNamespaceAsync();
        await HoldAndDeleteNamespaceAsync(name);

        var failed = Assert.IsType<BindingOutcome.Failed>(await _ground.CreateAsync(_ground.Spec(new Scope.Namespace(name))));

        Assert.Contains($"namespace {name} because it is being terminated", failed.Reason);
        Assert.DoesNotContain("the broker lacks", failed.Reason);
        await LetNamespaceGoAsync(name);
    }

    [Fact]
    public async Task Create_WhenItsTimeHasPassed_ThenFailedAndNothingIsSent()
    {
        await _ground.AddRoleAsync();
        var spec = _ground.Spec();

        Assert.IsType<BindingOutcome.Failed>(await Cluster.CreateAsync(spec, Ground.Soon.AddSeconds(-1), Ct));

        Assert.IsType<Reading<StandingBinding>.Missing>(await Cluster.ReadBindingAsync(spec.Name, Ct));
    }
}
