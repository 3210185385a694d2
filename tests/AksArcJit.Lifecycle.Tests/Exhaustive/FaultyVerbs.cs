using AksArcJit.Lifecycle.Requests;
using AksArcJit.Lifecycle.Roles;
using AksArcJit.Lifecycle.Tickets;
using AksArcJit.TestKit;
using static AksArcJit.Lifecycle.Requests.RequestFact;
using static AksArcJit.Lifecycle.Requests.RequestState;

namespace AksArcJit.Lifecycle.Tests.Exhaustive;

/// <summary>Lifecycles that are wrong in one way each, as a tired author might write them.</summary>
public static class FaultyVerbs
{
    public static readonly IReadOnlyDictionary<string, Verbs> All = new Dictionary<string, Verbs>
    {
        ["ends early"] = Deciding((state, signal, now) => state is Active active && signal is Signal.DeadlineReached && now < active.ExpiresAt
            ? Decider.Decide(state, signal, active.ExpiresAt)
            : null),
        ["never lapses"] = Deciding((state, signal, _) => state is AwaitingConsent && signal is Signal.DeadlineReached ? Decision.Accept() : null),
        ["drops a created binding while revoking"] = Deciding((state, signal, _) => state is Revoking && signal is Signal.BindingCreated ? Decision.Accept() : null),
        ["drops a stray after closing"] = Deciding((state, signal, _) => state is Closed && signal is Signal.BindingCreated or Signal.StrayBinding ? Decision.Accept() : null),
        ["refuses an outcome that comes late"] = Deciding((state, signal, _) => state is Closed && signal is Signal.CreateUnknown
            ? Decision.Refuse(RefusalReason.NothingToEnd, "closed")
            : null),
        ["ignores the quorum"] = Deciding((state, signal, now) => state is AwaitingConsent waiting && signal is Signal.Approve
            ? Decider.Decide(waiting with { Request = waiting.Request with { Quorum = 1 } }, signal, now)
            : null),
        ["counts the same approver twice"] = Deciding((state, signal, now) =>
            state is AwaitingConsent { Consents: [var first, ..] } waiting && signal is Signal.Approve again && again.Approver == first.Approver
                ? Decider.Decide(waiting with { Consents = [first with { Approver = Sample.ThirdApprover }] }, signal, now)
                : null),
        ["lets the engineer approve"] = Deciding((state, signal, now) =>
            state is AwaitingConsent && signal is Signal.Approve own && own.Approver == Sample.Engineer
                ? Renamed(Decider.Decide(state, own with { Approver = Sample.Approver, SecretHash = Sample.SecretHash(Sample.Approver) }, now), Sample.Engineer)
                : null),
        ["accepts widened terms"] = Deciding((state, signal, now) => state is AwaitingConsent && signal is Signal.Approve { Duration: { } longer } answer
            ? Each(Decider.Decide(state, answer with { Duration = null }, now), fact => fact is GrantIntended intended
                ? intended with { Terms = intended.Terms with { Duration = longer }, NotAfter = now + Timing.SendWindow + longer }
                : fact)
            : null),
        ["retries with the terms as asked"] = Deciding((state, signal, now) => state is Granting granting && signal is Signal.GrantDue
            ? Decider.Decide(granting with { Grant = granting.Grant with { Terms = granting.Request.Terms } }, signal, now)
            : null),
        ["accepts expired consent"] = Deciding((state, signal, now) => state is AwaitingConsent waiting && signal is Signal.Approve
            ? Decider.Decide(waiting with { Request = waiting.Request with { ConsentDeadline = DateTimeOffset.MaxValue } }, signal, now)
            : null),
        ["accepts stale terms"] = Deciding((state, signal, now) =>
            state is AwaitingConsent waiting && signal is Signal.Approve { Circumstances.Role: Reading<RoleRules>.Found role } answer
                ? Decider.Decide(state, answer with { ShownTermsHash = (waiting.Terms with { RulesHash = role.Value.Hash }).Hash() }, now)
                : null),
        ["narrows to a namespace that is not there"] = Deciding((state, signal, now) =>
            state is AwaitingConsent && signal is Signal.Approve { Scope: { } scope } answer
                ? Decider.Decide(state, answer with { Circumstances = answer.Circumstances with { Namespace = Sample.Live(scope) } }, now)
                : null),
        ["grants while paused"] = Deciding((state, signal, now) => signal is Signal.GrantDue { Circumstances.GrantsPaused: not false } due
            ? Decider.Decide(state, new Signal.GrantDue(due.Circumstances with { GrantsPaused = false }), now)
            : null),
        ["takes an unreadable ticket for active"] = Deciding((state, signal, now) => signal is Signal.GrantDue { Circumstances.Ticket: Reading<Ticket>.Unreadable } due
            ? Decider.Decide(state, new Signal.GrantDue(due.Circumstances with { Ticket = Cast.Fine.Ticket }), now)
            : null),
        ["grants without intent"] = Deciding((state, signal, _) => state is Scheduled && signal is Signal.BindingCreated or Signal.GrantDue ? Decision.Accept(
            new Granted("uid-1", DateTimeOffset.MaxValue, DateTimeOffset.MaxValue, [])) : null) with
        {
            Apply = (state, fact, at) => state is Scheduled && fact is Granted
                ? new Active(((Asked)state).Request, new Grant(((Asked)state).Terms, BindingName.For(Sample.Id(7), new Scope.Cluster()), "uid-1", at, at, [], "", at), at, at.AddHours(1))
                : Evolution.Apply(state, fact, at),
        },
        ["grants what is not yet allowed"] = Deciding((state, signal, now) => state is Granting && signal is Signal.BindingCreated created
            ? Decider.Decide(state, created with { Answers = Cast.AllowedByOther }, now)
            : null),
        ["sends after send-by"] = Verbs.Real with
        {
            Next = (state, now) => state is Granting { Attempt.Pending: true } granting && now < granting.Attempt.GiveUpAt
                ? new Step.CreateBinding(granting.Grant, granting.Attempt)
                : NextStep.Of(state, now),
        },
        ["lets a held binding stand past its own end"] = Verbs.Real with
        {
            Next = (state, now) => NextStep.Of(state is Granting granting ? granting with { Grant = granting.Grant with { EndsBy = DateTimeOffset.MaxValue } } : state, now),
        },
        ["window beyond the binding's notAfter"] = Deciding((state, signal, now) => Each(Decider.Decide(state, signal, now), fact =>
            fact is Granted granted && state is Granting granting ? granted with { ExpiresAt = now + granting.Terms.Duration } : fact)),
        ["ignores ticket close while granting"] = Deciding((state, signal, _) => state is Granting && signal is Signal.TicketClosed ? Decision.Accept() : null),
        ["ignores a changed role while active"] = Deciding((state, signal, _) => state is Active && signal is Signal.RoleObserved ? Decision.Accept() : null),
        ["closes on intent without proof"] = Deciding((state, signal, _) => state is Revoking && signal is Signal.RemovalFailed ? Decision.Accept(new AccessGone([], [])) : null),
        ["closes before creates have landed"] = Deciding((state, signal, now) => state is Revoking && signal is Signal.BindingAbsent absent
            ? Decider.Decide(state, absent with { ObservedAt = DateTimeOffset.MaxValue }, now)
            : null),
        ["takes an older uid's absence for proof"] = Deciding((state, signal, now) => state is Revoking revoking && signal is Signal.BindingAbsent absent
            ? Decider.Decide(state, absent with { SoughtUid = revoking.Grant.Uid }, now)
            : null),
        ["closes while something unnamed allows"] = Deciding((state, signal, now) => state is Revoking && signal is Signal.BindingAbsent absent
            ? Decider.Decide(state, absent with { Answers = [.. absent.Answers.Where(answer => answer.Grantor is not null)] }, now)
            : null),
        ["forgets an unknown outcome"] = Applying((state, fact, _) => fact is GrantOutcomeUnknown ? state : null),
        ["forgets an unknown outcome once another attempt has failed"] = Applying((state, fact, at) =>
            state is Granting granting && fact is GrantOutcomeUnknown unknown && unknown.Attempt != granting.Attempt.Number
                ? granting with { Grant = granting.Grant with { MayAppearUntil = at + Timing.AppearanceLimit } }
                : null),
        ["gives up revocation"] = Verbs.Real with
        {
            Next = (state, now) => state is RequestState.RevocationUnconfirmed ? new Step.Rest() : NextStep.Of(state, now),
        },
        ["tries a revocation again in an hour"] = Deciding((state, signal, now) => state is Revoking && signal is Signal.RemovalFailed
            ? Decision.Retry(now.AddHours(1))
            : null),
        ["closes on a word too soon"] = Deciding((state, signal, _) => state is Revoking && signal is Signal.ConfirmGone word
            ? Decision.Accept(new GoneByWord(word.Operator, word.Reason))
            : null) with
        {
            Apply = (state, fact, at) => state is Revoking revoking && fact is GoneByWord
                ? new Closed(revoking.Request, revoking.Grant, revoking.Removal.Outcome)
                : Evolution.Apply(state, fact, at),
        },
        ["throws at what it did not expect"] = Deciding((state, signal, _) => state is Active && signal is Signal.CreateWithheld
            ? throw new InvalidOperationException("cannot be")
            : null),
        ["waits for ever when the window has ended"] = Verbs.Real with
        {
            Next = (state, now) => state is Active ? new Step.WaitUntil(now.AddMinutes(1)) : NextStep.Of(state, now),
        },
        ["misses the ten minutes of granting"] = Deciding((state, signal, _) => state is Granting && signal is Signal.DeadlineReached ? Decision.Accept() : null),
        ["grants after the ten minutes"] = Deciding((state, signal, now) => state is Granting granting && signal is Signal.BindingCreated
            ? Decider.Decide(granting with { Attempt = granting.Attempt with { FirstIntentAt = now } }, signal, now)
            : null),
        ["retries under another name"] = Deciding((state, signal, now) => state is Granting
            ? Each(Decider.Decide(state, signal, now), fact => fact is GrantIntended again ? again with { Binding = new BindingName("second", "") } : fact)
            : null),
        ["starts a scheduled grant before its time"] = Deciding((state, signal, now) => state is Scheduled scheduled && signal is Signal.GrantDue
            ? Decider.Decide(scheduled with { StartAt = now }, signal, now)
            : null),
        ["a window without the send window's allowance"] = Deciding((state, signal, now) => Each(Decider.Decide(state, signal, now), fact =>
            fact is GrantIntended intended ? intended with { NotAfter = now + intended.Terms.Duration } : fact)),
        ["turns back when a create succeeds after all"] = Deciding((state, signal, now) => state is Revoking && signal is Signal.BindingCreated created
            ? Decision.Accept(new Granted(created.Uid, created.NotAfter, now.AddMinutes(1), created.Answers))
            : null) with
        {
            Apply = (state, fact, at) => state is Revoking revoking && fact is Granted granted
                ? new Active(revoking.Request, revoking.Grant with { Uid = granted.Uid }, at, granted.ExpiresAt)
                : Evolution.Apply(state, fact, at),
        },
        ["closes with another outcome"] = Applying((state, fact, _) => state is Revoking revoking && fact is AccessGone
            ? new Closed(revoking.Request, revoking.Grant, new Outcome.Lapsed())
            : null),
        ["calls a disappearance an expiry"] = Deciding((state, signal, now) => state is Active && signal is Signal.BindingDisappeared
            ? Each(Decider.Decide(state, signal, now), fact => fact is RevocationStarted started ? started with { Outcome = new Outcome.Ended(EndCause.Expired) } : fact)
            : null),
        ["removes before the window has ended"] = Verbs.Real with
        {
            Next = (state, now) => state is Active active && now >= active.ExpiresAt - Deadlines.Instant ? new Step.RemoveBinding(active.Grant) : NextStep.Of(state, now),
        },
        ["never tells that a removal is unconfirmed"] = Deciding((state, signal, now) => state is Revoking && signal is Signal.RemovalFailed
            ? Decision.Retry(now.AddSeconds(1))
            : null),
        ["puts a deadline off because somebody was told"] = Applying((state, fact, at) => state is AwaitingConsent waiting && fact is OfNotice
            ? waiting with { Request = waiting.Request with { ConsentDeadline = waiting.Request.ConsentDeadline.AddMinutes(1) } }
            : null),
        ["drops what came of a notice once the request is closed"] = Deciding((state, signal, _) => state is Closed && signal is Signal.NoticesSettled ? Decision.Accept() : null),
        ["removes nothing once the removal was told as unconfirmed"] = Applying((state, fact, _) => state is RequestState.RevocationUnconfirmed && fact is AccessGone ? state : null),
    };

    private static Verbs Deciding(Func<RequestState, Signal, DateTimeOffset, Decision?> fault) =>
        Verbs.Real with { Decide = (state, signal, now) => fault(state, signal, now) ?? Decider.Decide(state, signal, now) };

    private static Verbs Applying(Func<RequestState, RequestFact, DateTimeOffset, RequestState?> fault) =>
        Verbs.Real with { Apply = (state, fact, at) => fault(state, fact, at) ?? Evolution.Apply(state, fact, at) };

    private static Decision Each(Decision decision, Func<RequestFact, RequestFact> change) => decision is Decision.Accepted accepted
        ? accepted with { Facts = [.. accepted.Facts.Cast<RequestFact>().Select(change)] }
        : decision;

    private static Decision Renamed(Decision decision, Person approver) =>
        Each(decision, fact => fact is ConsentGiven given ? given with { Approver = approver } : fact);
}
