using System.Runtime.CompilerServices;
using System.Threading.Channels;
using AksArcJit.Broker.Ports;
using AksArcJit.Kubernetes.Api;

namespace AksArcJit.Kubernetes.Watching;

/// <summary>The watches of one cluster, told as one: our bindings of both kinds, and the role.</summary>
internal sealed class ClusterWatching(ApiClient api, string installation, TimeProvider time)
{
    public async IAsyncEnumerable<ClusterChange> WatchAsync(string role, [EnumeratorCancellation] CancellationToken cancellation)
    {
        // Full while the broker is busy: then the server's stream waits.
        var changes = Channel.CreateBounded<ClusterChange>(new BoundedChannelOptions(100) { SingleReader = true });
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var following = Task.WhenAll(WatchedCollection.Bindings(installation).Append(WatchedCollection.Role(role))
            .Select(one => new CollectionWatch(api, one, time).FollowAsync(changes.Writer, leaving.Token)));
        try
        {
            await foreach (var change in changes.Reader.ReadAllAsync(cancellation))
                yield return change;
        }
        finally
        {
            await leaving.CancelAsync();
            await Task.WhenAny(following);
        }
    }
}
