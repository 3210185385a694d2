using System.Diagnostics;
using AksArcJit.Lifecycle.Requests;

namespace AksArcJit.Lifecycle.Tests.Exhaustive;

/// <summary>What a breadth-first walk over all nodes found: its size, what was met on the way, and the first broken law if any.</summary>
public sealed record Exploration(
    int Nodes,
    int Edges,
    IReadOnlySet<(Type From, Type Fact, Type To)> Transitions,
    IReadOnlySet<(Type State, Type Signal)> Met,
    IReadOnlySet<Type> Resting,
    TimeSpan Elapsed,
    Violation? Violation)
{
    /// <summary>Of the real lifecycle; walked once for all tests.</summary>
    public static readonly Lazy<Exploration> Real = new(() => new Walk(Verbs.Real).Run());
}

/// <param name="Story">The shortest way there, one move a line.</param>
public sealed record Violation(string Law, string Story)
{
    public override string ToString() => $"{Law}\n{Story}";
}

internal sealed class Walk(Verbs verbs)
{
    // Three times what the real lifecycle needs: a faulty one may grow without bound.
    private const int MostNodes = 100_000;

    private readonly HashSet<string> _known = [];
    private readonly HashSet<string> _judged = [];
    private readonly Queue<Node> _ahead = new();
    private readonly HashSet<(Type, Type, Type)> _transitions = [];
    private readonly HashSet<(Type, Type)> _met = [];
    private readonly HashSet<Type> _resting = [];
    private readonly Calm _calm = new(verbs);
    private int _edges;

    public Exploration Run()
    {
        var watch = Stopwatch.StartNew();
        var violation = Search();
        return new Exploration(_known.Count, _edges, _transitions, _met, _resting, watch.Elapsed, violation);
    }

    private Violation? Search()
    {
        Meet(Node.Origin);
        while (_ahead.TryDequeue(out var node))
        {
            if (_known.Count > MostNodes)
                return new Violation("TheStateSpaceIsFinite", node.Story());
            try
            {
                if (Visit(node) is { } violation)
                    return violation;
            }
            catch (Exception crash)
            {
                return new Violation("TheVerbsAreTotal", $"{node.Story()}\n  {crash}");
            }
        }
        return null;
    }

    private Violation? Visit(Node node)
    {
        var next = verbs.Next(node.State, node.Now);
        if (next is Step.Rest)
            _resting.Add(node.State.GetType());
        if (Laws.BrokenBy(node, next) is { } law)
            return new Violation(law, $"{node.Story()}\n  next: {next.GetType().Name}");
        if (!_calm.Closes(node))
            return new Violation("EveryRequestReachesClosed", node.Story());

        foreach (var (world, by) in Moves(node, next))
        {
            _edges++;
            Meet(node with { World = world, Path = (node, () => by) });
        }
        if (Deadlines.NextPoint(Deadlines.Of(node.State, node.World), node.Now) is { } later)
        {
            _edges++;
            Meet(node with { Now = later, World = node.World.At(later), Path = (node, () => "time passes") });
        }
        // What no world could have sent is judged by the state alone: once is enough.
        var isNews = _judged.Add(node.Key(withWorld: false));
        foreach (var (signal, isGenuine) in Signals.In(node))
            if ((isGenuine || isNews) && Follow(node, signal, isGenuine) is { } violation)
                return violation;
        return null;
    }

    /// <summary>What happens on the cluster without a word: an effect begun, a create landing, a binding taken away.</summary>
    private static IEnumerable<(World World, string By)> Moves(Node node, Step next)
    {
        var world = node.World;
        if (next is Step.CreateBinding create && world.Flights.Count < World.MostFlights)
            yield return (world.Send(create.Attempt.Number, create.Grant.NotAfter, node.Now), $"create #{create.Attempt.Number} sent");
        foreach (var flight in world.Flights.Distinct())
            yield return (world.Land(flight), $"create #{flight.Attempt} lands");
        if (world.Standing is not null)
            yield return (world.Lose(), "somebody removes the binding");
        if (next is Step.RemoveBinding removal)
            yield return (world.Remove(removal.Grant.Uid, node.Now), "the binding is removed, and seen absent");
    }

    private Violation? Follow(Node node, Signal signal, bool isGenuine)
    {
        _edges++;
        _met.Add((node.State.GetType(), signal.GetType()));
        Edge edge;
        try
        {
            edge = Edge.Of(verbs, node, signal, isGenuine);
        }
        catch (Exception crash)
        {
            return new Violation("TheVerbsAreTotal", $"{node.Story()}\n  {Edge.Describe(signal)}: {crash}");
        }
        if (Laws.BrokenBy(edge) is { } law)
            return new Violation(law, edge.After == node ? $"{node.Story()}\n  {Edge.Describe(signal)}: nothing" : edge.After.Story());
        if (edge.Changes.Count == 0 && edge.After == node)
            return null;
        if (isGenuine)
        {
            foreach (var change in edge.Changes)
                _transitions.Add((change.From.GetType(), change.Fact.GetType(), change.To.GetType()));
            Meet(edge.After);
        }
        else if (Laws.BrokenBy(edge.After, verbs.Next(edge.After.State, edge.After.Now)) is { } nodeLaw)
        {
            return new Violation(nodeLaw, edge.After.Story());
        }
        return null;
    }

    private void Meet(Node node)
    {
        if (_known.Add(node.Key()))
            _ahead.Enqueue(node);
    }
}
