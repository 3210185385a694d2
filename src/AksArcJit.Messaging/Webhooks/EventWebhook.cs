using AksArcJit.Broker.Ports;
using AksArcJit.Lifecycle.Tickets;
using AksArcJit.Messaging.Events;

namespace AksArcJit.Messaging.Webhooks;

/// <summary>
/// Hears ticket events that come over HTTP. Structured mode alone: the signature covers the body, so attributes in headers would be
/// anybody's to change. Replays within the tolerance are recognised as any event that comes twice.
/// </summary>
/// <param name="senders">Each with its keys.</param>
internal sealed class EventWebhook(
    IReadOnlyList<(EventSourceState Sender, IReadOnlyList<WebhookKey> Keys)> senders, TimeSpan tolerance, TicketEvents events, TimeProvider time) : IEventWebhook
{
    private const int LongestId = 256;

    public async Task<WebhookAnswer> ReceiveAsync(WebhookCall call)
    {
        if (senders.Count == 0)
            return new WebhookAnswer.Closed();
        if (call is not { Id.Length: >= 1 and <= LongestId, Timestamp: { } timestamp, Signature: { } signature })
            return new WebhookAnswer.Forged("The headers webhook-id, webhook-timestamp and webhook-signature are all needed.");
        if (SenderOf(call.Id, timestamp, signature, call.Body) is not { } sender)
            return new WebhookAnswer.Forged("No key of this broker makes this signature.");
        if (WebhookSignature.TimeOf(timestamp) is not { } signedAt || (time.GetUtcNow() - signedAt).Duration() > tolerance)
            return new WebhookAnswer.Forged($"The signature is from a time more than {tolerance.TotalSeconds:0} s away; sign each try anew.");
        return await HearAsync(sender, call.Body);
    }

    private EventSourceState? SenderOf(string id, string timestamp, string signature, ReadOnlyMemory<byte> body)
    {
        EventSourceState? found = null;
        foreach (var (sender, keys) in senders)
            foreach (var key in keys)
                if (WebhookSignature.Holds(key, id, timestamp, body.Span, signature))
                    found = sender;
        return found;
    }

    private async Task<WebhookAnswer> HearAsync(EventSourceState sender, ReadOnlyMemory<byte> body)
    {
        DateTimeOffset? toldAt = null;
        var signal = CloudEventReader.Structured(body).Then(told =>
        {
            toldAt = told.Time;
            return TicketEventReader.Read(told, TicketEvents.PersonOf(sender.Name));
        });
        var outcome = signal switch
        {
            Parsed<TicketSignal>.Of { Value: var heard } => await events.HearAsync(sender, heard, toldAt),
            Parsed<TicketSignal>.Bad { Unreadable: var why } => events.DeadLetter(sender, why),
            _ => throw new InvalidOperationException(signal.GetType().Name),
        };
        return outcome switch
        {
            EventOutcome.Heard => new WebhookAnswer.Heard(),
            EventOutcome.Ignored => new WebhookAnswer.Ignored(),
            EventOutcome.DeadLettered { Why: var why } => new WebhookAnswer.Refused(why.Reason, why.Detail),
            _ => throw new ArgumentOutOfRangeException(nameof(body)),
        };
    }
}
