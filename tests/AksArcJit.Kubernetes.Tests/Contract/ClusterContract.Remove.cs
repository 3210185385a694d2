using AksArcJit.Broker.Ports;
using AksArcJit.Lifecycle;
using k8s;

namespace AksArcJit.Kubernetes.Tests.Contract;

public sealed partial class ClusterContract
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Remove_WhenOursStands_ThenAbsent(bool uidIsKnown)
    {
        await _ground.AddRoleAsync();
        var spec = _ground.Spec();
        var uid = await _ground.CreatedUidAsync(spec);
        var before = TimeProvider.System.GetUtcNow();

        var absent = Assert.IsType<RemovalOutcome.Absent>(await Cluster.RemoveAsync(spec, uidIsKnown ? uid : null, Ct));

        Assert.InRange(absent.ObservedAt, before, TimeProvider.System.GetUtcNow());
        Assert.IsType<Reading<StandingBinding>.Missing>(await Cluster.ReadBindingAsync(spec.Name, Ct));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Remove_WhenGoneAlready_ThenAbsent(bool uidIsKnown)
    {
        await _ground.AddRoleAsync();
        var spec = _ground.Spec();
        var uid = await _ground.CreatedUidAsync(spec);
        await _ground.Admin.RbacAuthorizationV1.DeleteClusterRoleBindingAsync(spec.Name.Name, cancellationToken: Ct);

        Assert.IsType<RemovalOutcome.Absent>(await Cluster.RemoveAsync(spec, uidIsKnown ? uid : null, Ct));
    }

    [Fact]
    public async Task Remove_WhenReCreatedWithOurMarks_ThenTheNewOneIsRemovedToo()
    {
        await _ground.AddRoleAsync();
        var spec = _ground.Spec();
        var uid = await _ground.CreatedUidAsync(spec);
        await _ground.Admin.RbacAuthorizationV1.DeleteClusterRoleBindingAsync(spec.Name.Name, cancellationToken: Ct);
        Assert.NotEqual(uid, await _ground.CreatedUidAsync(spec));

        Assert.IsType<RemovalOutcome.Absent>(await Cluster.RemoveAsync(spec, uid, Ct));

        Assert.Null(await _ground.ReadAsync(spec.Name));
    }

    [Fact]
    public async Task Remove_WhenReCreatedWithoutMarksButGivesTheEngineerTheRole_ThenRemoved()
    {
        await _ground.AddRoleAsync();
        var spec = _ground.Spec();
        var uid = await _ground.CreatedUidAsync(spec);
        await _ground.Admin.RbacAuthorizationV1.DeleteClusterRoleBindingAsync(spec.Name.Name, cancellationToken: Ct);
        await _ground.BindAsync(spec.Name.Name, spec.Role, spec.User);

        Assert.IsType<RemovalOutcome.Absent>(await Cluster.RemoveAsync(spec, uid, Ct));

        Assert.Null(await _ground.ReadAsync(spec.Name));
    }

    [Fact]
    public async Task Remove_WhenRelabelledBySomebody_ThenRemovedByUid()
    {
        await _ground.AddRoleAsync();
        var spec = _ground.Spec();
        var uid = await _ground.CreatedUidAsync(spec);
        await _ground.PatchAsync(spec.Name, """
            {"metadata":{"labels":null,"annotations":null},"subjects":[{"apiGroup":"rbac.authorization.k8s.io","kind":"User","name":"somebody"}]}
            """);

        Assert.IsType<RemovalOutcome.Absent>(await Cluster.RemoveAsync(spec, uid, Ct));

        Assert.Null(await _ground.ReadAsync(spec.Name));
    }

    [Fact]
    public async Task Remove_WhenSubjectWasChangedAndUidIsUnknown_ThenRemovedByMarks()
    {
        await _ground.AddRoleAsync();
        var spec = _ground.Spec();
        await _ground.CreatedUidAsync(spec);
        await _ground.PatchAsync(spec.Name, """{"subjects":[{"apiGroup":"rbac.authorization.k8s.io","kind":"User","name":"somebody"}]}""");

        Assert.IsType<RemovalOutcome.Absent>(await Cluster.RemoveAsync(spec, null, Ct));

        Assert.Null(await _ground.ReadAsync(spec.Name));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Remove_WhenAnothersStandsUnderTheName_ThenAbsentAndItIsLeftAlone(bool uidIsKnown)
    {
        await _ground.AddRoleAsync();
        var spec = _ground.Spec();
        var uid = await _ground.CreatedUidAsync(spec);
        await _ground.Admin.RbacAuthorizationV1.DeleteClusterRoleBindingAsync(spec.Name.Name, cancellationToken: Ct);
        var another = await _ground.BindAsync(spec.Name.Name, "view", "somebody-else");

        Assert.IsType<RemovalOutcome.Absent>(await Cluster.RemoveAsync(spec, uidIsKnown ? uid : null, Ct));

        Assert.Equal(another.Metadata.Uid, (await _ground.ReadAsync(spec.Name))!.Uid);
    }

    [Fact]
    public async Task Remove_WhenAnotherUnderTheNameGivesTheEngineerAnotherRole_ThenItGoes()
    {
        await _ground.AddRoleAsync();
        var spec = _ground.Spec();
        var uid = await _ground.CreatedUidAsync(spec);
        await _ground.Admin.RbacAuthorizationV1.DeleteClusterRoleBindingAsync(spec.Name.Name, cancellationToken: Ct);
        await _ground.BindAsync(spec.Name.Name, "view", spec.User);

        Assert.IsType<RemovalOutcome.Absent>(await Cluster.RemoveAsync(spec, uid, Ct));

        Assert.Null(await _ground.ReadAsync(spec.Name));
    }

    [Fact]
    public async Task Remove_WhenAFinalizerHoldsIt_ThenFailedUntilItLetsGo()
    {
        await _ground.AddRoleAsync();
        var spec = _ground.Spec();
        var uid = await _ground.CreatedUidAsync(spec);
        await _ground.PatchAsync(spec.Name, """{"metadata":{"finalizers":["aksarcjit.test/hold"]}}""");

        for (var attempt = 0; attempt < 2; attempt++)
        {
            var failed = Assert.IsType<RemovalOutcome.Failed>(await Cluster.RemoveAsync(spec, uid, Ct));
            Assert.Contains("finalizers aksarcjit.test/hold", failed.Reason);
        }

        await _ground.PatchAsync(spec.Name, """{"metadata":{"finalizers":null}}""");
        Assert.IsType<RemovalOutcome.Absent>(await Cluster.RemoveAsync(spec, uid, Ct));
    }

    [Fact]
    public async Task Remove_InNamespace_ThenAbsent()
    {
        await _ground.AddRoleAsync();
        var spec = _ground.Spec(new Scope.Namespace(await _ground.AddNamespaceAsync()));
        var uid = await _ground.CreatedUidAsync(spec);

        Assert.IsType<RemovalOutcome.Absent>(await Cluster.RemoveAsync(spec, uid, Ct));

        Assert.Null(await _ground.ReadAsync(spec.Name));
    }

    [Fact]
    public async Task Remove_WhenItsNamespaceIsGone_ThenAbsent()
    {
        await _ground.AddRoleAsync();
        var name = await _ground.AddNamespaceAsync();
        var spec = _ground.Spec(new Scope.Namespace(name));
        var uid = await _ground.CreatedUidAsync(spec);
        await _ground.RemoveNamespaceAsync(name);

        Assert.IsType<RemovalOutcome.Absent>(await Cluster.RemoveAsync(spec, uid, Ct));
    }

    [Fact]
    public async Task Remove_WhenTheBrokerMayNotDelete_ThenFailedWithTheMissingRule()
    {
        await _ground.AddRoleAsync();
        var spec = _ground.Spec();
        var uid = await _ground.CreatedUidAsync(spec);
        var powerless = _ground.Open($"broker-{_ground.Suffix}");

        var failed = Assert.IsType<RemovalOutcome.Failed>(await powerless.RemoveAsync(spec, uid, Ct));

        Assert.Contains("\"delete\" on clusterrolebindings.rbac.authorization.k8s.io", failed.Reason);
    }
}
