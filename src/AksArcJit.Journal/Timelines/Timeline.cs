using AksArcJit.Lifecycle.Requests;

namespace AksArcJit.Journal.Timelines;

/// <summary>The stretches of a request's life that take time.</summary>
public enum Phase
{
    AwaitingConsent,
    /// <summary>Consented, the start ahead.</summary>
    Scheduled,
    /// <summary>From the first intent: a binding may stand already.</summary>
    Granting,
    Active,
    /// <summary>A binding may stand still.</summary>
    Revoking,
    RevocationUnconfirmed,
}

/// <param name="Until">UTC; null where it goes on.</param>
public sealed record Stretch(Phase Phase, DateTimeOffset From, DateTimeOffset? Until);

/// <summary>A request's life as stretches of time, for pictures and their text.</summary>
/// <param name="Stretches">In order; empty where nothing was asked.</param>
/// <param name="Window">What was granted, from its start to its consented end; null where access was never in force.</param>
/// <param name="ReadAt">The newest fact's time: nothing later is known.</param>
public sealed record Timeline(IReadOnlyList<Stretch> Stretches, (DateTimeOffset From, DateTimeOffset Until)? Window, DateTimeOffset ReadAt)
{
    /// <exception cref="InvalidOperationException">The facts do not fit each other.</exception>
    public static Timeline Of(IReadOnlyList<(RequestFact Fact, DateTimeOffset At)> facts)
    {
        var stretches = new List<Stretch>();
        (DateTimeOffset, DateTimeOffset)? window = null;
        var state = (RequestState)new RequestState.Unasked();
        foreach (var (fact, at) in facts)
        {
            var next = Evolution.Apply(state, fact, at);
            if (next is RequestState.Active active)
                window = (active.GrantedAt, active.ExpiresAt);
            if (PhaseOf(next) != PhaseOf(state))
            {
                if (PhaseOf(state) is not null)
                    stretches[^1] = stretches[^1] with { Until = at };
                if (PhaseOf(next) is { } phase)
                    stretches.Add(new Stretch(phase, at, null));
            }
            state = next;
        }
        return new Timeline(stretches, window, facts.Count > 0 ? facts[^1].At : DateTimeOffset.MinValue);
    }

    /// <summary>Where the picture ends: what is still open reaches to the consented end, if that lies ahead.</summary>
    public DateTimeOffset Until =>
        Stretches is [.., { Until: null }] && Window is { } window && window.Until > ReadAt ? window.Until : ReadAt;

    private static Phase? PhaseOf(RequestState state) => state switch
    {
        RequestState.Unasked or RequestState.Closed => null,
        RequestState.AwaitingConsent => Phase.AwaitingConsent,
        RequestState.Scheduled => Phase.Scheduled,
        RequestState.Granting => Phase.Granting,
        RequestState.Active => Phase.Active,
        RequestState.Revoking => Phase.Revoking,
        RequestState.RevocationUnconfirmed => Phase.RevocationUnconfirmed,
        _ => throw new ArgumentOutOfRangeException(nameof(state)),
    };
}
