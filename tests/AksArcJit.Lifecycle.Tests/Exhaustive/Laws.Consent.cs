using AksArcJit.Lifecycle.Requests;
using AksArcJit.TestKit;
using static AksArcJit.Lifecycle.Requests.RequestFact;

namespace AksArcJit.Lifecycle.Tests.Exhaustive;

/// <summary>Invariant 2: recorded, unexpired, single-use consents to the very terms that are granted.</summary>
public static partial class Laws
{
    private static bool ConsentsAreByAskedApproversOnce(Edge edge) => Facts<ConsentGiven>(edge).All(change =>
        edge.Signal is Signal.Approve answer
        && answer.Approver == change.Fact.Approver
        && answer.Approver != Sample.Engineer
        && change.Known.Request!.Approvers.Any(asked => asked.Person == answer.Approver && asked.SecretHash == answer.SecretHash)
        && answer.Circumstances.Policy!.Approvers.Contains(answer.Approver)
        && change.Known.Consents.All(earlier => earlier.Approver != answer.Approver));

    private static bool ConsentsAreInTimeAndInGoodCircumstances(Edge edge) => Facts<ConsentGiven>(edge).All(change =>
        edge.Now < change.Known.Request!.ConsentDeadline
        && ((Signal.Approve)edge.Signal).Circumstances is var circumstances
        && Cast.Allow(circumstances, change.Fact.Terms)
        && circumstances.Namespace == Sample.Live(change.Fact.Terms.Scope));

    private static bool ConsentsAreToWhatWasShown(Edge edge) => Facts<ConsentGiven>(edge).All(change =>
    {
        var standing = change.Known.Consents.Count > 0 ? change.Known.Consents[^1].Terms : change.Known.Request!.Terms;
        return ((Signal.Approve)edge.Signal).ShownTermsHash == (standing with { RulesHash = change.Fact.Terms.RulesHash }).Hash();
    });

    private static bool TermsNeverWiden(Edge edge) => edge.Changes.All(change => TermsOf(change.Fact) is not { } terms
        || (IsWithin(terms, change.Known.Request!.Terms) && change.Known.Consents.All(consent => IsWithin(terms, consent.Terms))));

    private static bool GrantsRestOnAQuorum(Edge edge) => edge.Changes.All(change =>
    {
        if (change.Fact is not (GrantIntended or GrantScheduled) || TermsOf(change.Fact) is not { } terms)
            return true;
        var known = change.Known;
        var still = edge.Signal is Signal.Approve answer ? answer.Circumstances.Policy!.Approvers : Cast.Fine.Policy!.Approvers;
        return known.Consents.Select(consent => consent.Approver).Distinct().Count(still.Contains) >= known.Request!.Quorum
            && known.Consents.All(consent => consent.At < known.Request.ConsentDeadline && consent.Terms.RulesHash == terms.RulesHash);
    });

    private static bool GrantsNeedGoodCircumstances(Edge edge) => Facts<GrantIntended>(edge).All(change => edge.Signal switch
    {
        Signal.Approve answer => Cast.Allow(answer.Circumstances, change.Fact.Terms),
        Signal.GrantDue due => Cast.Allow(due.Circumstances, change.Fact.Terms),
        _ => false,
    });

    private static Terms? TermsOf(RequestFact fact) => fact switch
    {
        ConsentGiven given => given.Terms,
        GrantScheduled scheduled => scheduled.Terms,
        GrantIntended intended => intended.Terms,
        _ => null,
    };

    private static bool IsWithin(Terms terms, Terms wider) =>
        terms.Duration > TimeSpan.Zero && terms.Duration <= wider.Duration && wider.Scope.Covers(terms.Scope)
        && (terms.Scope is not Scope.Namespace one || DnsLabel.IsValid(one.Name))
        && terms with { Duration = wider.Duration, Scope = wider.Scope, RulesHash = wider.RulesHash } == wider;

    private static IEnumerable<(TFact Fact, Ledger Known)> Facts<TFact>(Edge edge) where TFact : RequestFact
    {
        foreach (var change in edge.Changes)
            if (change.Fact is TFact fact)
                yield return (fact, change.Known);
    }
}
