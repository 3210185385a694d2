using AksArcJit.Kubernetes.Api;
using AksArcJit.Lifecycle;
using AksArcJit.Lifecycle.Rules;
using k8s;
using k8s.Models;

namespace AksArcJit.Kubernetes.Namespaces;

/// <summary>Whether a namespace stands: a RoleBinding into one that does not could only fail, after somebody had consented to it.</summary>
internal sealed class NamespaceReader(ApiClient api)
{
    public async Task<Reading<LiveNamespace>> ReadAsync(string name, CancellationToken cancellation)
    {
        var answer = await api.SendAsync(api.Reads, Permission.ReadNamespace,
            async (client, ct) => Read((await client.CoreV1.ReadNamespaceAsync(Uri.EscapeDataString(name), cancellationToken: ct)).Named(name)), cancellation);
        return answer switch
        {
            Answer<LiveNamespace>.Given { Value: var found } => new Reading<LiveNamespace>.Found(found),
            _ when answer.SaysMissing(name) => new Reading<LiveNamespace>.Missing(),
            _ => new Reading<LiveNamespace>.Unreadable($"namespace {name}: {answer.Trouble}"),
        };

        LiveNamespace Read(V1Namespace live) => new(name, live.Metadata.DeletionTimestamp is not null);
    }
}
