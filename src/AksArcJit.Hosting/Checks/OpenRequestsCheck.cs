using AksArcJit.Broker;
using AksArcJit.Broker.Options;
using AksArcJit.Broker.Ports;
using AksArcJit.Broker.Requests;
using AksArcJit.Lifecycle;
using AksArcJit.Lifecycle.Requests;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace AksArcJit.Hosting.Checks;

/// <summary>
/// Refuses the start while a cluster with open requests is missing from the options: nobody would end the access there (design section 6).
/// A journal that does not answer is no reason to refuse: the broker that waits for it ends what is due when it is back.
/// </summary>
internal sealed class OpenRequestsCheck(IJournal journal, RequestEngine engine, ClusterBook book, ILogger<OpenRequestsCheck> log) : IHostedLifecycleService
{
    private const int MostNamed = 5;

    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        var orphaned = new Dictionary<ClusterId, List<RequestId>>();
        var open = 0;
        try
        {
            await Spreading.OverAsync(journal.ListOpenAsync(cancellationToken), async entry =>
            {
                if (entry.Stream.Request is not { } id)
                    return;
                Interlocked.Increment(ref open);
                if (await ClusterOfAsync(id, cancellationToken) is not { } cluster || book.Find(cluster) is not null)
                    return;
                lock (orphaned)
                {
                    if (!orphaned.TryGetValue(cluster, out var requests))
                        orphaned.Add(cluster, requests = []);
                    requests.Add(id);
                }
            });
        }
        catch (JournalUnavailableException away)
        {
            log.OpenRequestsUnread(away.Message);
            return;
        }
        if (orphaned.Count > 0)
            throw new StartRefusedException("Not started: clusters with open requests are missing from the options, so nobody would end the access there.\n"
                + string.Join('\n', orphaned.Select(Tell)) + "\nPut them back until their requests are closed.");
        if (open > 0)
            log.Resuming(open);
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task<ClusterId?> ClusterOfAsync(RequestId id, CancellationToken cancellation)
    {
        try
        {
            return (await engine.ReadAsync(id, cancellation)).State is RequestState.Asked and not RequestState.Closed and RequestState.Asked asked
                ? asked.Terms.Cluster
                : null;
        }
        catch (Exception unreadable) when (unreadable is not (JournalUnavailableException or OperationCanceledException))
        {
            // Whatever is wrong with one: who does not start ends none of the others.
            log.QuarantinedAtStart(id, unreadable.Message);
            return null;
        }
    }

    private static string Tell(KeyValuePair<ClusterId, List<RequestId>> orphaned) =>
        $"  - clusters: '{orphaned.Key}' has {orphaned.Value.Count} open: {string.Join(", ", orphaned.Value.Take(MostNamed))}"
        + (orphaned.Value.Count > MostNamed ? " and others" : "");
}
