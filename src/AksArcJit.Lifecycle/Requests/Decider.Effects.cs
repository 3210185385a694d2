using AksArcJit.Lifecycle.Roles;
using static AksArcJit.Lifecycle.Requests.RequestFact;
using static AksArcJit.Lifecycle.Requests.RequestState;

namespace AksArcJit.Lifecycle.Requests;

/// <summary>Outcomes of effects and findings of the sweep: accepted in every state, whenever they arrive.</summary>
public static partial class Decider
{
    private static Decision Decide(RequestState state, Signal.CreateWithheld withheld, DateTimeOffset now) => state switch
    {
        Granting granting when now >= granting.EndsAt => DecideDeadline(granting, now),
        Granting granting => Decision.Retry(now + HoldPause, Held(granting.Attempt.HeldFor, withheld.Reason)),
        _ => Decision.Accept(),
    };

    private static Decision Decide(RequestState state, Signal.CreateFailed failed, DateTimeOffset now) => state switch
    {
        Granting granting when now >= granting.EndsAt => GiveUp(granting, failed.Reason),
        Granting { Attempt: var attempt } when attempt.Pending && attempt.Number == failed.Attempt =>
            Decision.Accept(new GrantAttemptFailed(failed.Attempt, failed.Reason)),
        _ => Decision.Accept(),
    };

    private static Decision Decide(RequestState state, Signal.CreateUnknown unknown, DateTimeOffset now) => state switch
    {
        Granting granting when now >= granting.EndsAt =>
            Decision.Accept(new GrantOutcomeUnknown(unknown.Attempt, unknown.Reason), new RevocationStarted(new Outcome.GrantFailed(unknown.Reason), null, unknown.Reason)),
        // Also for an attempt that is no longer the current one, or beside one that succeeded: what was sent may still take effect.
        Granting or Active or Revoking or RequestState.RevocationUnconfirmed => Decision.Accept(new GrantOutcomeUnknown(unknown.Attempt, unknown.Reason)),
        _ => Decision.Accept(),
    };

    private static Decision Decide(RequestState state, Signal.BindingCreated created, DateTimeOffset now) => state switch
    {
        Granting granting when now >= granting.EndsAt || now >= created.NotAfter => Decision.Accept(
            new BindingObserved(created.Uid, created.NotAfter, "the binding stands too late to be granted"),
            new RevocationStarted(new Outcome.GrantFailed("the binding stood too late"), null, "The binding stood too late to be granted.")),
        Granting granting when created.Unanswered is null && created.Answers.All(answer => answer.Allowed) => Decision.Accept(new Granted(
            created.Uid, created.NotAfter, Earlier(now + granting.Grant.Terms.Duration, created.NotAfter), created.Answers)),
        Granting granting => Decision.Retry(now + Timing.Pause(1, Timing.LongestGrantPause),
            granting.Grant.Uid == created.Uid ? [] : [new BindingObserved(created.Uid, created.NotAfter, created.Unanswered ?? NotYet(created.Answers))]),
        _ => Seen(state, created.Uid, "seen by a create that was still in flight"),
    };

    // A binding of ours that the journal does not know of in this state: never silently accepted, always removed.
    private static Decision Seen(RequestState state, string uid, string how) => state switch
    {
        Active active when active.Grant.Uid != uid => Decision.Accept(
            new BindingObserved(uid, active.Grant.NotAfter, how),
            new RevocationStarted(new Outcome.Ended(EndCause.BindingDisappeared), null, "The binding was removed and another stands in its place.")),
        Revoking { Grant: var grant } when grant.Uid != uid => Decision.Accept(new BindingObserved(uid, grant.NotAfter, how)),
        RequestState.RevocationUnconfirmed { Grant: var grant } when grant.Uid != uid => Decision.Accept(new BindingObserved(uid, grant.NotAfter, how)),
        Closed { Grant: not null } => Decision.Accept(new StrayBindingFound(uid)),
        _ => Decision.Accept(),
    };

    private static Decision Decide(RequestState state, Signal.BindingAbsent absent, DateTimeOffset now) => state switch
    {
        Active active when active.Grant.Uid == absent.SoughtUid => Judge(active.Grant, absent, null, now, UnorderedEnd(active, now)),
        Granting granting when now >= granting.Grant.EndsBy => Judge(granting.Grant, absent, null, now, GivenUp(granting, NotConfirmed)),
        Revoking revoking => Judge(revoking.Grant, absent, revoking.Removal, now),
        RequestState.RevocationUnconfirmed unconfirmed => Judge(unconfirmed.Grant, absent, unconfirmed.Removal, now, isUnconfirmed: true),
        _ => Decision.Accept(),
    };

