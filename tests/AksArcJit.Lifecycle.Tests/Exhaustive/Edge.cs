using AksArcJit.Lifecycle.Requests;

namespace AksArcJit.Lifecycle.Tests.Exhaustive;

/// <summary>One signal in one node, and everything that came of it.</summary>
/// <param name="IsGenuine">Whether the world could have sent it: only then is the truth about the cluster asserted.</param>
public sealed record Edge(Node Before, Signal Signal, bool IsGenuine, Decision Decision, IReadOnlyList<Change> Changes, Node After)
{
    public DateTimeOffset Now => Before.Now;

    public bool IsRefusal => Decision is Decision.Refused;

    public DateTimeOffset? RetryAt => (Decision as Decision.Accepted)?.RetryAt;

    /// <summary>Decides, applies, and keeps ledger and world in step.</summary>
    public static Edge Of(Verbs verbs, Node node, Signal signal, bool isGenuine)
    {
        var decision = verbs.Decide(node.State, signal, node.Now);
        var (state, ledger, world) = (node.State, node.Ledger, node.World);
        if (signal is Signal.CreateUnknown told && state is not RequestState.Closed)
            world = world.Tell(told.Attempt);
        var facts = decision is Decision.Accepted accepted ? accepted.Facts : [];
        if (facts.Count == 0 && world == node.World)
            return new Edge(node, signal, isGenuine, decision, [], node);

        var changes = new List<Change>(facts.Count);
        foreach (var fact in facts.Cast<RequestFact>())
        {
            var from = state;
            state = verbs.Apply(state, fact, node.Now);
            changes.Add(new Change(from, fact, state, ledger));
            ledger = ledger.Record(fact, node.Now);
            if (from is RequestState.Granting && fact is RequestFact.GrantAttemptFailed or RequestFact.Granted)
                world = world.Excuse(ledger.Attempts);
        }
        var after = new Node(state, world, ledger, node.Now) { Path = (node, () => Describe(signal, facts)) };
        return new Edge(node, signal, isGenuine, decision, changes, after);
    }

    private static string Describe(Signal signal, IReadOnlyList<Fact> facts) =>
        $"{Describe(signal)}: {string.Join(", ", facts.Select(fact => fact.GetType().Name))}";

    public static string Describe(Signal signal) => signal switch
    {
        Signal.CreateUnknown s => $"{nameof(Signal.CreateUnknown)} #{s.Attempt}",
        Signal.CreateFailed s => $"{nameof(Signal.CreateFailed)} #{s.Attempt}",
        Signal.BindingCreated s => $"{nameof(Signal.BindingCreated)} {s.Uid}{(s.Answers.All(a => a.Allowed) ? "" : " not yet allowed")}",
        Signal.BindingAbsent s => $"{nameof(Signal.BindingAbsent)} {s.SoughtUid} seen {s.ObservedAt - TestKit.Sample.Start:c} {(s.Answers[0].Allowed ? "allowed" : "denied")} by {s.Answers[0].Grantor}",
        Signal.Approve s => $"{nameof(Signal.Approve)} by {s.Approver.ObjectId[0]} {s.Duration} {s.Scope}",
        _ => signal.GetType().Name,
    };
}

/// <param name="Known">The ledger before the fact.</param>
public sealed record Change(RequestState From, RequestFact Fact, RequestState To, Ledger Known);
