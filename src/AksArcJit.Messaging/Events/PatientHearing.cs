using AksArcJit.Broker;
using AksArcJit.Broker.Ports;
using AksArcJit.Lifecycle.Tickets;
using Microsoft.Extensions.Logging;

namespace AksArcJit.Messaging.Events;

/// <summary>
/// How long an event is heard before it goes back, whichever broker brought it. Brokers count deliveries and dead-letter what came too often,
/// so that an outage of ours must not use them up: while the journal is away the event is heard again and again, for as long as it can be
/// held. Any other failure may be an outage that nobody has named yet, or a fault of ours; it is tried for <see cref="Doubt"/>, then given
/// back, and the broker's limit decides. What can never be read is known for that at the first sight.
/// </summary>
internal sealed class PatientHearing(
    EventSourceState state, TicketEvents events, EventMetrics metrics, IEntropy entropy, TimeProvider time, ILogger log)
{
    public static readonly TimeSpan Doubt = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);

    /// <summary>Reads what came. A reader that fails does so each time: to read the message again would only use up its deliveries.</summary>
    public Parsed<TicketSignal> Read(Func<Parsed<TicketSignal>> read)
    {
        try
        {
            return read();
        }
        catch (Exception failure)
        {
            log.EventFailed(state.Name, 1, failure.Message, failure);
            return new Unreadable(Unreadable.Unforeseen, $"The reader failed with {failure.GetType().Name}; the log says more.");
        }
    }

    public Verdict Refuse(Unreadable why) => new Verdict.Final(events.DeadLetter(state, why));

    /// <param name="withhold">Called with each try that failed: the message waits, and others should not. True where an outage of the journal is to be told.</param>
    /// <param name="end">The event can be held no longer.</param>
    public async Task<Verdict> HearAsync(TicketSignal signal, DateTimeOffset? toldAt, Func<bool> withhold, CancellationToken end)
    {
        var pauses = new Backoff(FirstPause, LongestPause, entropy);
        var attempt = 0;
        long? doubted = null;
        while (!end.IsCancellationRequested)
        {
            try
            {
                return new Verdict.Final(await events.HearAsync(state, signal, toldAt));
            }
            catch (JournalUnavailableException away)
            {
                Retried("journal-away");
                if (withhold())
                    log.JournalAway(state.Name, away.Message);
            }
            catch (Exception failure)
            {
                doubted ??= time.GetTimestamp();
                log.EventFailed(state.Name, ++attempt, failure.Message, failure);
                if (time.GetElapsedTime(doubted.Value) >= Doubt)
                {
                    metrics.Settled(state.Name, "abandoned");
                    return new Verdict.GivenBack();
                }
                Retried("fault");
                withhold();
            }
            await time.PauseAsync(pauses.Next(), end);
        }
        return new Verdict.Left();
    }

    private void Retried(string reason)
    {
        metrics.Retried(state.Name, reason);
        state.Retried(time.GetUtcNow(), reason);
    }
}

/// <summary>What becomes of the message that brought an event.</summary>
internal abstract record Verdict
{
    private Verdict() { }

    public sealed record Final(EventOutcome Outcome) : Verdict;

    /// <summary>It counts as a failed delivery.</summary>
    public sealed record GivenBack : Verdict;

    /// <summary>It is left to its lock, or to its link that is gone, and comes again.</summary>
    public sealed record Left : Verdict;
}
