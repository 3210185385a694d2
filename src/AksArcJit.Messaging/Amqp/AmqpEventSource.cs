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

    // What is held meanwhile keeps its lock, which is renewed, and no credit is given back for it.
    private readonly PatientHearing _hearing = new(state, events, metrics, entropy, time, log);

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
            await time.PauseAsync(pause, stop);
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
        var toldAt = MessageReader.EnqueuedAt(message);
        var signal = _hearing.Read(() => MessageReader.Read(message).Then(told =>
        {
            toldAt ??= told.Time;
            return TicketEventReader.Read(told, TicketEvents.PersonOf(state.Name));
        }));
        switch (signal)
        {
            case Parsed<TicketSignal>.Of { Value: var heard }:
                hand.Enqueue(heard.About, async () =>
                    Settle(hand, message, await _hearing.HearAsync(heard, toldAt, () => hand.Withhold(message), hand.End)));
                break;
            case Parsed<TicketSignal>.Bad { Unreadable: var why }:
                Settle(hand, message, _hearing.Refuse(why));
                break;
            default:
                throw new InvalidOperationException(signal.GetType().Name);
        }
    }

    private static void Settle(Hand hand, Message message, Verdict verdict)
    {
        switch (verdict)
        {
            case Verdict.Final { Outcome: var outcome }:
                hand.Settle(message, OutcomeOf(outcome));
                break;
            case Verdict.GivenBack:
                hand.Abandon(message);
                break;
            case Verdict.Left:
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(verdict));
        }
    }

    private static Outcome OutcomeOf(EventOutcome outcome) => outcome switch
    {
        EventOutcome.Heard or EventOutcome.Ignored => BrokerProfile.Complete,
        EventOutcome.DeadLettered { Why: var why } => BrokerProfile.DeadLetter(why.Reason, why.Detail),
        _ => throw new ArgumentOutOfRangeException(nameof(outcome)),
    };
}
