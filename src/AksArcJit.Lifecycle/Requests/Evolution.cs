using static AksArcJit.Lifecycle.Requests.RequestFact;
using static AksArcJit.Lifecycle.Requests.RequestState;

namespace AksArcJit.Lifecycle.Requests;

/// <summary>What a recorded fact makes of a state. A fact that does not fit its state means a damaged chain, and throws.</summary>
public static class Evolution
{
    public static RequestState Fold(IEnumerable<(RequestFact Fact, DateTimeOffset At)> facts) =>
        facts.Aggregate((RequestState)new Unasked(), (state, entry) => Apply(state, entry.Fact, entry.At));

    /// <exception cref="InvalidOperationException">The fact cannot have happened in this state.</exception>
    public static RequestState Apply(RequestState state, RequestFact fact, DateTimeOffset at) => (state, fact) switch
    {
        (Unasked, AccessRequested asked) => new AwaitingConsent(asked.Request, []),

        (AwaitingConsent s, ConsentGiven given) => s with { Consents = [.. s.Consents, new Consent(given.Approver, given.Terms, at)] },
        (AwaitingConsent s, ConsentRefused) => new Closed(s.Request, null, new Outcome.Refused()),
        (AwaitingConsent s, ConsentLapsed) => new Closed(s.Request, null, new Outcome.Lapsed()),
        (AwaitingConsent or Scheduled, RequestWithdrawn) => new Closed(((Asked)state).Request, null, new Outcome.Withdrawn()),
        (AwaitingConsent or Scheduled, RequestCancelled cancelled) => new Closed(((Asked)state).Request, null, new Outcome.Cancelled(cancelled.Cause)),
        (AwaitingConsent s, GrantScheduled scheduled) => new Scheduled(s.Request, scheduled.Terms, scheduled.StartAt, null),
        (AwaitingConsent or Scheduled, GrantIntended intended) => Intended(((Asked)state).Request, null, null, intended, at),
        (Scheduled s, GrantHeld held) => s with { HeldFor = held.Reason },
        (Scheduled s, GrantAbandoned abandoned) => new Closed(s.Request, null, new Outcome.GrantFailed(abandoned.Reason)),

        (Granting s, GrantIntended intended) => Intended(s.Request, s.Grant, s.Attempt, intended, at),
        (Granting s, GrantHeld held) => s with { Attempt = s.Attempt with { HeldFor = held.Reason } },
        (Granting s, GrantAttemptFailed) => s with
        {
            Grant = s.Grant with { MayAppearUntil = s.Attempt.AppearedBefore },
            Attempt = Settled(s.Attempt, at),
        },
        (Granting s, GrantOutcomeUnknown unknown) when unknown.Attempt == s.Attempt.Number => s with
        {
            Grant = s.Grant with { MayAppearUntil = Later(s.Attempt.AppearedBefore, at + Timing.AppearanceLimit) },
            Attempt = Settled(s.Attempt, at),
        },
        (Granting s, GrantOutcomeUnknown) => s with
        {
            Grant = StillMayAppear(s.Grant, at),
            Attempt = s.Attempt with { AppearedBefore = Later(s.Attempt.AppearedBefore, at + Timing.AppearanceLimit) },
        },
        // The attempt goes on: it may send again, so what may still appear stays as it was.
        (Granting s, BindingObserved seen) => s with { Grant = s.Grant with { Uid = seen.Uid, NotAfter = seen.NotAfter, EndsBy = seen.NotAfter } },
        (Granting s, Granted granted) => new Active(s.Request,
            s.Grant with
            {
                Uid = granted.Uid,
                NotAfter = granted.NotAfter,
                EndsBy = granted.NotAfter,
                // This create has landed. An earlier outcome of the attempt that was recorded (unknown) still counts.
                MayAppearUntil = s.Attempt.Pending ? s.Attempt.AppearedBefore : s.Grant.MayAppearUntil,
            },
            at, granted.ExpiresAt),

        (Active s, RoleChangeObserved changed) => s with { Grant = s.Grant with { RulesHash = changed.RulesHash } },
        (Active s, GrantOutcomeUnknown) => s with { Grant = StillMayAppear(s.Grant, at) },
        (Active s, BindingObserved seen) => s with { Grant = s.Grant with { Uid = seen.Uid } },
        (Active s, RevocationStarted started) => Begin(s.Request, s.Grant, started, at),
        (Granting s, RevocationStarted started) => Begin(s.Request, s.Grant, started, at),

        (Revoking s, RevocationAttemptFailed failed) => s with { Removal = Failed(s.Removal, failed.Reason, at) },
        (Revoking s, BindingObserved seen) => s with { Grant = s.Grant with { Uid = seen.Uid } },
        (Revoking s, GrantOutcomeUnknown) => s with { Grant = StillMayAppear(s.Grant, at) },
        (Revoking s, RequestFact.RevocationUnconfirmed unconfirmed) =>
            new RequestState.RevocationUnconfirmed(s.Request, s.Grant, Failed(s.Removal, unconfirmed.Reason, at)),
        (Revoking s, AccessGone) => new Closed(s.Request, s.Grant, s.Removal.Outcome),

        (RequestState.RevocationUnconfirmed s, RevocationAttemptFailed failed) => s with { Removal = Failed(s.Removal, failed.Reason, at) },
        (RequestState.RevocationUnconfirmed s, BindingObserved seen) => s with { Grant = s.Grant with { Uid = seen.Uid } },
        (RequestState.RevocationUnconfirmed s, GrantOutcomeUnknown) => s with { Grant = StillMayAppear(s.Grant, at) },
        (RequestState.RevocationUnconfirmed s, AccessGone) => new Closed(s.Request, s.Grant, s.Removal.Outcome),
        (RequestState.RevocationUnconfirmed s, GoneByWord) => new Closed(s.Request, s.Grant, s.Removal.Outcome),

        (Closed { Grant: { } grant } s, StrayBindingFound stray) =>
            new Revoking(s.Request, grant with { Uid = stray.Uid }, new Removal(s.Outcome, at, 0, at, null)),

        (Asked, OfNotice) => state,

        _ => throw new InvalidOperationException($"{fact.GetType().Name} cannot happen in {state.GetType().Name}."),
    };

