using AksArcJit.Lifecycle.Notices;
using AksArcJit.Lifecycle.Rules;
using static AksArcJit.Lifecycle.Requests.RequestFact;
using static AksArcJit.Lifecycle.Requests.RequestState;

namespace AksArcJit.Lifecycle.Requests;

/// <summary>
/// The one place where a request's fate is decided: state and signal in, facts out. Total: every signal has an answer in every state,
/// and no outcome of an effect is ever dropped. Design section 4.
/// </summary>
public static partial class Decider
{
    public static Decision Decide(RequestState state, Signal signal, DateTimeOffset now) => signal switch
    {
        Signal.Ask ask => Decide(state, ask, now),
        Signal.Approve approve => Decide(state, approve, now),
        Signal.Refuse refuse => Decide(state, refuse, now),
        Signal.Withdraw withdraw => Decide(state, withdraw),
        Signal.Revoke revoke => Decide(state, revoke),
        Signal.ConfirmGone word => Decide(state, word),
        Signal.TicketClosed closed => Decide(state, closed),
        Signal.DeadlineReached => DecideDeadline(state, now),
        Signal.GrantDue due => Decide(state, due, now),
        Signal.CreateWithheld withheld => Decide(state, withheld, now),
        Signal.CreateFailed failed => Decide(state, failed, now),
        Signal.CreateUnknown unknown => Decide(state, unknown, now),
        Signal.BindingCreated created => Decide(state, created, now),
        Signal.BindingAbsent absent => Decide(state, absent, now),
        Signal.RemovalFailed failed => Decide(state, failed, now),
        Signal.BindingAltered altered => Decide(state, altered),
        Signal.BindingDisappeared gone => Decide(state, gone),
        Signal.StrayBinding stray => Seen(state, stray.Uid, "seen by the sweep"),
        Signal.RoleObserved role => Decide(state, role),
        Signal.NoticesSettled settled => Decide(state, settled),
        _ => throw new ArgumentOutOfRangeException(nameof(signal)),
    };

    private static Decision Decide(RequestState state, Signal.Ask ask, DateTimeOffset now)
    {
        if (state is not Unasked)
            return Decision.Refuse(RefusalReason.RequestExists, $"Request {ask.Proposal.Id} exists already.");
        return AskRules.All.FirstObjection(new AskInput(ask.Proposal, ask.Circumstances, now)) is { } refusal
            ? Decision.Refuse(refusal)
            : Decision.Accept(new AccessRequested(ask.Proposal, RulesIn(ask.Circumstances)));
    }

    private static Decision Decide(RequestState state, Signal.Withdraw withdraw) => state switch
    {
        Unasked => NotFound(),
        Asked asked when asked.Request.Terms.Engineer != withdraw.By =>
            Decision.Refuse(RefusalReason.NotTheEngineer, "Only the engineer who asked can withdraw a request."),
        AwaitingConsent or Scheduled => Decision.Accept(new RequestWithdrawn(withdraw.By)),
        _ => Decision.Refuse(RefusalReason.NotBeforeAccess, "A request can be withdrawn only before access; end the access instead."),
    };

    private static Decision Decide(RequestState state, Signal.TicketClosed closed) => state switch
    {
        AwaitingConsent or Scheduled => Decision.Accept(new RequestCancelled(CancelCause.TicketClosed, null, closed.Reason)),
        Granting granting => Revoke(granting, EndCause.TicketClosed, new Outcome.Cancelled(CancelCause.TicketClosed), null, closed.Reason),
        Active => Decision.Accept(new RevocationStarted(new Outcome.Ended(EndCause.TicketClosed), null, closed.Reason)),
        _ => Decision.Accept(),
    };

    private static Decision Decide(RequestState state, Signal.Revoke revoke) => (state, revoke.Whose) switch
    {
        (Unasked, _) => NotFound(),
        (AwaitingConsent or Scheduled, RevokedBy.Engineer) => Decision.Accept(new RequestWithdrawn(revoke.By)),
        (AwaitingConsent or Scheduled, _) => Decision.Accept(new RequestCancelled(CancelFor(revoke.Whose), revoke.By, revoke.Reason)),
        (Granting granting, RevokedBy.Engineer) => Revoke(granting, EndCause.EngineerReleased, new Outcome.Withdrawn(), revoke.By, revoke.Reason),
        (Granting granting, _) => Revoke(granting, EndFor(revoke.Whose), new Outcome.Cancelled(CancelFor(revoke.Whose)), revoke.By, revoke.Reason),
        (Active, _) => Decision.Accept(new RevocationStarted(new Outcome.Ended(EndFor(revoke.Whose)), revoke.By, revoke.Reason)),
        (Revoking or RequestState.RevocationUnconfirmed, _) => Decision.Accept(),
        (Closed, _) => Decision.Refuse(RefusalReason.NothingToEnd, "The request is closed; there is no access to end."),
        _ => throw new ArgumentOutOfRangeException(nameof(state)),
    };

