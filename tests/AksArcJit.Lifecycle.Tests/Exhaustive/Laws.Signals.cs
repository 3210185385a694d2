using AksArcJit.Lifecycle.Requests;
using AksArcJit.TestKit;
using static AksArcJit.Lifecycle.Requests.RequestState;

namespace AksArcJit.Lifecycle.Tests.Exhaustive;

/// <summary>Who is heard, and when.</summary>
public static partial class Laws
{
    private static bool OutcomesAreNeverRefused(Edge edge) => !edge.IsRefusal
        || edge.Signal is Signal.Ask or Signal.Approve or Signal.Refuse or Signal.Withdraw or Signal.Revoke or Signal.ConfirmGone;

    private static bool PeopleAreHeardOnlyWhereItMeansSomething(Edge edge) => edge.IsRefusal || edge.Signal switch
    {
        Signal.Ask => edge.Before.State is Unasked,
        Signal.Approve or Signal.Refuse => edge.Before.State is AwaitingConsent,
        Signal.Withdraw withdraw => edge.Before.State is AwaitingConsent or Scheduled && withdraw.By == Sample.Engineer,
        Signal.Revoke => edge.Before.State is not (Unasked or Closed),
        Signal.ConfirmGone => edge.Before.State is RequestState.RevocationUnconfirmed,
        _ => true,
    };

    private static bool DeadlinesAreNeverEarly(Edge edge) =>
        edge.Signal is not Signal.DeadlineReached || edge.Now >= Due(edge.Before) || edge.Changes.Count == 0;

    private static bool DeadlinesAreNeverMissed(Edge edge) =>
        edge.Signal is not Signal.DeadlineReached || edge.Now < Due(edge.Before) || IsOver(edge.After.State);

    // Reckoned from the ledger: a state that shifts its own deadline is found out.
    private static DateTimeOffset Due(Node node) => node.State switch
    {
        AwaitingConsent => node.Ledger.Request!.ConsentDeadline,
        // The ledger's limit, or the end of what may stand: that it is early enough is NothingStandsPastItsOwnEnd's to say.
        Granting s => s.Grant.EndsBy < node.Ledger.FirstIntentAt + Timing.GrantingLimit ? s.Grant.EndsBy : node.Ledger.FirstIntentAt + Timing.GrantingLimit,
        Active => node.Ledger.ExpiresAt!.Value,
        _ => DateTimeOffset.MaxValue,
    };

    private static bool OrdersEndAtOnce(Edge edge) => edge.Before.State is Unasked or Closed || edge.Signal switch
    {
        Signal.TicketClosed or Signal.Revoke => IsOver(edge.After.State),
        Signal.BindingAltered altered when edge.Before.State is Active active && active.Grant.Uid == altered.Uid => IsOver(edge.After.State),
        Signal.BindingDisappeared gone when edge.Before.State is Active active && active.Grant.Uid == gone.Uid => IsOver(edge.After.State),
        _ => true,
    };

    private static bool ChangedRolesEndWhatTheyMust(Edge edge) => edge.Signal is not Signal.RoleObserved role || edge.Before.State switch
    {
        Scheduled s => IsOver(edge.After.State) == (role.RulesHash != s.Terms.RulesHash),
        Granting s => IsOver(edge.After.State) == (role.RulesHash != s.Terms.RulesHash),
        Active => IsOver(edge.After.State) == (role.Objections.Count > 0),
        _ => true,
    };

    private static bool FactsPromiseOnlyTheFuture(Edge edge) => edge.Changes.All(change => change.Fact switch
    {
        RequestFact.GrantScheduled scheduled => scheduled.StartAt > edge.Now,
        RequestFact.GrantIntended intended => intended.NotAfter == edge.Now + Timing.SendWindow + intended.Terms.Duration,
        RequestFact.Granted granted => granted.ExpiresAt > edge.Now,
        _ => true,
    });

    // Whoever is told, whenever: the same state object, the same world, no pause asked for.
    private static bool NoticesChangeNothing(Edge edge) => edge.Signal is not Signal.NoticesSettled settled
        || (edge.RetryAt is null && edge.After.Ledger == edge.Before.Ledger && edge.After.World == edge.Before.World
            && edge.Changes.Count == (edge.Before.State is Unasked ? 0 : settled.Outcomes.Count)
            && edge.Changes.All(change => change.Fact is RequestFact.OfNotice && ReferenceEquals(change.From, change.To)));

    private static bool IsOver(RequestState state) => state is Revoking or RequestState.RevocationUnconfirmed or Closed;

    private static bool KindsTellTheState(Edge edge) => edge.Changes.All(change =>
        StateName.After(change.From is RequestState.Unasked ? "" : change.From.GetType().Name, change.Fact.GetType().Name) == change.To.GetType().Name);
}
