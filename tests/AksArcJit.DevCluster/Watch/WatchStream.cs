using System.Text.Json.Nodes;
using System.Threading.Channels;
using AksArcJit.DevCluster.Errors;
using AksArcJit.DevCluster.Objects;
using AksArcJit.DevCluster.Requests;
using AksArcJit.DevCluster.Storage;

namespace AksArcJit.DevCluster.Watch;

/// <summary>
/// A watch: the changes after a resourceVersion, one JSON object a line. Without a version, or with 0, it starts with what
/// exists. An expired version is answered 200 with one ERROR event, as the real watch cache does.
/// </summary>
internal sealed class WatchStream(ObjectStore store, TimeProvider clock)
{
    private static readonly TimeSpan LongestWatch = TimeSpan.FromMinutes(30);
    private static readonly TimeSpan BookmarkEvery = TimeSpan.FromMinutes(1);

    private readonly Table _table = new(clock);

    public async Task RunAsync(ResourceType type, RequestInfo info, HttpContext context, Action started, CancellationToken cancellation)
    {
        var options = ListOptions.Parse(context.Request.Query);
        if (ListOptions.Flag(context.Request.Query, "sendInitialEvents"))
        {
            throw Refusals.Invalid(type, "", [FieldFault.Forbidden("sendInitialEvents",
                "sendInitialEvents is forbidden for watch unless the WatchList feature gate is enabled")]);
        }
        var since = options.ResourceVersion is null or 0 ? null : options.ResourceVersion;
        if (since > store.Current.ResourceVersion)
            throw Refusals.TooLarge(since.Value, store.Current.ResourceVersion);

        started();
        // Before the headers: who has them may count on the timeout to run.
        var end = clock.GetUtcNow() + (options.Timeout ?? LongestWatch);
        context.Response.ContentType = "application/json";
        using var subscription = store.Subscribe(since);
        if (subscription is null)
        {
            var expired = Refusals.Expired($"too old resource version: {since} ({store.Current.ResourceVersion})");
            await SendAsync(context, "ERROR", expired.ToStatus(), cancellation);
            return;
        }

        // Headers at once: clients count the watch as started when they arrive.
        await context.Response.Body.FlushAsync(cancellation);
        var inNamespace = type.Namespaced ? info.Namespace : "";
        bool Shown(StoredObject stored) => stored.Type == type && options.Matches(stored, inNamespace);
        if (since is null)
        {
            foreach (var stored in subscription.Start.All(type).Values.Where(Shown))
                await SendAsync(context, "ADDED", Shape(stored, context.Request), cancellation);
        }
        await FollowAsync(subscription, end, type, options, Shown, context, cancellation);
    }

    private async Task FollowAsync(
        Subscription subscription, DateTimeOffset end, ResourceType type, ListOptions options, Func<StoredObject, bool> shown, HttpContext context,
        CancellationToken cancellation)
    {
        var seen = subscription.Start.ResourceVersion;
        while (clock.GetUtcNow() < end)
        {
            var bookmark = clock.GetUtcNow() + BookmarkEvery;
            var quiet = !await ChangedBeforeAsync(subscription.Changes, bookmark < end ? bookmark : end, cancellation);
            while (subscription.Changes.TryRead(out var change))
            {
                seen = Math.Max(seen, change.ResourceVersion);
                if (EventOf(change, shown) is { } kind)
                    await SendAsync(context, kind, Shape(change.Object, context.Request), cancellation);
            }
            if (quiet && options.AllowBookmarks && clock.GetUtcNow() < end)
                await SendAsync(context, "BOOKMARK", Bookmark(type, seen), cancellation);
        }
        if (options.AllowBookmarks)
            await SendAsync(context, "BOOKMARK", Bookmark(type, seen), cancellation);
    }

    private async Task<bool> ChangedBeforeAsync(ChannelReader<Change> changes, DateTimeOffset until, CancellationToken cancellation)
    {
        var pause = until - clock.GetUtcNow();
        using var elapsed = new CancellationTokenSource(pause > TimeSpan.Zero ? pause : TimeSpan.Zero, clock);
        // A clock that was set forward meanwhile has passed the moment without the timer noticing.
        if (clock.GetUtcNow() >= until)
            return changes.TryPeek(out _);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(elapsed.Token, cancellation);
        try
        {
            return await changes.WaitToReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return false;
        }
    }

    /// <returns>What the change is to this watcher: an object may enter or leave its selection. Null: nothing.</returns>
    private static string? EventOf(Change change, Func<StoredObject, bool> shown)
    {
        var was = change.Before is { } before && shown(before);
        var stays = !change.Deleted && shown(change.Object);
        return (was, stays) switch
        {
            (false, true) => "ADDED",
            (true, true) => "MODIFIED",
            (true, false) => "DELETED",
            (false, false) => null,
        };
    }

    private JsonObject Shape(StoredObject stored, HttpRequest request) => Accept.Table(request)
        ? _table.Of(stored.Type, [stored], ObjectReads.Metadata(stored.ResourceVersion), request.Query["includeObject"].ToString())
        : stored.Read();

    private static JsonObject Bookmark(ResourceType type, long seen) => new()
    {
        ["kind"] = type.Kind,
        ["apiVersion"] = type.ApiVersion,
        ["metadata"] = new JsonObject { ["resourceVersion"] = seen.ToString(), ["creationTimestamp"] = null },
    };

    private static async Task SendAsync(HttpContext context, string kind, JsonObject what, CancellationToken cancellation)
    {
        byte[] line = [.. Json.Bytes(new JsonObject { ["type"] = kind, ["object"] = what }), (byte)'\n'];
        await context.Response.Body.WriteAsync(line, cancellation);
        await context.Response.Body.FlushAsync(cancellation);
    }
}
