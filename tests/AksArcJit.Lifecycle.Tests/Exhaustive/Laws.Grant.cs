using AksArcJit.Lifecycle.Requests;
using AksArcJit.Lifecycle.Roles;
using static AksArcJit.Lifecycle.Requests.RequestFact;
using static AksArcJit.Lifecycle.Requests.RequestState;

namespace AksArcJit.Lifecycle.Tests.Exhaustive;

/// <summary>Invariants 3 and 4: intent first, one binding, one window.</summary>
public static partial class Laws
{
    private static bool IntentsAreOrderly(Edge edge) => Facts<GrantIntended>(edge).All(change =>
        change.Fact.Attempt == change.Known.Attempts + 1
        && change.Fact.Binding == BindingName.For(change.Known.Request!.Id, change.Fact.Terms.Scope)
        && (change.Known.Binding is null || change.Known.Binding == change.Fact.Binding)
        && (change.Known.Request.Terms.StartAt is not { } start || edge.Now >= start)
        && (change.Known.Attempts == 0 || edge.Now < change.Known.FirstIntentAt + Timing.GrantingLimit)
        && change.Known.Ending is null && !change.Known.IsClosed);

    private static bool GrantsFollowAnIntent(Edge edge) => Facts<Granted>(edge).All(change =>
        change.Known is { Attempts: > 0, Ending: null, IsClosed: false }
        && edge.Signal is Signal.BindingCreated created
        && created.Uid == change.Fact.Uid
        && created.Answers.All(answer => answer.Allowed));

    private static bool WindowsAreWithinBothLimits(Edge edge) => edge.Signal is not Signal.BindingCreated created
        || edge.After.State is not Active active
        || edge.Before.State is Active
        || (active.ExpiresAt <= edge.Now + active.Terms.Duration && active.ExpiresAt <= created.NotAfter
            && active.ExpiresAt == edge.After.Ledger.ExpiresAt && active.Grant.Uid == created.Uid);

    private static bool NothingIsGrantedTooLate(Edge edge) =>
        Facts<Granted>(edge).All(change => edge.Now < change.Known.FirstIntentAt + Timing.GrantingLimit);

    private static bool CreateIsAskedOnlyAfterItsIntentAndInTime(Node node, Step next) => next is not Step.CreateBinding create
        || (node.State is Granting
            && node.Ledger is { Attempts: > 0, Ending: null, IsClosed: false }
            && create.Attempt.Number == node.Ledger.Attempts
            && create.Grant.Binding == node.Ledger.Binding
            && node.Now <= node.Ledger.LastIntentAt + Timing.SendWindow
            && node.Now < node.Ledger.FirstIntentAt + Timing.GrantingLimit);
}
