using AksArcJit.Lifecycle.Requests;
using static AksArcJit.Lifecycle.Requests.RequestFact;
using static AksArcJit.Lifecycle.Requests.RequestState;

namespace AksArcJit.Lifecycle.Tests.Exhaustive;

/// <summary>Invariants 1, 5 and 6: every end is carried through, never early, never given up, never claimed without proof.</summary>
public static partial class Laws
{
    private static bool RemovalIsNeverTurnedBack(Edge edge) => edge.Changes.All(change => change.From switch
    {
        Active => change.To is Active || IsOver(change.To),
        Revoking or RequestState.RevocationUnconfirmed => IsOver(change.To),
        Closed => change is { Fact: StrayBindingFound, To: Revoking } or { Fact: OfNotice, To: Closed },
        _ => true,
    });

    private static bool ClosingIsProvenOrOnAWord(Edge edge) => edge.Changes.Where(change => change.From is not Closed).All(change => change.To is not Closed || change.Known.Attempts == 0
        ? change.To is not Closed || change.Fact is ConsentRefused or ConsentLapsed or RequestWithdrawn or RequestCancelled or GrantAbandoned
        : change.Fact switch
        {
            GoneByWord => change.From is RequestState.RevocationUnconfirmed && edge.Signal is Signal.ConfirmGone,
            AccessGone gone => edge.Signal is Signal.BindingAbsent absent
                && absent.SoughtUid == change.Known.Uid
                && absent.ObservedAt >= Node.GrantOf(edge.Before.State)!.MayAppearUntil
                && absent.Answers.All(answer => !answer.Allowed || answer.AllowedByAzure is not null || (answer.AllowedBy is { } by && by != change.Known.Binding))
                && gone.Residual.SequenceEqual(absent.Answers.Where(answer => answer.Allowed)),
            _ => false,
        });

    /// <summary>Nothing stands and nothing can land, but for what no lifecycle could have known of.</summary>
    private static bool ProofIsTrueOfTheCluster(Edge edge) => !edge.IsGenuine || edge.Changes.All(change => change.Fact is not AccessGone)
        || (edge.After.World.Standing is not { IsOwed: true } && edge.After.World.Flights.All(flight => !flight.IsOwed));

    private static bool OutcomesAreThoseOrdered(Edge edge) => edge.Changes.All(change =>
        change is not { From: Revoking or RequestState.RevocationUnconfirmed, To: Closed closed } || closed.Outcome == change.Known.Ending);

    private static bool UnknownOutcomesAreRemembered(Edge edge) => edge.Signal is not Signal.CreateUnknown
        || edge.Before.State is not (Granting or Active or Revoking or RequestState.RevocationUnconfirmed)
        || Node.GrantOf(edge.After.State)!.MayAppearUntil >= edge.Now + Timing.AppearanceLimit;

    private static bool NewBindingsAreTakenUpForRemoval(Edge edge)
    {
        var uid = edge.Signal switch
        {
            Signal.BindingCreated created => created.Uid,
            Signal.StrayBinding stray => stray.Uid,
            _ => null,
        };
        return uid is null || edge.Before.State switch
        {
            Revoking or RequestState.RevocationUnconfirmed => Node.GrantOf(edge.After.State)!.Uid == uid,
            Active active => active.Grant.Uid == uid || (IsOver(edge.After.State) && Node.GrantOf(edge.After.State)!.Uid == uid),
            Closed { Grant: not null } => edge.After.State is Revoking revoking && revoking.Grant.Uid == uid,
            _ => true,
        };
    }

    private static bool RemovalIsTriedAgainSoon(Edge edge) => edge.Signal is not (Signal.RemovalFailed or Signal.BindingAbsent)
        || edge.Before.State is not (Revoking or RequestState.RevocationUnconfirmed)
        || edge.After.State is Closed
        || (edge.RetryAt is { } at && at <= edge.Now + Timing.LongestRevocationPause);

    private static bool LongFailureIsTold(Edge edge) => edge.Before.State is not Revoking revoking
        || edge.Now < revoking.Removal.StartedAt + Timing.UnconfirmedAfter
        || !IsFailure(edge.Signal, revoking.Grant)
        || edge.After.State is RequestState.RevocationUnconfirmed;

    private static bool IsFailure(Signal signal, Grant grant) => signal is Signal.RemovalFailed
        || (signal is Signal.BindingAbsent absent && absent.SoughtUid == grant.Uid && absent.ObservedAt >= grant.MayAppearUntil
            && absent.Answers.Any(answer => answer.Allowed && answer.AllowedByAzure is null && (answer.AllowedBy is null || answer.AllowedBy == grant.Binding)));

    private static bool ExpiryIsCausedByTimeAlone(Edge edge) => Facts<RevocationStarted>(edge).All(change =>
        change.Fact.Outcome is not Outcome.Ended { Cause: EndCause.Expired } || edge.Now >= change.Known.ExpiresAt);

    private static bool RemovalIsTheOnlyStepUntilClosed(Node node, Step next) =>
        !node.Ledger.IsRemoving || (next is Step.RemoveBinding removal && removal.Grant.Binding == node.Ledger.Binding && removal.Grant.Uid == node.Ledger.Uid);

    private static bool AccessIsRemovedWhenDueAndNotBefore(Node node, Step next) =>
        node.State is not Active || (node.Now >= node.Ledger.ExpiresAt) == next is Step.RemoveBinding;

    // Held, paused or never told: while a binding stands past the end that it carries, the next step takes it away.
    private static bool NothingStandsPastItsOwnEnd(Node node, Step next) =>
        node.State is not Granting || node.World.Standing is not { IsOwed: true } standing || node.Now < standing.NotAfter || next is Step.RemoveBinding;

    private static bool NothingWaitsForThePast(Node node, Step next) => next is not Step.WaitUntil wait || wait.At > node.Now;
}
