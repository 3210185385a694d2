using AksArcJit.Broker;
using AksArcJit.Broker.Ports;
using AksArcJit.Lifecycle.Tickets;
using AksArcJit.Messaging.Events;
using Amqp;
using Amqp.Framing;
using Microsoft.Extensions.Logging;

namespace AksArcJit.Messaging.Amqp;

/// <summary>
/// Hears the events of one queue or subscription for as long as the process lives, over one connection after another. Each message is
/// settled only after its event is journaled; what is unsettled when a connection ends comes again and is recognised.
/// </summary>
internal sealed class AmqpEventSource(
    EventSourceOptions options, EventSourceState state, ITokens? tokens, TicketEvents events, EventMetrics metrics, IEntropy entropy, TimeProvider time,
    ILogger<AmqpEventSource> log)
{
    private static readonly TimeSpan WithoutHope = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Stood = TimeSpan.FromSeconds(30);

    // Short to its end: a close that waits in the queue must be heard soon after the broker is back.
    private readonly Backoff _backoff = new(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5), entropy);

    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var begun = time.GetTimestamp();
            string? reason;
            try
            {
                reason = await ListenAsync(stop);
            }
            catch (AmqpException refused) when (RequiresSessions(refused.Error))
            {
                reason = null;
            }
            catch (Exception failure)
            {
                reason = failure.Message;
            }
            state.Connected(false);
            if (stop.IsCancellationRequested)
                return;
            if (time.GetElapsedTime(begun) > Stood)
                _backoff.Reset();
            // Nothing but another entity of that name would change it.
            var pause = reason is null ? WithoutHope : _backoff.Next();
            metrics.Disconnected(state.Name);
            if (reason is null)
                log.SessionsRequired(state.Name, pause);
            else
                log.Disconnected(state.Name, pause, reason);
            await Task.Delay(pause, time, stop).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }
    }

    // Service Bus refuses the link as "It is not possible for an entity that requires sessions to create a non-sessionful message receiver."
    private bool RequiresSessions(Error? error) => options.Kind == EventSourceOptions.ServiceBus
        && error?.Description?.Contains("requires sessions", StringComparison.OrdinalIgnoreCase) == true;

    /// <returns>Why the connection ended.</returns>
    private async Task<string> ListenAsync(CancellationToken stop)
    {
        await using var link = await AmqpLink.OpenReceiverAsync(options, tokens, entropy, time, failure => log.TokenNotRenewed(state.Name, failure.Message), stop);
        var profile = options.Kind == EventSourceOptions.ServiceBus ? BrokerProfile.ServiceBus : BrokerProfile.Standard;
        var locks = link.Management is { } management ? new LockRenewal(management, time, reason => log.LockNotRenewed(state.Name, reason)) : null;
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stop, link.Closed);
        _ = locks?.RunAsync(end.Token);
        var hand = new Hand(link.Receiver, profile, locks, options.Credit, end.Token);
        state.Connected(true);
        log.Connected(state.Name);
        hand.Open(message => Take(hand, message));
        await hand.EndedAsync();
        await hand.FinishAsync(time);
        return link.Reason;
    }

    // Called by the connection's own pump: it must neither wait nor throw.
    private void Take(Hand hand, Message message)
    {
        try
        {
            Sort(hand, message);
        }
        catch (Exception failure)
        {
            log.EventFailed(state.Name, 1, failure.Message, failure);
            metrics.Settled(state.Name, "abandoned");
            hand.Abandon(message);
        }
    }

    private void Sort(Hand hand, Message message)
    {
        var reading = MessageReader.Read(message);
        var toldAt = MessageReader.EnqueuedAt(message) ?? (reading as Parsed<CloudEvent>.Of)?.Value.Time;
        var signal = reading.Then(told => TicketEventReader.Read(told, TicketEvents.PersonOf(state.Name)));
        switch (signal)
        {
            case Parsed<TicketSignal>.Bad { Unreadable: var why }:
                hand.Settle(message, OutcomeOf(events.DeadLetter(state, why)));
                break;
            case Parsed<TicketSignal>.Of { Value: var heard }:
                hand.Enqueue(heard.About, () => HearAsync(hand, message, heard, toldAt));
                break;
            default:
                throw new InvalidOperationException(signal.GetType().Name);
        }
    }

    /// <summary>
    /// While the journal is away the message stays in hand, its lock is renewed and no credit is given back: to abandon it would count
    /// towards the broker's limit of deliveries, and so dead-letter it for our outage. A fault of ours is tried five times, then abandoned.
    /// </summary>
    private async Task HearAsync(Hand hand, Message message, TicketSignal signal, DateTimeOffset? toldAt)
    {
        const int mostTries = 5;
        var pauses = new Backoff(TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(10), entropy);
        for (var attempt = 1; !hand.IsEnded;)
        {
            try
            {
                hand.Settle(message, OutcomeOf(await events.HearAsync(state, signal, toldAt)));
                return;
            }
            catch (JournalUnavailableException away)
            {
                Retried("journal-away");
                if (hand.Withhold(message))
                    log.JournalAway(state.Name, away.Message);
            }
            catch (Exception failure) when (attempt < mostTries)
            {
                Retried("fault");
                log.EventFailed(state.Name, attempt++, failure.Message, failure);
            }
            catch (Exception failure)
            {
                log.EventFailed(state.Name, attempt, failure.Message, failure);
                metrics.Settled(state.Name, "abandoned");
                hand.Abandon(message);
                return;
            }
            await hand.PauseAsync(pauses.Next(), time);
        }
    }

    private void Retried(string reason)
    {
        metrics.Retried(state.Name, reason);
        state.Retried(time.GetUtcNow(), reason);
    }

    private static Outcome OutcomeOf(EventOutcome outcome) => outcome switch
    {
        EventOutcome.Heard or EventOutcome.Ignored => BrokerProfile.Complete,
        EventOutcome.DeadLettered { Why: var why } => BrokerProfile.DeadLetter(why.Reason, why.Detail),
        _ => throw new ArgumentOutOfRangeException(nameof(outcome)),
    };
}
