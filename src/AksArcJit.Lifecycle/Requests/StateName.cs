using static AksArcJit.Lifecycle.Requests.RequestFact;

namespace AksArcJit.Lifecycle.Requests;

/// <summary>The name of a request's state by the kinds of its facts alone, for whoever cannot afford to read them. A test holds it to <see cref="Evolution"/>.</summary>
public static class StateName
{
    /// <param name="before">The state's name before the fact; empty before the first.</param>
    /// <param name="kind">The fact's; one that changes no state, or is not known here, leaves the name.</param>
    public static string After(string before, string kind) => kind switch
    {
        nameof(AccessRequested) => nameof(RequestState.AwaitingConsent),
        nameof(GrantScheduled) => nameof(RequestState.Scheduled),
        nameof(GrantIntended) => nameof(RequestState.Granting),
        nameof(Granted) => nameof(RequestState.Active),
        nameof(RevocationStarted) or nameof(StrayBindingFound) => nameof(RequestState.Revoking),
        nameof(RequestFact.RevocationUnconfirmed) => nameof(RequestState.RevocationUnconfirmed),
        nameof(ConsentLapsed) or nameof(ConsentRefused) or nameof(RequestCancelled) or nameof(RequestWithdrawn) or nameof(GrantAbandoned)
            or nameof(AccessGone) or nameof(GoneByWord) => nameof(RequestState.Closed),
        _ => before,
    };
}
