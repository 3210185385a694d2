using System.Collections.Concurrent;
using System.Diagnostics;

namespace AksArcJit.Benchmarks.Cluster;

/// <summary>When which DELETE of a ClusterRoleBinding was acknowledged, whoever sent it, told by the runtime's own HTTP activities.</summary>
internal sealed class DeleteClock : IDisposable
{
    private readonly ConcurrentDictionary<string, (DateTime Sent, DateTime Acknowledged)> _seen = new();
    private readonly ActivityListener _listener;

    public DeleteClock()
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "System.Net.Http",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = Note,
        };
        ActivitySource.AddActivityListener(_listener);
    }

    /// <summary>By the binding's name: the first acknowledged delete.</summary>
    public IReadOnlyDictionary<string, (DateTime Sent, DateTime Acknowledged)> Seen => _seen;

    public void Dispose() => _listener.Dispose();

    private void Note(Activity activity)
    {
        if (activity.GetTagItem("http.request.method") is "DELETE" && activity.GetTagItem("http.response.status_code") is 200
            && activity.GetTagItem("url.full") is string url && url.Contains("/clusterrolebindings/", StringComparison.Ordinal))
            _seen.TryAdd(new Uri(url).Segments[^1], (activity.StartTimeUtc, activity.StartTimeUtc + activity.Duration));
    }
}
