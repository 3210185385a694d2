using AksArcJit.Broker.Requests;
using AksArcJit.Lifecycle;
using AksArcJit.Lifecycle.Requests;
using AksArcJit.Lifecycle.Roles;
using static AksArcJit.Lifecycle.Requests.RequestFact;

namespace AksArcJit.Web.Requests;

/// <summary>What is read from a request's facts rather than from its state: when things were, and who did them.</summary>
internal sealed class RequestFacts(RequestHistory history, RequestState.Asked state)
{
    public (DateTimeOffset At, DateTimeOffset ExpiresAt)? Granted =>
        Last<Granted>() is { } granted ? (granted.At, granted.Fact.ExpiresAt) : null;

    /// <summary>When the end began; where there was never anything to remove, when the request closed.</summary>
    public DateTimeOffset? EndedAt =>
        Last<RevocationStarted>()?.At ?? (state is RequestState.Closed ? history.StandsSince : null);

    public (DateTimeOffset At, IReadOnlyList<ProbeAnswer> Residual)? Gone =>
        state is RequestState.Closed && Last<AccessGone>() is { } gone ? (gone.At, gone.Fact.Residual) : null;

    /// <summary>The rules that the terms' hash stands for.</summary>
    public RoleRules Rules => history.ShownRules;

    public static Person? ActorOf(RequestFact fact) => fact switch
    {
        AccessRequested asked => asked.Request.Terms.Engineer,
        ConsentGiven given => given.Approver,
        ConsentRefused refused => refused.Approver,
        RequestWithdrawn withdrawn => withdrawn.By,
        RequestCancelled cancelled => cancelled.By,
        RevocationStarted started => started.By,
        GoneByWord word => word.Operator,
        _ => null,
    };

    /// <summary>Null for somebody whose name the request does not know.</summary>
    public string? NameOf(Person person) => state.Request.NameOf(person);

    private (DateTimeOffset At, TFact Fact)? Last<TFact>()
        where TFact : RequestFact
    {
        for (var i = history.Facts.Count - 1; i >= 0; i--)
            if (history.Facts[i].Fact is TFact fact)
                return (history.Facts[i].Record.At, fact);
        return null;
    }
}
