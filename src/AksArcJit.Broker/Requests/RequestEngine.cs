using AksArcJit.Broker.Effects;
using AksArcJit.Broker.Ports;
using AksArcJit.Journal;
using AksArcJit.Lifecycle;
using AksArcJit.Lifecycle.Requests;

namespace AksArcJit.Broker.Requests;

/// <summary>
/// The two verbs that carry everything (design section 3). Both are safe at any time, from anywhere, twice: who acts is decided by the
/// append, not by a leader.
/// </summary>
public sealed class RequestEngine(IJournal journal, Sealing sealing, TimeProvider time, EffectPerformer effects, IWakeUps wakeUps, OpenGrants openGrants,
    ResidualAccess residual, UnrecordedEnds ends)
{
    /// <exception cref="JournalUnavailableException">The journal did not answer; whether the signal was recorded is unknown.</exception>
    /// <exception cref="QuarantineException">The chain cannot be trusted.</exception>
    public async Task<RequestHistory> ReadAsync(RequestId id, CancellationToken cancellation)
    {
        var history = RequestHistory.Of(id, await journal.ReadAsync(StreamId.Of(id), cancellation));
        openGrants.Remember(history);
        return history;
    }

    /// <summary>
    /// To end access: where the chain is not to be trusted, as far as it holds (<see cref="RequestHistory.Quarantine"/>), or as it was last
    /// seen whole if that is further.
    /// </summary>
    /// <exception cref="JournalUnavailableException">The journal did not answer.</exception>
    public async Task<RequestHistory> ReadToEndAsync(RequestId id, CancellationToken cancellation)
    {
        var records = await journal.ReadAsync(StreamId.Of(id), cancellation);
        try
        {
            var history = RequestHistory.Of(id, records);
            openGrants.Remember(history);
            return history;
        }
        catch (QuarantineException quarantine)
        {
            var sound = RequestHistory.Sound(id, records, quarantine);
            return openGrants.Recall(id) is { } known && known.Version > sound.Version ? known with { Quarantine = quarantine } : sound;
        }
    }

    /// <summary>Read, decide, append at the version read; on conflict, decide again. Returns after the append.</summary>
    /// <exception cref="JournalUnavailableException">The journal did not answer; whether the signal was recorded is unknown.</exception>
    /// <exception cref="QuarantineException">The chain cannot be trusted.</exception>
    public async Task<Submission> SubmitAsync(RequestId id, Signal signal, CancellationToken cancellation) =>
        await SubmitAsync(EndsAccess(signal) ? await ReadToEndAsync(id, cancellation) : await ReadAsync(id, cancellation), signal, cancellation);

    /// <param name="history">As read or appended before: the append decides whether it still holds.</param>
    /// <returns>An end that cannot be recorded is taken all the same, as <see cref="Submission.Unrecorded"/>.</returns>
    /// <inheritdoc cref="SubmitAsync(RequestId, Signal, CancellationToken)"/>
    public Task<Submission> SubmitAsync(RequestHistory history, Signal signal, CancellationToken cancellation) => SubmitAsync(history, signal, null, cancellation);

    /// <param name="before">No later than this is anything appended; null for whenever.</param>
    /// <inheritdoc cref="SubmitAsync(RequestHistory, Signal, CancellationToken)"/>
    public async Task<Submission> SubmitAsync(RequestHistory history, Signal signal, DateTimeOffset? before, CancellationToken cancellation)
    {
        if (history.Quarantine is { } known)
            return TakeUnrecorded(history, signal, known);
        try
        {
            return await RecordAsync(history, signal, before, cancellation);
        }
        catch (QuarantineException quarantine) when (EndsAccess(signal))
        {
            return TakeUnrecorded(await ReadToEndAsync(history.Id, CancellationToken.None), signal, quarantine);
        }
    }

    private async Task<Submission> RecordAsync(RequestHistory history, Signal signal, DateTimeOffset? before, CancellationToken cancellation)
    {
        var conflicts = new BaselessConflicts();
        while (true)
        {
            var now = Now(history);
            var decided = Decider.Decide(history.State, signal, now);
            if (decided is Decision.Refused refused)
                return new Submission.Refused(refused.Refusal, history);
            var decision = (Decision.Accepted)decided;
            if (decision.Facts.Count == 0)
                return new Submission.Recorded(history, decision.RetryAt);

            var stream = StreamId.Of(history.Id);
            var facts = decision.Facts.Cast<RequestFact>().ToList();
            var records = sealing.Seal(stream, history.Version, history.HeadHash, facts, now);
            var after = history.With(records, facts);
            var append = new Append(stream, history.Version, records, HeadOf(after.State), DueOf(after.State, now), IndexOf(history, after)) { Before = before };
            if (await AppendAsync(append, after) is AppendOutcome.Appended)
            {
                openGrants.Remember(after);
                return new Submission.Recorded(after, decision.RetryAt);
            }

            history = await ReadAsync(history.Id, cancellation);
            if (history.Facts.Any(fact => fact.Record.FactId == records[0].FactId))
                return new Submission.Recorded(history, decision.RetryAt);
            conflicts.Count(append, history.Version);
        }
    }

    private Submission TakeUnrecorded(RequestHistory history, Signal signal, QuarantineException quarantine)
    {
        var now = Now(history);
        // Not even what was asked can be read, so there is nothing to decide: on a word to end it, whatever stands of it goes.
        if (history.State is RequestState.Unasked && signal is Signal.Revoke or Signal.TicketClosed)
            return Order(history);
        var decision = Decider.Decide(history.State, signal, now);
        if (decision is Decision.Refused refused)
            return new Submission.Refused(refused.Refusal, history);
        var facts = ((Decision.Accepted)decision).Facts.Cast<RequestFact>().ToList();
        var after = history.With(sealing.Seal(StreamId.Of(history.Id), history.Version, history.HeadHash, facts, now), facts);
        if (!EndsAccess(signal) || after.State is not (RequestState.Revoking or RequestState.RevocationUnconfirmed or RequestState.Closed))
            throw quarantine;
        return Order(after);

        Submission.Unrecorded Order(RequestHistory after) =>
            new(ends.Order(new UnrecordedEnd(after, signal, quarantine.Message, now)), IsGone: false);
    }

    // What may end access; outcomes of effects and deadlines follow from it, and come again by themselves.
    private static bool EndsAccess(Signal signal) =>
        signal is Signal.Revoke or Signal.Withdraw or Signal.TicketClosed or Signal.BindingAltered or Signal.BindingDisappeared or Signal.StrayBinding or Signal.RoleObserved;

    // A window that began and may not be recorded: it ends on time from memory, and its record is sent again when the journal is back,
    // so that nobody takes the request for one that was never granted and grants it a second window.
    private async Task<AppendOutcome> AppendAsync(Append append, RequestHistory after)
    {
        try
        {
            return await journal.AppendSurelyAsync(append);
        }
        catch (JournalUnavailableException) when (after.State is RequestState.Active)
        {
            openGrants.RememberUnsettled(after, append);
            throw;
        }
    }

    private async Task SettleBeginningAsync(RequestId id)
    {
        if (openGrants.Unsettled(id) is not { } append)
            return;
        await journal.AppendSurelyAsync(append);
        // Recorded, or the chain has moved on without it: either way the chain is the truth again.
        openGrants.Forget(id);
    }

    /// <summary>Performs at most one effect and submits its outcome.</summary>
    /// <returns>When to come back: the past for at once, null for never.</returns>
    /// <remarks>While the journal is away, a removal that is due is performed from memory, and its facts follow.</remarks>
    public async Task<DateTimeOffset?> AdvanceAsync(RequestId id) => (await AdvanceAsync(id, null)).At;

    /// <summary>As <see cref="AdvanceAsync(RequestId)"/>, for a host that names what comes next.</summary>
    /// <returns>The step that follows, null where the journal is away; and when, as above.</returns>
    public async Task<(Step? Next, DateTimeOffset? At)> TakeTurnAsync(RequestId id)
    {
        var (history, at) = await AdvanceAsync(id, null);
        return (history is null ? null : NextStep.Of(history.State, Now(history)), at);
    }

    /// <summary>Advances until there is a wait, and schedules it. Whoever submits calls this before it answers.</summary>
    public Task AdvanceUntilWaitAsync(RequestId id) => AdvanceUntilWaitAsync(id, null);

    /// <summary>
    /// Carries out what was recorded, and returns the request as it then stands. Where the journal goes away meanwhile, what was recorded
    /// stands and is carried out later: the answer is the recorded one, not "unknown".
    /// </summary>
    public async Task<RequestHistory> CarryOutAsync(RequestHistory recorded)
    {
        try
        {
            return await AdvanceUntilWaitAsync(recorded.Id, recorded) ?? recorded;
        }
        catch (JournalUnavailableException)
        {
            wakeUps.Schedule(StreamId.Of(recorded.Id), time.GetUtcNow() + Timing.LongestRevocationPause, openGrants.IsToBeRemoved(recorded.Id));
            return recorded;
        }
    }

    /// <summary>Removes what a word ended that cannot be recorded. What the cluster does not confirm is tried again.</summary>
    public async Task<Submission.Unrecorded> CarryOutAsync(Submission.Unrecorded unrecorded)
    {
        var isGone = await ends.CarryOutAsync(unrecorded.End);
        if (!isGone)
            wakeUps.Schedule(StreamId.Of(unrecorded.End.After.Id), time.GetUtcNow() + Timing.LongestRevocationPause, isRemoval: true);
        return unrecorded with { IsGone = isGone };
    }

    /// <summary>An end was ordered that its chain could not hold when it was last tried.</summary>
    public bool HasUnrecordedEnd(RequestId id) => ends.Find(id) is not null;

    /// <summary>The cluster, where the next step can only take access away; null where it is another step, or where the chain does not say which cluster's.</summary>
    public ClusterId? RemovalFrom(RequestId id) => ends.Find(id) is { } end
        ? (end.After.State as RequestState.Asked)?.Terms.Cluster
        : openGrants.RemovalFrom(id);

    /// <param name="known">As just appended or read; null reads it.</param>
    private async Task<RequestHistory?> AdvanceUntilWaitAsync(RequestId id, RequestHistory? known)
    {
        // What one step appended is where the next begins. Another's word in between is met by the append, which then decides again.
        while (true)
        {
            (known, var next) = await AdvanceAsync(id, known);
            if (next is not { } at)
                return known;
            var now = time.GetUtcNow();
            if (at <= now)
                continue;
            // A chain that was dated ahead by a wrong clock must not put off its removal.
            var capped = openGrants.IsBeingRemoved(id) && at > now + Timing.LongestRevocationPause ? now + Timing.LongestRevocationPause : at;
            wakeUps.Schedule(StreamId.Of(id), capped, openGrants.IsToBeRemoved(id));
            return known;
        }
    }

    /// <returns>The request as it then stands; null where the journal is away.</returns>
    private async Task<(RequestHistory? History, DateTimeOffset? At)> AdvanceAsync(RequestId id, RequestHistory? known)
    {
        if (ends.Find(id) is { } end)
            return await RecordLateAsync(end);
        RequestHistory history;
        try
        {
            await SettleBeginningAsync(id);
            history = known ?? RemovalDue(id) ?? await ReadAsync(id, CancellationToken.None);
        }
        catch (JournalUnavailableException) when (openGrants.Recall(id) is not null)
        {
            return (null, await RemoveUnjournaledAsync(openGrants.Recall(id)!));
        }

        var step = NextStep.Of(history.State, Now(history));
        if (step is Step.WaitUntil wait)
            return (history, wait.At);
        if (step is Step.Rest)
        {
            // Listed as open although it is closed: a store that could not drop the row with the last append has it dropped here.
            if (history.Version > 0)
                await journal.SettleAsync(StreamId.Of(id), history.Version, CancellationToken.None);
            return (history, null);
        }

        var retryAt = (DateTimeOffset?)null;
        await foreach (var signal in effects.PerformAsync(history, step))
        {
            // Decided on the history from before the effect; where the chain has moved on meanwhile, the append conflicts and decides again.
            var submission = await SubmitAsync(history, signal, CancellationToken.None);
            if (submission is Submission.Recorded recorded)
                (history, retryAt) = (recorded.History, recorded.RetryAt);
            else if (submission is Submission.Unrecorded)
                return (null, time.GetUtcNow());
        }
        if (history.Facts.LastOrDefault(fact => fact.Fact is not RequestFact.OfNotice).Fact is RequestFact.AccessGone gone)
            await residual.TellAsync(id, gone);
        return (history, retryAt ?? DueOf(history.State, Now(history)));
    }

    /// <summary>Tries to record an end that its chain could not hold; until it does, what stands is removed without it.</summary>
    private async Task<(RequestHistory? History, DateTimeOffset? At)> RecordLateAsync(UnrecordedEnd end)
    {
        var id = end.After.Id;
        try
        {
            var recorded = await RecordAsync(await ReadAsync(id, CancellationToken.None), end.Signal, null, CancellationToken.None);
            ends.Forget(id);
            return ((recorded as Submission.Recorded)?.History, time.GetUtcNow());
        }
        catch (Exception still) when (still is JournalUnavailableException or QuarantineException)
        {
            // The open index, read again, brings it back once a minute.
            return (null, await ends.CarryOutAsync(end) ? null : time.GetUtcNow() + Timing.LongestRevocationPause);
        }
    }

    /// <summary>A removal that memory says is due needs no read: it takes access away, and the append meets what memory lacks.</summary>
    private RequestHistory? RemovalDue(RequestId id) =>
        openGrants.Recall(id) is { } known && NextStep.Of(known.State, Now(known)) is Step.RemoveBinding ? known : null;

    /// <summary>Has the host come back at the time that the chain itself gives: the open index may have been altered.</summary>
    public void Remind(RequestHistory history)
    {
        if (NextStep.Of(history.State, Now(history)) is Step.WaitUntil wait)
            wakeUps.Schedule(StreamId.Of(history.Id), wait.At, openGrants.IsToBeRemoved(history.Id));
    }

    /// <summary>Has the host carry it out, soon and apart from the caller.</summary>
    public void Prompt(RequestId id) => wakeUps.Schedule(StreamId.Of(id), time.GetUtcNow(), openGrants.IsToBeRemoved(id));

    private async Task<DateTimeOffset?> RemoveUnjournaledAsync(RequestHistory remembered)
    {
        var now = Now(remembered);
        var step = NextStep.Of(remembered.State, now);
        if (step is Step.WaitUntil wait)
            return wait.At;
        if (step is Step.RemoveBinding)
            await foreach (var _ in effects.PerformAsync(remembered, step))
            {
                // The outcome cannot be recorded now; the next look with a journal removes again, finds nothing, and records that.
            }
        return now + Timing.LongestRevocationPause;
    }

    private DateTimeOffset Now(RequestHistory history)
    {
        var now = time.GetUtcNow();
        return now > history.NewestAt ? now : history.NewestAt;
    }

    /// <summary>What a store keeps beside the facts of a request in this state.</summary>
    internal static Head HeadOf(RequestState state) => HeadOf(state.GetType().Name);

    /// <inheritdoc cref="HeadOf(RequestState)"/>
    /// <param name="state">The state's name.</param>
    internal static Head HeadOf(string state) =>
        new(state, IsPending: state is nameof(RequestState.AwaitingConsent) or nameof(RequestState.Scheduled) or nameof(RequestState.Granting));

    /// <summary>When a request in this state is due in the open index; null where it leaves it.</summary>
    internal static DateTimeOffset? DueOf(RequestState state, DateTimeOffset now) => NextStep.Of(state, now) switch
    {
        Step.WaitUntil wait => wait.At,
        Step.Rest => null,
        _ => now,
    };

    private static RequestIndex? IndexOf(RequestHistory before, RequestHistory after) =>
        before.Version == 0 && after.State is RequestState.Asked { Request: var request }
            ? RequestIndex.Of(request)
            : null;
}