    private static Decision DecideDeadline(RequestState state, DateTimeOffset now) => state switch
    {
        AwaitingConsent waiting when now >= waiting.Request.ConsentDeadline => Decision.Accept(new ConsentLapsed()),
        Granting granting when now >= granting.EndsAt => GiveUp(granting, NotConfirmed),
        Active active when now >= active.ExpiresAt => Decision.Accept(Expiry),
        _ => Decision.Accept(),
    };

    private static Decision Decide(RequestState state, Signal.RoleObserved role) => state switch
    {
        Scheduled scheduled when scheduled.Final.RulesHash != role.RulesHash =>
            Decision.Accept(new RequestCancelled(CancelCause.RoleChanged, null, RoleChanged)),
        Granting granting when granting.Grant.RulesHash != role.RulesHash =>
            Revoke(granting, EndCause.RoleChanged, new Outcome.Cancelled(CancelCause.RoleChanged), null, RoleChanged),
        Active active when active.Grant.RulesHash == role.RulesHash => Decision.Accept(),
        Active when role.Objections.Count > 0 => Decision.Accept(
            new RevocationStarted(new Outcome.Ended(EndCause.RoleChanged), null, $"{RoleChanged} {string.Join(' ', role.Objections)}")),
        Active => Decision.Accept(new RoleChangeObserved(role.RulesHash, role.Rules)),
        _ => Decision.Accept(),
    };

    // Told twice by two instances is recorded twice, because it happened twice.
    private static Decision Decide(RequestState state, Signal.NoticesSettled settled) => state is Unasked
        ? Decision.Accept()
        : Decision.Accept([.. settled.Outcomes.Select(Recorded)]);

    private static Fact Recorded(NoticeOutcome outcome) => outcome switch
    {
        NoticeOutcome.Delivered delivered => new NoticeDelivered(delivered.Notice, delivered.Channel),
        NoticeOutcome.Undelivered undelivered => new NoticeUndelivered(undelivered.Notice, undelivered.Reason),
        _ => throw new ArgumentOutOfRangeException(nameof(outcome)),
    };

    private const string RoleChanged = "The role's rules are no longer those that were consented to.";

    private static RevocationStarted Expiry => new(new Outcome.Ended(EndCause.Expired), null, "The window has ended.");

    // Once a binding of ours was seen, access may have been used: the outcome says Ended, not Cancelled.
    private static Decision Revoke(Granting granting, EndCause seen, Outcome unseen, Person? by, string reason) =>
        Decision.Accept(new RevocationStarted(granting.Grant.Uid is null ? unseen : new Outcome.Ended(seen), by, reason));

    private static Decision GiveUp(Granting granting, string reason) => Decision.Accept(GivenUp(granting, reason));

    private static RevocationStarted GivenUp(Granting granting, string reason) =>
        new(new Outcome.GrantFailed(granting.Attempt.HeldFor ?? reason), null, reason);

    private const string NotConfirmed = "the cluster did not confirm the access in time";

    private static CancelCause CancelFor(RevokedBy whose) => whose == RevokedBy.Operator ? CancelCause.OperatorRevoked : CancelCause.CustomerRevoked;

    private static EndCause EndFor(RevokedBy whose) => whose switch
    {
        RevokedBy.Engineer => EndCause.EngineerReleased,
        RevokedBy.Customer => EndCause.CustomerRevoked,
        RevokedBy.Operator => EndCause.OperatorRevoked,
        _ => throw new ArgumentOutOfRangeException(nameof(whose)),
    };

    private static Decision NotFound() => Decision.Refuse(RefusalReason.RequestNotFound, "There is no such request.");

    private static IReadOnlyList<Roles.PolicyRule> RulesIn(Circumstances circumstances) =>
        circumstances.Role is Reading<Roles.RoleRules>.Found found ? found.Value.Rules : [];
}
