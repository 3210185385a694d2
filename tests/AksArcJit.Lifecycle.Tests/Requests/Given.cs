using AksArcJit.Lifecycle.Requests;
using AksArcJit.Lifecycle.Roles;
using AksArcJit.TestKit;

namespace AksArcJit.Lifecycle.Tests.Requests;

/// <summary>A request's past, as facts with their times.</summary>
internal sealed record Given(RequestState State)
{
    public static readonly RequestId Id = Sample.Id(7);
    public static readonly BindingName Binding = BindingName.For(Id, new Scope.Cluster());
    public static readonly Terms Terms = Sample.Terms(Id);
    public static readonly IReadOnlyList<ProbeAnswer> Allowed = Answers(true, Binding);
    public static readonly IReadOnlyList<ProbeAnswer> Denied = Answers(false, null);

    public static readonly Given Nothing = new(new RequestState.Unasked());

    /// <summary>Asked for at <see cref="Sample.Start"/>: two hours on the whole cluster, to be answered within four.</summary>
    public static Given Asked(int quorum = 1, DateTimeOffset? startAt = null) =>
        Nothing.And(new RequestFact.AccessRequested(Sample.Request(Id, quorum, startAt: startAt), Sample.Rules.Rules), At(0));

    public static Given Scheduled() => Asked(startAt: At(3600)).And(new RequestFact.GrantScheduled(Sample.Terms(Id, startAt: At(3600)), At(3600)), At(0));

    /// <summary>Intended at second 0.</summary>
    public static Given Granting() =>
        Asked().And(new RequestFact.GrantIntended(1, Terms, Binding, At(30) + Terms.Duration, Probe.Of(Sample.Rules, Terms.Scope)), At(0));

    /// <summary>In force since second 2, until 2 h later.</summary>
    public static Given Active() => Granting().And(new RequestFact.Granted("uid-1", At(30) + Terms.Duration, At(2) + Terms.Duration, Allowed), At(2));

    /// <summary>Ordered to end at second 60.</summary>
    public static Given Revoking() => Active().And(Ended(EndCause.CustomerRevoked), At(60));

    public static Given Unconfirmed() => Revoking().And(new RequestFact.RevocationUnconfirmed("no answer", []), At(400));

    public static Given Closed() => Revoking().And(new RequestFact.AccessGone(Denied, []), At(61));

    public static RequestFact.RevocationStarted Ended(EndCause cause) => new(new Outcome.Ended(cause), null, "test");

    public static DateTimeOffset At(double seconds) => Sample.Start.AddSeconds(seconds);

    public static IReadOnlyList<ProbeAnswer> Answers(bool allowed, BindingName? by) =>
        [new(Probe.Of(Sample.Rules, new Scope.Cluster())[0], allowed, "", by)];

    public Given And(RequestFact fact, DateTimeOffset at) => new(Evolution.Apply(State, fact, at));

    public Decision When(Signal signal, DateTimeOffset now) => Decider.Decide(State, signal, now);
}

/// <summary>What a test expects of a decision.</summary>
internal static class Then
{
    public static void ThenRefused(this Decision decision, RefusalReason reason) =>
        Assert.Equal(reason, Assert.IsType<Decision.Refused>(decision).Refusal.Reason);

    public static void ThenNothing(this Decision decision) => Assert.Empty(Assert.IsType<Decision.Accepted>(decision).Facts);

    /// <summary>Exactly these kinds of facts, in this order; the last is given back for a closer look.</summary>
    public static TLast ThenFacts<TLast>(this Decision decision, params Type[] before) where TLast : RequestFact
    {
        var facts = Assert.IsType<Decision.Accepted>(decision).Facts;
        Assert.Equal([.. before, typeof(TLast)], facts.Select(fact => fact.GetType()));
        return (TLast)facts[^1];
    }

    public static void ThenEnds(this Decision decision, EndCause cause) =>
        Assert.Equal(new Outcome.Ended(cause), decision.ThenFacts<RequestFact.RevocationStarted>().Outcome);
}
