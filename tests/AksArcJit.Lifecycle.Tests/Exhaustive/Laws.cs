using AksArcJit.Lifecycle.Requests;

namespace AksArcJit.Lifecycle.Tests.Exhaustive;

/// <summary>The invariants of design section 4, one small law each: over an edge, or over a node and its next step.</summary>
public static partial class Laws
{
    private static readonly Func<Edge, bool>[] OfEdges =
    [
        OutcomesAreNeverRefused, PeopleAreHeardOnlyWhereItMeansSomething, DeadlinesAreNeverEarly, DeadlinesAreNeverMissed, OrdersEndAtOnce,
        ChangedRolesEndWhatTheyMust, FactsPromiseOnlyTheFuture, NoticesChangeNothing,
        ConsentsAreByAskedApproversOnce, ConsentsAreInTimeAndInGoodCircumstances, ConsentsAreToWhatWasShown, TermsNeverWiden,
        GrantsRestOnAQuorum, GrantsNeedGoodCircumstances, IntentsAreOrderly, GrantsFollowAnIntent, WindowsAreWithinBothLimits, NothingIsGrantedTooLate,
        RemovalIsNeverTurnedBack, ClosingIsProvenOrOnAWord, ProofIsTrueOfTheCluster, OutcomesAreThoseOrdered, UnknownOutcomesAreRemembered,
        NewBindingsAreTakenUpForRemoval, RemovalIsTriedAgainSoon, LongFailureIsTold, ExpiryIsCausedByTimeAlone, KindsTellTheState,
    ];

    private static readonly Func<Node, Step, bool>[] OfNodes =
        [CreateIsAskedOnlyAfterItsIntentAndInTime, RemovalIsTheOnlyStepUntilClosed, AccessIsRemovedWhenDueAndNotBefore, NothingStandsPastItsOwnEnd, NothingWaitsForThePast];

    public static int Count => OfEdges.Length + OfNodes.Length;

    /// <summary>The name of the first law that the edge breaks; null if it keeps them all.</summary>
    public static string? BrokenBy(Edge edge) => OfEdges.FirstOrDefault(law => !law(edge))?.Method.Name;

    public static string? BrokenBy(Node node, Step next) => OfNodes.FirstOrDefault(law => !law(node, next))?.Method.Name;
}
