using AksArcJit.Broker.Requests;
using AksArcJit.Broker.Tickets;
using AksArcJit.Lifecycle;
using AksArcJit.Lifecycle.Tickets;
using Microsoft.Extensions.Logging;

namespace AksArcJit.Messaging.Events;

/// <summary>
/// Hears ticket events, whichever way they came. Returns when the event is journaled and, of a close, the end of every request of its ticket:
/// these are being carried out by then, and a cluster that hangs holds up no other event. Throws only where the journal is away, or for a bug.
/// </summary>
internal sealed class TicketEvents(TicketDesk desk, EventMetrics metrics, TimeProvider time, ILogger<TicketEvents> log)
{
    public const string ForeignCustomer = "foreign-customer";
    public const string Quarantined = "ticket-quarantined";

    /// <summary>Who is recorded as having told it: the source as the options name it.</summary>
    public static Person PersonOf(string source) => new("urn:aksarcjit:event-source", source);

    /// <exception cref="Broker.Ports.JournalUnavailableException">Nothing may be settled; hearing it again is safe.</exception>
    public async Task<EventOutcome> HearAsync(EventSourceState source, TicketSignal signal, DateTimeOffset? toldAt)
    {
        var outcome = await HearAsync(source, signal);
        source.Heard(time.GetUtcNow(), toldAt);
        return Tell(source, outcome is EventOutcome.DeadLettered { Why: var why } ? new EventOutcome.DeadLettered(why with { Event = signal.Event }) : outcome);
    }

    /// <summary>Counts and logs what will never be heard.</summary>
    public EventOutcome DeadLetter(EventSourceState source, Unreadable why) => Tell(source, new EventOutcome.DeadLettered(why));

    private async Task<EventOutcome> HearAsync(EventSourceState source, TicketSignal signal)
    {
        try
        {
            // Uncancelled: a close that has begun is carried through.
            var (_, refusal, _) = await desk.RecordAsync(signal.About, source.Confine(signal), CancellationToken.None);
            return refusal switch
            {
                null => new EventOutcome.Heard(),
                { Reason: RefusalReason.TicketEventStale } => new EventOutcome.Ignored(refusal),
                { Reason: RefusalReason.TicketCustomerFixed } => new EventOutcome.DeadLettered(new Unreadable(ForeignCustomer, refusal.Detail)),
                _ => throw new InvalidOperationException($"A ticket event was refused as {refusal.Reason}."),
            };
        }
        catch (QuarantineException quarantine)
        {
            return new EventOutcome.DeadLettered(new Unreadable(Quarantined, quarantine.Message));
        }
    }

    private EventOutcome Tell(EventSourceState source, EventOutcome outcome)
    {
        switch (outcome)
        {
            case EventOutcome.Heard:
                metrics.Settled(source.Name, "heard");
                break;
            case EventOutcome.Ignored { Refusal: var refusal }:
                metrics.Settled(source.Name, "ignored");
                log.EventIgnored(source.Name, refusal.Detail);
                break;
            case EventOutcome.DeadLettered { Why: var why }:
                metrics.Settled(source.Name, "dead-lettered");
                metrics.DeadLettered(source.Name, why.Reason);
                source.DeadLettered(time.GetUtcNow(), why.Reason);
                log.EventDeadLettered(source.Name, why.Event?.Id ?? "?", why.Event?.Source ?? "?", why.Reason, why.Detail);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(outcome));
        }
        return outcome;
    }
}
