using System.Net;
using System.Text.Json;
using System.Threading.Channels;
using AksArcJit.Broker.Ports;
using AksArcJit.Kubernetes.Api;
using k8s;
using k8s.Models;

namespace AksArcJit.Kubernetes.Watching;

/// <summary>
/// Follows one collection for ever (Kubernetes API concepts: efficient detection of changes). It starts where a list stands, goes on from
/// the last version that it saw, and lists again when the server knows that version no more (410); what lay between may be missed, so it
/// then says that anything may have changed.
/// </summary>
internal sealed class CollectionWatch(ApiClient api, WatchedCollection collection, TimeProvider time)
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    // The server ends the watch first; a stream that is silent for longer than that is dead.
    private static readonly TimeSpan Length = TimeSpan.FromMinutes(4);
    private static readonly TimeSpan LongestSilence = TimeSpan.FromMinutes(5);

    /// <summary>Where the next watch begins; null where it must list first.</summary>
    private string? _version;

    /// <summary>Ends only by cancellation.</summary>
    public async Task FollowAsync(ChannelWriter<ClusterChange> changes, CancellationToken cancellation)
    {
        for (var failures = 0; ;)
        {
            cancellation.ThrowIfCancellationRequested();
            if (await FollowOnceAsync(changes, cancellation))
            {
                failures = 0;
                continue;
            }
            var pause = TimeSpan.FromSeconds(Math.Min(1L << Math.Min(failures++, 10), LongestPause.TotalSeconds));
            await Task.Delay(pause, time, cancellation);
        }
    }

    /// <returns>False where it is to be tried again after a pause.</returns>
    private async Task<bool> FollowOnceAsync(ChannelWriter<ClusterChange> changes, CancellationToken cancellation)
    {
        var hasListed = false;
        try
        {
            if (_version is null)
            {
                hasListed = true;
                _version = await ListAsync(cancellation);
                if (_version is null)
                    return false;
                await changes.WriteAsync(new ClusterChange.OfAnything(), cancellation);
            }
            // A server that does not know the version which it has just listed would be listed, and the cluster swept, again and again.
            return await ReadAsync(changes, cancellation) && !(hasListed && _version is null);
        }
        catch (HttpRequestException gone) when (gone.StatusCode == HttpStatusCode.Gone)
        {
            _version = null;
            return !hasListed;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            throw;
        }
        // Whatever a server or the way to it does, a watch only comes again.
        catch (Exception)
        {
            return false;
        }
    }

    /// <returns>The version of the list as it stands; null where it cannot be read.</returns>
    private async Task<string?> ListAsync(CancellationToken cancellation)
    {
        // Only its version is wanted: what stands is read by the sweep that follows.
        var answer = await api.SendAsync(api.Reads, collection.ToList, async (client, ct) =>
        {
            await using var stream = await api.OpenAsync($"{collection.Path}?{collection.Query}&limit=1", hasNoEnd: false, ct);
            using var json = await JsonDocument.ParseAsync(stream, cancellationToken: ct);
            return Version(json.RootElement);
        }, cancellation);
        return (answer as Answer<string?>.Given)?.Value;
    }

    /// <returns>True where the stream ended as watches do, or the version is too old; false where it says nothing of use.</returns>
    private async Task<bool> ReadAsync(ChannelWriter<ClusterChange> changes, CancellationToken cancellation)
    {
        var query = $"{collection.Query}&watch=true&allowWatchBookmarks=true&timeoutSeconds={Length.TotalSeconds:0}&resourceVersion={_version}";
        await using var stream = await api.OpenAsync($"{collection.Path}?{query}", hasNoEnd: true, cancellation);
        var lines = new WatchLines(stream);
        var isUseful = false;
        while (await LineAsync(lines, cancellation) is { } line)
        {
            using var json = JsonDocument.Parse(line);
            var (kind, what) = (json.RootElement.GetProperty("type").GetString(), json.RootElement.GetProperty("object"));
            if (kind == "ERROR")
            {
                var isTooOld = KubernetesJson.Deserialize<V1Status>(what.GetRawText()).Code == 410;
                _version = isTooOld ? null : _version;
                return isTooOld;
            }
            if (kind is "ADDED" or "MODIFIED" or "DELETED")
                await changes.WriteAsync(collection.Read(what, kind == "DELETED"), cancellation);
            _version = Version(what) ?? _version;
            isUseful = true;
        }
        return isUseful;
    }

    private async Task<byte[]?> LineAsync(WatchLines lines, CancellationToken cancellation)
    {
        using var silence = new CancellationTokenSource(LongestSilence, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, silence.Token);
        return await lines.ReadAsync(either.Token);
    }

    private static string? Version(JsonElement what) => what.GetProperty("metadata").GetProperty("resourceVersion").GetString();
}
