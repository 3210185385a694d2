using AksArcJit.Functions.Requests;
using Grpc.Core;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;

namespace AksArcJit.Functions.Timers;

/// <summary>
/// Takes orchestrations that are over out of the hub each day: every one leaves its history there, and what lists the hub reads them all.
/// The journal has the facts, so nothing is lost.
/// </summary>
public sealed class Purge(Hub hub, ILogger<Purge> log)
{
    [Function(nameof(Purge))]
    public async Task RunAsync([TimerTrigger("0 10 3 * * *")] TimerInfo timer, [DurableClient] DurableTaskClient client, CancellationToken cancellation)
    {
        hub.Meet(client);
        try
        {
            await hub.PurgeAsync(cancellation);
        }
        catch (RpcException away)
        {
            log.HubNotPurged(away.Message);
        }
    }
}
