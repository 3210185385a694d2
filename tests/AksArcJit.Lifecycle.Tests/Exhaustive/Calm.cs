using AksArcJit.Lifecycle.Requests;

namespace AksArcJit.Lifecycle.Tests.Exhaustive;

/// <summary>
/// Invariant 5. From a node on, nothing fails any more: creates in flight land, every step is performed and succeeds, the sweep reports
/// what should not stand. Then the request must reach Closed with nothing standing, whatever happened before.
/// </summary>
public sealed class Calm(Verbs verbs)
{
    private const int MostSteps = 400;
    private readonly HashSet<string> _closing = [];

    public bool Closes(Node start)
    {
        var node = start;
        foreach (var flight in start.World.Flights)
            node = node with { World = node.World.Land(flight) };
        var passed = new List<string>();
        for (var steps = 0; steps < MostSteps; steps++)
        {
            var key = node.Key();
            if (_closing.Contains(key) || (node.State is RequestState.Closed or RequestState.Unasked && node.World.Standing is null))
            {
                _closing.UnionWith(passed);
                return true;
            }
            passed.Add(key);
            node = Continue(node);
        }
        return false;
    }

    private Node Continue(Node node) => verbs.Next(node.State, node.Now) switch
    {
        Step.Rest when node.World.Standing is { } stray => Submit(node, new Signal.StrayBinding(stray.Uid)),
        Step.WaitUntil wait => node with { Now = wait.At },
        Step.PassDeadline => Submit(node, new Signal.DeadlineReached()),
        Step.BeginGrant => Submit(node, new Signal.GrantDue(Signals.Suiting(((RequestState.Asked)node.State).Terms))),
        Step.CreateBinding create => Created(node, create),
        Step.RemoveBinding removal => Submit(
            node with { World = node.World.Remove(removal.Grant.Uid, node.Now) },
            new Signal.BindingAbsent(removal.Grant.Uid, node.Now, Cast.Denied)),
        _ => node,
    };

    private Node Created(Node node, Step.CreateBinding create)
    {
        var world = node.World;
        if (world.Standing is null)
        {
            world = world.Send(create.Attempt.Number, create.Grant.NotAfter, node.Now);
            world = world.Land(world.Flights[^1]);
        }
        return Submit(
            node with { World = world },
            new Signal.BindingCreated(world.Standing!.Uid, world.Standing.NotAfter, Cast.AllowedBy(create.Grant.Binding)));
    }

    private Node Submit(Node node, Signal signal)
    {
        var edge = Edge.Of(verbs, node, signal, true);
        var pause = edge.RetryAt is { } at && at > node.Now ? at : node.Now;
        return edge.After with { Now = pause };
    }
}
