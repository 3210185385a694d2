using System.Text;
using AksArcJit.Lifecycle.Requests;
using static AksArcJit.Lifecycle.Requests.RequestState;

namespace AksArcJit.Lifecycle.Tests.Exhaustive;

/// <summary>A request, the cluster it lives on and a moment. Nodes with equal keys behave alike and are explored once.</summary>
public sealed record Node(RequestState State, World World, Ledger Ledger, DateTimeOffset Now)
{
    public static readonly Node Origin = new(new Unasked(), World.Empty, Ledger.Empty, TestKit.Sample.Start);

    /// <summary>How it was reached, for the reader of a failure.</summary>
    public (Node From, Func<string> By)? Path { get; init; }

    /// <summary>
    /// Names go (uids become a, b, c in the order met), counters are capped, and of times only this stays: before, just before, at or
    /// after now; whether the wait for creates outlasts those in flight; whether the window is a short one.
    /// </summary>
    public string Key(bool withWorld = true)
    {
        var key = new StringBuilder(64).Append(State.GetType().Name);
        var uids = new List<string>(3);
        switch (State)
        {
            case AwaitingConsent s:
                key.Append(s.Request.Quorum).Append(s.Request.Terms.StartAt is null ? 'n' : 'l').Append(s.Request.Terms.Duration.Ticks);
                foreach (var person in s.Consents.Select(consent => consent.Approver.ObjectId[0]).Order())
                    key.Append(person);
                Append(key, s.Terms, s.Request.Terms);
                break;
            case Scheduled s:
                key.Append(s.HeldFor is null ? '-' : 'h');
                Append(key, s.Terms, s.Request.Terms);
                break;
            case Granting s:
                key.Append(Math.Min(s.Attempt.Number, 2)).Append(s.Attempt.Pending ? 'p' : '-');
                Uid(key, uids, s.Grant.Uid);
                break;
            case Active s:
                key.Append(s.Grant.RulesHash == s.Terms.RulesHash ? '-' : 'r');
                Uid(key, uids, s.Grant.Uid);
                break;
            case Revoking s:
                key.Append(Math.Min(s.Removal.Failures, 1));
                Uid(key, uids, s.Grant.Uid);
                break;
            case RequestState.RevocationUnconfirmed s:
                Uid(key, uids, s.Grant.Uid);
                break;
            case Closed s:
                key.Append(s.Grant is null ? '-' : 'g');
                Uid(key, uids, s.Grant?.Uid);
                break;
        }
        if (withWorld)
            Append(key, uids);
        AppendTimes(key);
        return key.ToString();
    }

    private void Append(StringBuilder key, List<string> uids)
    {
        key.Append('/');
        Uid(key, uids, World.Standing?.Uid);
        Uid(key, uids, World.Gone?.Uid);
        key.Append(World.Standing is { IsOwed: true } ? 'o' : '-');
        var attempt = State is Granting granting ? granting.Attempt.Number : int.MaxValue;
        foreach (var flight in World.Flights)
            key.Append(flight.Attempt >= attempt ? 'c' : 'p').Append(flight.IsTold ? 't' : flight.IsExcused ? 'e' : '-');
        if (World.Absence is { } absence && GrantOf(State) is { } grant)
        {
            Uid(key, uids, absence.SoughtUid);
            key.Append(absence.ObservedAt >= grant.MayAppearUntil ? 'y' : 'n');
        }
    }

    private void AppendTimes(StringBuilder key)
    {
        key.Append('/');
        foreach (var deadline in Deadlines.Of(State, World))
            key.Append(deadline > Now + Deadlines.Instant ? '.' : deadline > Now ? '<' : deadline == Now ? '=' : '>');
        if (GrantOf(State) is not { } grant)
            return;
        key.Append(World.Flights.All(flight => flight.LandBy <= grant.MayAppearUntil) ? 'c' : '-');
        if (State is Granting { Attempt: var attempt })
        {
            key.Append(grant.NotAfter < attempt.GiveUpAt ? 's' : 'l').Append(grant.EndsBy < grant.NotAfter ? 'e' : '-');
            key.Append(World.Flights.All(flight => flight.Attempt == attempt.Number || flight.LandBy <= attempt.AppearedBefore) ? 'c' : '-');
        }
    }

    private static void Append(StringBuilder key, Terms terms, Terms asked) => key
        .Append(terms.Duration == asked.Duration ? '-' : 'd')
        .Append(terms.Scope == asked.Scope ? '-' : 's')
        .Append(terms.RulesHash == asked.RulesHash ? '-' : 'r');

    private static void Uid(StringBuilder key, List<string> uids, string? uid)
    {
        if (uid is not null && !uids.Contains(uid))
            uids.Add(uid);
        key.Append(uid is null ? '-' : (char)('a' + uids.IndexOf(uid)));
    }

    public static Grant? GrantOf(RequestState state) => state switch
    {
        Granting s => s.Grant,
        Active s => s.Grant,
        Revoking s => s.Grant,
        RequestState.RevocationUnconfirmed s => s.Grant,
        Closed s => s.Grant,
        _ => null,
    };

    /// <summary>The way here, one move a line.</summary>
    public string Story() => Path is { } path
        ? $"{path.From.Story()}\n  {path.By(),-60} -> {State.GetType().Name} at {Now - TestKit.Sample.Start:c}"
        : "  (nothing)";
}
