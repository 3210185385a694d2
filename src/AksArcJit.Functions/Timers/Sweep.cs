using AksArcJit.Broker.Ports;
using AksArcJit.Broker.Sweeping;
using AksArcJit.Functions.Requests;
using AksArcJit.Lifecycle;
using Grpc.Core;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;

namespace AksArcJit.Functions.Timers;

/// <summary>
/// The last guarantee: clusters, tickets and indexes compared with journals, and an orchestration for each open request that has none,
/// whoever lost, ended or purged it.
/// </summary>
public sealed class Sweep(Sweeper sweeper, IJournal journal, Hub hub, TimeProvider time, ILogger<Sweep> log)
{
    [Function(nameof(Sweep))]
    public async Task RunAsync([TimerTrigger("20 * * * * *")] TimerInfo timer, [DurableClient] DurableTaskClient client, CancellationToken cancellation)
    {
        hub.Meet(client);
        // What a pass leaves under way outlives the invocation.
        await sweeper.PassAsync(CancellationToken.None);
        await StartMissingAsync(cancellation);
    }

    public async Task StartMissingAsync(CancellationToken cancellation)
    {
        // What is due sooner is in hand; or it is closed, and only waits in the index for a checkpoint.
        var after = time.GetUtcNow() + HubWakeUps.Short;
        var open = new List<RequestId>();
        try
        {
            await foreach (var entry in journal.ListOpenAsync(cancellation))
                if (entry.Due > after && entry.Stream.Request is { } request)
                    open.Add(request);
            await hub.StartMissingAsync(open, cancellation);
        }
        catch (Exception away) when (away is JournalUnavailableException or RpcException)
        {
            log.OrchestrationsUnread(away.Message);
        }
    }
}
