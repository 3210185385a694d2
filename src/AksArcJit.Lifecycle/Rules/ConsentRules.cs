using AksArcJit.Lifecycle.Requests;
using AksArcJit.Lifecycle.Roles;

namespace AksArcJit.Lifecycle.Rules;

/// <summary>An approver's yes, held against the request and the moment.</summary>
/// <param name="Shown">The terms as they stand now, with the hash of the role's live rules.</param>
public sealed record ConsentInput(RequestState.AwaitingConsent State, Signal.Approve Answer, Terms Shown, DateTimeOffset Now);

public static class ConsentRules
{
    public static readonly IReadOnlyList<Check<ConsentInput>> All =
        [IsBeforeDeadline, ApproverWasAsked, ApproverIsNotTheEngineer, ApproverHasNotDecided, ApproverIsStillConfigured, RequestIsSealed, TermsHold, TermsAreThoseShown, DurationOnlyShrinks, ScopeOnlyShrinks, ScopesAgree, NarrowedTermsHold, NarrowedNamespaceStands];

    public static Refusal? IsBeforeDeadline(ConsentInput input) =>
        input.Now < input.State.Request.ConsentDeadline
            ? null
            : new(RefusalReason.ConsentExpired, $"The time for an answer ended at {input.State.Request.ConsentDeadline:u}; the engineer can ask again.");

    public static Refusal? ApproverWasAsked(ConsentInput input) => WasAsked(input.State.Request, input.Answer.Approver, input.Answer.SecretHash);

    public static Refusal? WasAsked(AccessRequest request, Person approver, string secretHash) =>
        request.Approvers.Any(asked => asked.Person == approver && asked.SecretHash == secretHash)
            ? null
            : new(RefusalReason.ApproverNotConfigured, "This link does not belong to an approver of this request.");

    public static Refusal? ApproverIsNotTheEngineer(ConsentInput input) =>
        input.Answer.Approver != input.State.Request.Terms.Engineer
            ? null
            : new(RefusalReason.OwnRequest, "Nobody approves their own request.");

    public static Refusal? ApproverHasNotDecided(ConsentInput input) =>
        input.State.Consents.All(consent => consent.Approver != input.Answer.Approver)
            ? null
            : new(RefusalReason.AlreadyDecided, "You have already approved this request; it waits for other approvers.");

    public static Refusal? ApproverIsStillConfigured(ConsentInput input)
    {
        if (input.Answer.Circumstances.Policy is not { } policy)
            return TermsRules.Unavailable("the cluster's options");
        return policy.Approvers.Contains(input.Answer.Approver)
            ? null
            : new(RefusalReason.ApproverNotConfigured, "You are no longer an approver of this cluster.");
    }

    /// <summary>No access is ever created from such a request, so that a consent to it would be spent for nothing.</summary>
    public static Refusal? RequestIsSealed(ConsentInput input) =>
        input.Answer.Circumstances.Forgery is null
            ? null
            : new(RefusalReason.RequestNotSealed, "This broker cannot vouch for its record of this request, so no access can come of it; the engineer can ask again. Nothing was granted.");

    public static Refusal? TermsHold(ConsentInput input) => Holds(input, input.Shown);

    public static Refusal? TermsAreThoseShown(ConsentInput input) =>
        input.Answer.ShownTermsHash == input.Shown.Hash()
            ? null
            : new(RefusalReason.TermsChanged, "The terms have changed since this page was shown. Nothing was granted; read the new terms and decide again.");

    public static Refusal? DurationOnlyShrinks(ConsentInput input) =>
        input.Answer.Duration is not { } duration || (duration > TimeSpan.Zero && duration <= input.Shown.Duration)
            ? null
            : new(RefusalReason.WidensTerms, $"A consent may shorten the window of {input.Shown.Duration:g}, not lengthen it; the duration must be more than zero.");

    public static Refusal? ScopeOnlyShrinks(ConsentInput input) =>
        input.Answer.Scope is not { } scope || input.Shown.Scope.Covers(scope) || input.Shown.Scope is Scope.Namespace && scope is Scope.Namespace
            ? null
            : new(RefusalReason.WidensTerms, $"A consent may narrow the scope of {input.Shown.Scope}, not widen it.");

    public static Refusal? ScopesAgree(ConsentInput input) =>
        input.Answer.Scope is not Scope.Namespace chosen || input.Shown.Scope is not Scope.Namespace standing || chosen == standing
            ? null
            : new(RefusalReason.NamespaceDiffers, $"The terms are already limited to namespace {standing.Name}; namespace {chosen.Name} shares nothing with it.");

    public static Refusal? NarrowedTermsHold(ConsentInput input) => Holds(input, Narrowed(input));

    public static Refusal? NarrowedNamespaceStands(ConsentInput input) => TermsRules.NamespaceStands(Narrowed(input), input.Answer.Circumstances);

    public static Terms Narrowed(ConsentInput input) => input.Shown with
    {
        Duration = input.Answer.Duration ?? input.Shown.Duration,
        Scope = input.Answer.Scope ?? input.Shown.Scope,
    };

    /// <summary>The terms as they stand, with the role as it is now; null where the role cannot be read.</summary>
    public static Terms? Standing(RequestState.AwaitingConsent state, Reading<RoleRules> role) =>
        role is Reading<RoleRules>.Found found ? state.Terms with { RulesHash = found.Value.Hash } : null;

    private static Refusal? Holds(ConsentInput input, Terms terms) =>
        TermsRules.All.FirstObjection(new TermsInput(input.State.Request.Ticket, terms, input.Answer.Circumstances));
}
