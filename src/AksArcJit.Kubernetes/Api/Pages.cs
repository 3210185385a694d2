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

    // Of a server that never comes to an end, or heeds no limit: a sweep waits for every list, and memory is not without one.
    private const int MostPages = 200;

    /// <param name="page">Asks for one page: client, limit, continue token.</param>
    /// <param name="read">Of an object; part of the request, so that one which cannot be understood is no usable answer.</param>
    public static async Task<Answer<IReadOnlyList<T>>> ReadAsync<TList, TItem, T>(
        ApiClient api, Permission needs, Func<IKubernetes, int, string?, CancellationToken, Task<TList>> page, Func<TItem, T> read,
        CancellationToken cancellation)
        where TList : class, IItems<TItem>, IKubernetesObject<V1ListMeta>
    {
        var all = new List<T>();
        string? next = null;
        var pages = 0;
        do
        {
            var token = next;
            var answer = await api.SendAsync(api.Reads, needs, async (client, ct) =>
            {
                var list = (await page(client, Size, token, ct)).Listed();
                return (Items: (list.Items ?? []).Select(read).ToList(), Next: list.Metadata.ContinueProperty);
            }, cancellation);
            switch (answer)
            {
                case Answer<(List<T> Items, string? Next)>.Given given:
                    all.AddRange(given.Value.Items);
                    next = given.Value.Next;
                    if ((++pages == MostPages && !string.IsNullOrEmpty(next)) || all.Count > MostPages * Size)
                        return new Answer<IReadOnlyList<T>>.Lost($"the list has more than {MostPages * Size} objects");
                    break;
                case Answer<(List<T> Items, string? Next)>.Refused refused:
                    return new Answer<IReadOnlyList<T>>.Refused(refused.Why);
                case var other:
                    return new Answer<IReadOnlyList<T>>.Lost(other.Trouble);
            }
        }
        while (!string.IsNullOrEmpty(next));
        return new Answer<IReadOnlyList<T>>.Given(all);
    }
}
