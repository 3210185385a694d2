using AksArcJit.Lifecycle.Tickets;
using AksArcJit.Messaging.Amqp;
using Microsoft.Extensions.Options;

namespace AksArcJit.Messaging.Events;

/// <summary>One message of a queue that the host receives from and settles.</summary>
/// <param name="Properties">The application properties.</param>
/// <param name="EnqueuedAt">When the queue took it, UTC; null where it does not say.</param>
public sealed record TicketMessage(
    string? ContentType, IEnumerable<KeyValuePair<string, object>> Properties, ReadOnlyMemory<byte> Body, DateTimeOffset? EnqueuedAt);

/// <summary>How to settle a message.</summary>
public abstract record Settlement
{
    private Settlement() { }

    public sealed record Complete : Settlement;

    /// <param name="Reason">A stable word in kebab case.</param>
    public sealed record DeadLetter(string Reason, string Detail) : Settlement;

    /// <summary>Whatever keeps it from being heard was met for minutes; the queue counts a delivery, and dead-letters it when those are used up.</summary>
    public sealed record Abandon : Settlement;

    /// <summary>Not at all: it comes again when its lock ends.</summary>
    public sealed record Leave : Settlement;
}

/// <summary>Hears ticket events that the host takes from a queue: what a trigger calls.</summary>
public interface ITicketQueue
{
    /// <summary>
    /// Returns when the event is journaled and a close is given to every request of its ticket, or when it never can be. While the journal is
    /// away, or something else fails, it goes on trying; hearing the same message again is safe.
    /// </summary>
    /// <param name="lockEnds">The message's lock is renewed no longer, or the host stops. A close that has begun is carried through all the same.</param>
    Task<Settlement> HearAsync(TicketMessage message, CancellationToken lockEnds);
}

internal sealed class TicketQueue(EventSourceState source, PatientHearing hearing) : ITicketQueue
{
    public async Task<Settlement> HearAsync(TicketMessage message, CancellationToken lockEnds)
    {
        var toldAt = message.EnqueuedAt;
        var isFirst = true;
        var signal = hearing.Read(() => MessageReader.Read(message.ContentType, message.Properties, message.Body).Then(told =>
        {
            toldAt ??= told.Time;
            return TicketEventReader.Read(told, TicketEvents.PersonOf(source.Name));
        }));
        var verdict = signal switch
        {
            Parsed<TicketSignal>.Of { Value: var heard } => await hearing.HearAsync(heard, toldAt, IsFirst, lockEnds),
            Parsed<TicketSignal>.Bad { Unreadable: var why } => hearing.Refuse(why),
            _ => throw new InvalidOperationException(signal.GetType().Name),
        };
        return verdict switch
        {
            Verdict.Final { Outcome: EventOutcome.Heard or EventOutcome.Ignored } => new Settlement.Complete(),
            Verdict.Final { Outcome: EventOutcome.DeadLettered { Why: var why } } => new Settlement.DeadLetter(why.Reason, why.Detail),
            Verdict.GivenBack => new Settlement.Abandon(),
            Verdict.Left => new Settlement.Leave(),
            _ => throw new ArgumentOutOfRangeException(nameof(message)),
        };

        bool IsFirst() => isFirst && !(isFirst = false);
    }
}

/// <summary>Of a host that has one queue: what the options say of it, or nothing.</summary>
internal sealed record QueueName(string Text);

internal sealed class QueueOptionsValidation : IValidateOptions<EventOptions>
{
    public ValidateOptionsResult Validate(string? name, EventOptions options) =>
        options.Sources.Count == 0 || (options.Sources.Count == 1 && options.Sources[0].Kind == EventSourceOptions.ServiceBus)
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail("events.sources: this host hears one Service Bus queue, by its trigger; describe that one (name, customers) or none, and send other events to the webhook.");
}
