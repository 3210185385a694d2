using k8s;
using k8s.Models;

namespace AksArcJit.Kubernetes.Api;

/// <summary>
/// Reads a list to its end. Without a resourceVersion the first page is a consistent read, and the pages after it are of the same moment
/// (Kubernetes API concepts: retrieving large results sets in chunks).
/// </summary>
internal static class Pages
{
    private const int Size = 500;

    /// <param name="page">Asks for one page: client, limit, continue token.</param>
    public static async Task<Answer<IReadOnlyList<TItem>>> ReadAsync<TList, TItem>(
        ApiClient api, Permission needs, Func<IKubernetes, int, string?, CancellationToken, Task<TList>> page, CancellationToken cancellation)
        where TList : IItems<TItem>, IKubernetesObject<V1ListMeta>
    {
        var all = new List<TItem>();
        string? next = null;
        do
        {
            var token = next;
            switch (await api.SendAsync(api.Reads, needs, (client, ct) => page(client, Size, token, ct), cancellation))
            {
                case Answer<TList>.Given given:
                    all.AddRange(given.Value.Items ?? []);
                    next = given.Value.Metadata?.ContinueProperty;
                    break;
                case Answer<TList>.Refused refused:
                    return new Answer<IReadOnlyList<TItem>>.Refused(refused.Why);
                case var other:
                    return new Answer<IReadOnlyList<TItem>>.Lost(other.Trouble);
            }
        }
        while (!string.IsNullOrEmpty(next));
        return new Answer<IReadOnlyList<TItem>>.Given(all);
    }
}
