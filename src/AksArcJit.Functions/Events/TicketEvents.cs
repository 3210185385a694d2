using AksArcJit.Functions.Requests;
using AksArcJit.Messaging.Events;
using Azure.Messaging.ServiceBus;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;

namespace AksArcJit.Functions.Events;

/// <summary>
/// Ticket events from Service Bus. A message is settled after its event is journaled. What fails is tried again here while the lock is
/// renewed, then left to its lock: to fail the invocation would give the message back at once, and a minute of an outage would use up every
/// delivery.
/// </summary>
public sealed class TicketEvents(ITicketQueue queue, Hub hub, TimeProvider time, ILogger<TicketEvents> log)
{
    /// <summary>Less than the <c>maxAutoLockRenewalDuration</c> of host.json, so that what is settled in the end still has its lock.</summary>
    public static readonly TimeSpan LockIsRenewedFor = TimeSpan.FromMinutes(4);

    [Function(nameof(TicketEvents))]
    public async Task RunAsync(
        [ServiceBusTrigger("%AKSARCJIT_TICKET_QUEUE%", Connection = nameof(TicketEvents), AutoCompleteMessages = false)] ServiceBusReceivedMessage message,
        ServiceBusMessageActions actions, [DurableClient] DurableTaskClient client, CancellationToken cancellation)
    {
        hub.Meet(client);
        using var renewed = new CancellationTokenSource(LockIsRenewedFor, time);
        using var lockEnds = CancellationTokenSource.CreateLinkedTokenSource(cancellation, renewed.Token);
        var told = new TicketMessage(message.ContentType, message.ApplicationProperties, message.Body.ToMemory(), message.EnqueuedTime);
        switch (await queue.HearAsync(told, lockEnds.Token))
        {
            // Uncancelled: what is journaled is settled.
            case Settlement.Complete:
                await actions.CompleteMessageAsync(message, CancellationToken.None);
                break;
            case Settlement.DeadLetter dead:
                await actions.DeadLetterMessageAsync(
                    message, deadLetterReason: dead.Reason, deadLetterErrorDescription: dead.Detail, cancellationToken: CancellationToken.None);
                break;
            case Settlement.Abandon:
                await actions.AbandonMessageAsync(message, cancellationToken: CancellationToken.None);
                break;
            case Settlement.Leave:
                log.EventLeft(message.DeliveryCount);
                break;
            case var other:
                throw new InvalidOperationException(other.GetType().Name);
        }
    }
}
