using AksArcJit.Lifecycle.Requests;

namespace AksArcJit.Lifecycle.Tests.Exhaustive;

/// <summary>The three functions under examination. A faulty one can stand in for any of them.</summary>
public sealed record Verbs(
    Func<RequestState, Signal, DateTimeOffset, Decision> Decide,
    Func<RequestState, DateTimeOffset, Step> Next,
    Func<RequestState, RequestFact, DateTimeOffset, RequestState> Apply)
{
    public static readonly Verbs Real = new(Decider.Decide, NextStep.Of, Evolution.Apply);
}
