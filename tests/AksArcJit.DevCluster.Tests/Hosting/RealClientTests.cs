using k8s;
using k8s.Autorest;
using k8s.Models;

namespace AksArcJit.DevCluster.Tests.Hosting;

/// <summary>KubernetesClient with the kubeconfig that the cluster wrote, certificate and all.</summary>
public class RealClientTests
{
    [Fact]
    public async Task KubernetesClient_CreatesReviewsAndDeletes()
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var cluster = await DevClusterHost.StartAsync(new() { SeedServiceRole = true }, cancellation);
        using var broker = new Kubernetes(KubernetesClientConfiguration.BuildConfigFromConfigFile(cluster.KubeconfigPath, "broker"));

        var created = await broker.CreateClusterRoleBindingAsync(new()
        {
            Metadata = new() { Name = "grant" },
            RoleRef = new() { ApiGroup = "rbac.authorization.k8s.io", Kind = "ClusterRole", Name = "aks-service" },
            Subjects = [new() { ApiGroup = "rbac.authorization.k8s.io", Kind = "User", Name = "eng" }],
        }, cancellationToken: cancellation);
        var review = await broker.CreateSubjectAccessReviewAsync(new()
        {
            Spec = new() { User = "eng", ResourceAttributes = new() { Verb = "list", Resource = "pods" } },
        }, cancellationToken: cancellation);
        var missed = await Assert.ThrowsAsync<HttpOperationException>(() => broker.DeleteClusterRoleBindingAsync(
            "grant", new V1DeleteOptions { Preconditions = new() { Uid = "other" } }, cancellationToken: cancellation));
        var deleted = await broker.DeleteClusterRoleBindingAsync(
            "grant", new V1DeleteOptions { Preconditions = new() { Uid = created.Metadata.Uid } }, cancellationToken: cancellation);

        Assert.Equal("RBAC: allowed by ClusterRoleBinding \"grant\" of ClusterRole \"aks-service\" to User \"eng\"", review.Status.Reason);
        Assert.Equal(System.Net.HttpStatusCode.Conflict, missed.Response.StatusCode);
        Assert.Equal("Success", deleted.Status);
    }
}
