using AksArcJit.Broker.Deadlines;
using AksArcJit.Broker.Requests;
using AksArcJit.Journal;
using AksArcJit.Lifecycle;
using AksArcJit.Lifecycle.Requests;
using Microsoft.Extensions.Logging;

namespace AksArcJit.Functions.Requests;

/// <summary>One turn of a request's orchestration: at most one effect, and what comes after it.</summary>
public sealed class Turns(RequestEngine engine, DeadlineQueue queue, OpenGrants openGrants, TimeProvider time, ILogger<Turns> log)
{
    public static readonly Turn Over = new(null, null, IsOver: true);

    /// <summary>
    /// How much later than it is due an orchestration looks: it is the second guarantee, and mostly finds the work done by the first.
    /// Durable timers of the storage provider also fire up to a second early (measured 0.7 s), which costs a turn for nothing.
    /// </summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan QuarantinePause = TimeSpan.FromMinutes(10);

    /// <exception cref="Broker.Ports.JournalUnavailableException">Nothing is known; another turn is safe.</exception>
    public async Task<Turn> TakeAsync(RequestId id)
    {
        try
        {
            var (next, at) = await engine.TakeTurnAsync(id);
            if (at is not { } due)
                return Over;
            var now = time.GetUtcNow();
            if (due <= now)
                return new Turn(NameOf(next), null);
            if (due - now <= HubWakeUps.Short)
                queue.Schedule(StreamId.Of(id), due, openGrants.IsToBeRemoved(id));
            return new Turn(NameOf(next), (due + Grace).UtcDateTime);
        }
        catch (QuarantineException quarantine)
        {
            // Nothing to do through its chain: the sweep watches its binding.
            log.MetQuarantine(quarantine.Message);
            return new Turn(null, (time.GetUtcNow() + QuarantinePause).UtcDateTime);
        }
    }

    /// <summary>Null where what comes next is to be looked up then.</summary>
    private static string? NameOf(Step? next) => next is null or Step.WaitUntil or Step.Rest ? null : next.GetType().Name;
}