    private static Granting Intended(AccessRequest request, Grant? before, Attempt? last, GrantIntended intended, DateTimeOffset at)
    {
        var appearedBefore = before?.MayAppearUntil ?? DateTimeOffset.MinValue;
        return new Granting(
            request,
            new Grant(intended.Terms, intended.Binding, before?.Uid, intended.NotAfter,
                Later(appearedBefore, at + Timing.SendWindow + Timing.AppearanceLimit), intended.Probes, intended.Terms.RulesHash, Earlier(before?.EndsBy ?? intended.NotAfter, intended.NotAfter)),
            new Attempt(intended.Attempt, last?.FirstIntentAt ?? at, at, true, at, null, appearedBefore));
    }

    private static Attempt Settled(Attempt attempt, DateTimeOffset at) =>
        attempt with { Pending = false, RetryAt = at + Timing.Pause(attempt.Number, Timing.LongestGrantPause) };

    private static Revoking Begin(AccessRequest request, Grant grant, RevocationStarted started, DateTimeOffset at) =>
        new(request, grant, new Removal(started.Outcome, at, 0, at, null));

    private static Removal Failed(Removal removal, string reason, DateTimeOffset at) =>
        removal with { Failures = removal.Failures + 1, LastFailureAt = at, Reason = reason };

    private static Grant StillMayAppear(Grant grant, DateTimeOffset at) =>
        grant with { MayAppearUntil = Later(grant.MayAppearUntil, at + Timing.AppearanceLimit) };

    private static DateTimeOffset Earlier(DateTimeOffset one, DateTimeOffset other) => one < other ? one : other;

    private static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;
}