    private static Decision Judge(
        Grant grant, Signal.BindingAbsent absent, Removal? removal, DateTimeOffset now, RevocationStarted? first = null, bool isUnconfirmed = false)
    {
        IReadOnlyList<Fact> before = first is null ? [] : [first];
        var again = now + Timing.Pause((removal?.Failures ?? 0) + 1, Timing.LongestRevocationPause);
        if (grant.Uid != absent.SoughtUid)
            return Decision.Retry(now, before);
        if (absent.ObservedAt < grant.MayAppearUntil)
            return Decision.Retry(Earlier(now + HoldPause, grant.MayAppearUntil), before);
        if (absent.Answers.Any(answer => answer.Allowed && answer.AllowedBy == grant.Binding))
            return Decision.Retry(again, !isUnconfirmed && removal is not null && HasLasted(removal, now)
                ? [new RequestFact.RevocationUnconfirmed("The cluster still allows by the removed binding.", absent.Answers)]
                : [.. before, .. Failure(removal, "the cluster still allows by the removed binding", now)]);
        if (absent.Answers.Any(answer => answer.Allowed && answer.Grantor is null))
            return Decision.Retry(again, isUnconfirmed ? before : [.. before, new RequestFact.RevocationUnconfirmed(
                "The cluster still allows, by a reason that names neither a binding nor an Azure role assignment.", absent.Answers)]);
        return Decision.Accept([.. before, new AccessGone(absent.Answers, [.. absent.Answers.Where(answer => answer.Allowed)])]);
    }

    private static Decision Decide(RequestState state, Signal.RemovalFailed failed, DateTimeOffset now) => state switch
    {
        Active active when now >= active.ExpiresAt =>
            Decision.Retry(now + Timing.Pause(1, Timing.LongestRevocationPause), Expiry, new RevocationAttemptFailed(failed.Reason)),
        Granting granting when now >= granting.Grant.EndsBy => Decision.Retry(now + Timing.Pause(1, Timing.LongestRevocationPause),
            GivenUp(granting, NotConfirmed), new RevocationAttemptFailed(failed.Reason)),
        Revoking revoking => Decision.Retry(now + Timing.Pause(revoking.Removal.Failures + 1, Timing.LongestRevocationPause),
            HasLasted(revoking.Removal, now)
                ? [new RequestFact.RevocationUnconfirmed(failed.Reason, [])]
                : Failure(revoking.Removal, failed.Reason, now)),
        RequestState.RevocationUnconfirmed unconfirmed =>
            Decision.Retry(now + Timing.LongestRevocationPause, Failure(unconfirmed.Removal, failed.Reason, now)),
        _ => Decision.Accept(),
    };

    private static Decision Decide(RequestState state, Signal.ConfirmGone word) => state switch
    {
        Unasked => NotFound(),
        RequestState.RevocationUnconfirmed => Decision.Accept(new GoneByWord(word.Operator, word.Reason)),
        _ => Decision.Refuse(RefusalReason.NotUnconfirmed, "Only a revocation that the cluster has not confirmed can be closed on an operator's word."),
    };

    private static Decision Decide(RequestState state, Signal.BindingAltered altered) => state switch
    {
        Active active when active.Grant.Uid == altered.Uid =>
            Decision.Accept(new RevocationStarted(new Outcome.Ended(EndCause.BindingAltered), null, $"The binding was altered: {altered.What}.")),
        Active => Seen(state, altered.Uid, altered.What),
        _ => Decision.Accept(),
    };

    private static Decision Decide(RequestState state, Signal.BindingDisappeared gone) => state switch
    {
        Active active when active.Grant.Uid == gone.Uid =>
            Decision.Accept(new RevocationStarted(new Outcome.Ended(EndCause.BindingDisappeared), null, "The binding was removed by somebody else.")),
        _ => Decision.Accept(),
    };

    private static RevocationStarted UnorderedEnd(Active active, DateTimeOffset now) => now >= active.ExpiresAt
        ? Expiry
        : new RevocationStarted(new Outcome.Ended(EndCause.BindingDisappeared), null, "The binding was found absent before its end.");

    // Every attempt's failure would fill the chain of a request whose cluster is away for a day: the first new reasons, then doubling
    // intervals, whatever the reason.
    private const int ReasonsTold = 8;

    private static IReadOnlyList<Fact> Failure(Removal? removal, string reason, DateTimeOffset now) =>
        removal is null || (removal.Reason != reason && removal.Failures < ReasonsTold) || now - removal.StartedAt >= 2 * (removal.LastFailureAt - removal.StartedAt)
            ? [new RevocationAttemptFailed(reason)]
            : [];

    private static bool HasLasted(Removal removal, DateTimeOffset now) => now >= removal.StartedAt + Timing.UnconfirmedAfter;

    private static bool CanSend(Attempt attempt, DateTimeOffset now) => attempt.Pending && now <= attempt.SendBy;

    private static string NotYet(IReadOnlyList<ProbeAnswer> answers) =>
        $"the cluster does not yet allow {answers.First(answer => !answer.Allowed).Probe}";

    private static DateTimeOffset Earlier(DateTimeOffset one, DateTimeOffset other) => one < other ? one : other;
}
