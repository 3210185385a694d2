using System.Reflection;
using AksArcJit.Lifecycle.Requests;

namespace AksArcJit.Lifecycle.Tests.Exhaustive;

public sealed class ExhaustiveTests(ITestOutputHelper output)
{
    [Fact]
    public void EveryReachableState_WhenAnySignalArrives_ThenTheInvariantsHold()
    {
        var found = Exploration.Real.Value;

        output.WriteLine($"{found.Nodes} states, {found.Edges} edges, {Laws.Count} laws, {found.Elapsed.TotalSeconds:0.0} s");
        Assert.True(found.Violation is null, found.Violation?.ToString());
    }

    /// <summary>An exploration that misses a state, a signal or a fact proves less than it says.</summary>
    [Fact]
    public void TheExploration_WhenDone_ThenItMetEveryStateSignalAndFact()
    {
        var found = Exploration.Real.Value;

        Assert.Equal(
            (from state in Family<RequestState>() from signal in Family<Signal>() select $"{state.Name} {signal.Name}").Order(),
            found.Met.Select(met => $"{met.State.Name} {met.Signal.Name}").Order());
        Assert.Equal(
            Family<RequestFact>().Select(fact => fact.Name).Order(),
            found.Transitions.Select(transition => transition.Fact.Name).Distinct().Order());
    }

    private static IEnumerable<Type> Family<T>() =>
        typeof(T).GetNestedTypes(BindingFlags.Public).Where(type => !type.IsAbstract && type.IsSubclassOf(typeof(T)));
}
