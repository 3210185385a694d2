using AksArcJit.Lifecycle.Requests;

namespace AksArcJit.Lifecycle.Rules;

/// <summary>What must hold, beyond the terms, for a request to be put to the customer.</summary>
public sealed record AskInput(AccessRequest Proposal, Circumstances Circumstances, DateTimeOffset Now);

public static class AskRules
{
    public static readonly IReadOnlyList<Check<AskInput>> All =
        [TermsHold, NamespaceStands, GroupsAreKnown, StartIsWithinPolicy, ApproversSuffice, ContinuesASuitableRequest, HasNoPendingTwin];

    public static Refusal? TermsHold(AskInput input) =>
        TermsRules.All.FirstObjection(new TermsInput(input.Proposal.Ticket, input.Proposal.Terms, input.Circumstances));

    // What a group allows could not be told apart from what ours allowed: in doubt the new is refused (invariant 6).
    public static Refusal? GroupsAreKnown(AskInput input) =>
        input.Proposal.Membership is { IsWhole: false }
            ? new(RefusalReason.GroupsUnknown, $"Your token does not name all of your groups (or more than {Membership.MostGroups}), so nobody could tell afterwards what else gives you access.")
            : null;

    public static Refusal? NamespaceStands(AskInput input) => TermsRules.NamespaceStands(input.Proposal.Terms, input.Circumstances);

    public static Refusal? StartIsWithinPolicy(AskInput input) =>
        input.Proposal.Terms.StartAt is not { } start || (start > input.Now && start <= input.Now + Timing.LongestLead)
            ? null
            : new(RefusalReason.StartOutsidePolicy, $"startAt must lie ahead, at most {Timing.LongestLead.TotalDays:0} days; leave it out to start at consent.");

    public static Refusal? ApproversSuffice(AskInput input) =>
        input.Proposal.Approvers.Select(a => a.Person).Where(p => p != input.Proposal.Terms.Engineer).Distinct().Count() >= input.Proposal.Quorum
            ? null
            : new(RefusalReason.NotEnoughApprovers, "Nobody approves their own request, and without you too few approvers are configured for this cluster.");

    public static Refusal? ContinuesASuitableRequest(AskInput input) => (input.Proposal.Continues, input.Circumstances.Continued) switch
    {
        (null, _) => null,
        (_, Reading<RequestState.Asked>.Found { Value.Request: var old })
            when old.Terms.Engineer == input.Proposal.Terms.Engineer && old.Ticket == input.Proposal.Ticket && old.Terms.Cluster == input.Proposal.Terms.Cluster => null,
        (var id, Reading<RequestState.Asked>.Unreadable) => TermsRules.Unavailable($"request {id}"),
        (var id, _) => new(RefusalReason.ContinuedRequestUnsuitable, $"Request {id} is not an earlier request of yours for this ticket and cluster."),
    };

    public static Refusal? HasNoPendingTwin(AskInput input) =>
        input.Circumstances.PendingTwin is { } twin && twin != input.Proposal.Id
            ? new(RefusalReason.PendingTwin, $"Request {twin} for the same ticket, cluster and scope is still pending; use it or withdraw it first.")
            : null;
}
