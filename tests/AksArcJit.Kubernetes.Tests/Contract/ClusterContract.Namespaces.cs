using AksArcJit.Lifecycle;
using AksArcJit.Lifecycle.Rules;
using k8s;
using k8s.Models;

namespace AksArcJit.Kubernetes.Tests.Contract;

public sealed partial class ClusterContract
{
    [Fact]
    public async Task ReadNamespace_WhenItStands_ThenFound()
    {
        var name = await _ground.AddNamespaceAsync();

        Assert.Equal(new Reading<LiveNamespace>.Found(new LiveNamespace(name, false)), await Cluster.ReadNamespaceAsync(name, Ct));
    }

    [Fact]
    public async Task ReadNamespace_WhenItIsNotThere_ThenMissing() =>
        Assert.IsType<Reading<LiveNamespace>.Missing>(await Cluster.ReadNamespaceAsync($"none-{_ground.Suffix}", Ct));

    [Fact]
    public async Task ReadNamespace_WhenTheBrokerMayNot_ThenUnreadableNamingTheRule()
    {
        var unreadable = Assert.IsType<Reading<LiveNamespace>.Unreadable>(await _ground.Open(Broker).ReadNamespaceAsync("default", Ct));

        Assert.Contains("the broker lacks \"get\" on namespaces", unreadable.Reason);
    }

    [Fact]
    public async Task ReadNamespace_WhenItIsBeingDeleted_ThenFoundSayingSo()
    {
        var name = await _ground.AddNamespaceAsync();
        await HoldAndDeleteNamespaceAsync(name);

        Assert.Equal(new Reading<LiveNamespace>.Found(new LiveNamespace(name, true)), await Cluster.ReadNamespaceAsync(name, Ct));
        await LetNamespaceGoAsync(name);
    }

    /// <summary>A finalizer of its own keeps the object, with or without a namespace controller.</summary>
    private async Task HoldAndDeleteNamespaceAsync(string name)
    {
        await _ground.Admin.CoreV1.PatchNamespaceAsync(
            new V1Patch("""{"metadata":{"finalizers":["test.example/hold"]}}""", V1Patch.PatchType.MergePatch), name, cancellationToken: Ct);
        await _ground.Admin.CoreV1.DeleteNamespaceAsync(name, cancellationToken: Ct);
    }

    private async Task LetNamespaceGoAsync(string name) => await _ground.Admin.CoreV1.PatchNamespaceAsync(
        new V1Patch("""{"metadata":{"finalizers":null}}""", V1Patch.PatchType.MergePatch), name, cancellationToken: Ct);
}
