using AksArcJit.Broker.Ports;
using AksArcJit.Functions.Requests;
using AksArcJit.Messaging.Events;
using Azure.Messaging.ServiceBus;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;

namespace AksArcJit.Functions.Events;

/// <summary>
/// Ticket events from Service Bus. A message is settled after its event is journaled; while the journal is away it is left to its lock, so
/// that an outage of ours uses up deliveries slowly.
/// </summary>
public sealed class TicketEvents(ITicketQueue queue, Hub hub, ILogger<TicketEvents> log)
{
    [Function(nameof(TicketEvents))]
    public async Task RunAsync(
        [ServiceBusTrigger("%AKSARCJIT_TICKET_QUEUE%", Connection = nameof(TicketEvents), AutoCompleteMessages = false)] ServiceBusReceivedMessage message,
        ServiceBusMessageActions actions, [DurableClient] DurableTaskClient client)
    {
        hub.Meet(client);
        try
        {
            var told = new TicketMessage(message.ContentType, message.ApplicationProperties, message.Body.ToMemory(), message.EnqueuedTime);
            // Uncancelled: a close that has begun is carried through, and then settled.
            await (await queue.HearAsync(told) switch
            {
                Settlement.Complete => actions.CompleteMessageAsync(message),
                Settlement.DeadLetter dead => actions.DeadLetterMessageAsync(message, deadLetterReason: dead.Reason, deadLetterErrorDescription: dead.Detail),
                var other => throw new InvalidOperationException(other.GetType().Name),
            });
        }
        catch (JournalUnavailableException away)
        {
            log.JournalAway(away.Message);
        }
    }
}
