using AksArcJit.Lifecycle.Roles;
using AksArcJit.Lifecycle.Rules;
using static AksArcJit.Lifecycle.Requests.RequestFact;
using static AksArcJit.Lifecycle.Requests.RequestState;

namespace AksArcJit.Lifecycle.Requests;

/// <summary>Consent: the approvers' answers, and the start that follows the last of them.</summary>
public static partial class Decider
{
    private static Decision Decide(RequestState state, Signal.Approve answer, DateTimeOffset now)
    {
        if (state is Unasked)
            return NotFound();
        if (state is not AwaitingConsent waiting)
            return PastConsent();
        if (ConsentRules.Standing(waiting, answer.Circumstances.Role) is not { } standing)
            return Decision.Refuse(TermsRules.RoleExists(new TermsInput(waiting.Request.Ticket, waiting.Terms, answer.Circumstances))
                ?? TermsRules.Unavailable("the role's rules"));

        var input = new ConsentInput(waiting, answer, standing, now);
        if (ConsentRules.All.FirstObjection(input) is { } refusal)
            return Decision.Refuse(refusal);

        // Consents hold only together, to one set of rules.
        if (waiting.Consents.Any(earlier => earlier.Terms.RulesHash != standing.RulesHash))
            return Decision.Accept(new RequestCancelled(CancelCause.RoleChanged, null, RoleChanged));

        var terms = ConsentRules.Narrowed(input);
        var consent = new ConsentGiven(answer.Approver, answer.ShownTermsHash, terms,
            terms.RulesHash == waiting.Request.Terms.RulesHash ? [] : RulesIn(answer.Circumstances), answer.Comment);
        return Decision.Accept(Completes(waiting, answer, now) ? [consent, Start(waiting.Request, terms, answer.Circumstances, now)] : [consent]);
    }

    private static Decision Decide(RequestState state, Signal.Refuse answer, DateTimeOffset now) => state switch
    {
        Unasked => NotFound(),
        AwaitingConsent waiting when now >= waiting.Request.ConsentDeadline =>
            Decision.Refuse(RefusalReason.ConsentExpired, "The time for an answer has ended; nothing was granted."),
        AwaitingConsent waiting when ConsentRules.WasAsked(waiting.Request, answer.Approver, answer.SecretHash) is { } refusal => Decision.Refuse(refusal),
        AwaitingConsent => Decision.Accept(new ConsentRefused(answer.Approver, answer.Comment)),
        _ => PastConsent(),
    };

    private static Decision Decide(RequestState state, Signal.GrantDue due, DateTimeOffset now) => state switch
    {
        Scheduled scheduled when now >= scheduled.StartAt => StartScheduled(scheduled, due.Circumstances, now),
        Granting granting when now >= granting.EndsAt => DecideDeadline(granting, now),
        Granting granting when !CanSend(granting.Attempt, now) && now >= granting.Attempt.RetryAt => StartAgain(granting, due.Circumstances, now),
        _ => Decision.Accept(),
    };

    private static Decision StartScheduled(Scheduled scheduled, Circumstances circumstances, DateTimeOffset now)
    {
        if (now >= scheduled.StartAt + Timing.GrantingLimit)
            return Decision.Accept(new GrantAbandoned(scheduled.HeldFor ?? "the start could not be made within 10 minutes"));
        return Obstacle(scheduled.Request, scheduled.Final, circumstances) switch
        {
            null => Decision.Accept(Intent(scheduled.Request, scheduled.Final, 1, circumstances, now)),
            { Reason: RefusalReason.TermsChanged } changed => Decision.Accept(new RequestCancelled(CancelCause.RoleChanged, null, changed.Detail)),
            { Reason: RefusalReason.TicketNotActive or RefusalReason.TicketNotFound } closed =>
                Decision.Accept(new RequestCancelled(CancelCause.TicketClosed, null, closed.Detail)),
            { Reason: var reason } passing when IsPassing(reason) => Decision.Retry(now + HoldPause, Held(scheduled.HeldFor, passing.Detail)),
            var final => Decision.Accept(new GrantAbandoned(final.Detail)),
        };
    }

    private static Decision StartAgain(Granting granting, Circumstances circumstances, DateTimeOffset now) =>
        Obstacle(granting.Request, granting.Grant.Terms, circumstances) switch
        {
            null => Decision.Accept(Intent(granting.Request, granting.Grant.Terms, granting.Attempt.Number + 1, circumstances, now)),
            { Reason: RefusalReason.TermsChanged } changed =>
                Revoke(granting, EndCause.RoleChanged, new Outcome.Cancelled(CancelCause.RoleChanged), null, changed.Detail),
            { Reason: RefusalReason.TicketNotActive or RefusalReason.TicketNotFound } closed =>
                Revoke(granting, EndCause.TicketClosed, new Outcome.Cancelled(CancelCause.TicketClosed), null, closed.Detail),
            { Reason: var reason } passing when IsPassing(reason) => Decision.Retry(now + HoldPause, Held(granting.Attempt.HeldFor, passing.Detail)),
            var final => Decision.Accept(new RevocationStarted(new Outcome.GrantFailed(final.Detail), null, final.Detail)),
        };

    /// <summary>What stands between consented terms and a binding now; null where nothing does.</summary>
    public static Refusal? Obstacle(AccessRequest request, Terms terms, Circumstances circumstances)
    {
        if (circumstances.Role is Reading<RoleRules>.Found found && found.Value.Hash != terms.RulesHash)
            return new Refusal(RefusalReason.TermsChanged, RoleChanged);
        return TermsRules.All.FirstObjection(new TermsInput(request.Ticket, terms, circumstances));
    }

    private static bool Completes(AwaitingConsent waiting, Signal.Approve answer, DateTimeOffset now) =>
        waiting.Consents.Select(consent => consent.Approver).Append(answer.Approver).Distinct()
            .Count(answer.Circumstances.Policy!.Approvers.Contains) >= Math.Max(waiting.Request.Quorum, 1)
        && now < waiting.Request.ConsentDeadline;

    private static RequestFact Start(AccessRequest request, Terms terms, Circumstances circumstances, DateTimeOffset now) =>
        terms.StartAt is { } start && start > now ? new GrantScheduled(terms, start) : Intent(request, terms, 1, circumstances, now);

    private static GrantIntended Intent(AccessRequest request, Terms terms, int attempt, Circumstances circumstances, DateTimeOffset now) =>
        new(attempt, terms, BindingName.For(request.Id, terms.Scope), now + Timing.SendWindow + terms.Duration,
            Probe.Of(new RoleRules(RulesIn(circumstances)), terms.Scope));

    private static bool IsPassing(RefusalReason reason) => reason is RefusalReason.GrantsPaused or RefusalReason.JournalNotTrusted or RefusalReason.InputUnavailable;

    // Asked again this often while held; a reason is recorded once, not at every look.
    private static readonly TimeSpan HoldPause = TimeSpan.FromSeconds(2);

    private static IReadOnlyList<Fact> Held(string? known, string reason) => known == reason ? [] : [new GrantHeld(reason)];

    private static Decision PastConsent() =>
        Decision.Refuse(RefusalReason.AlreadyDecided, "This request has been decided already; the page shows where it stands.");
}
