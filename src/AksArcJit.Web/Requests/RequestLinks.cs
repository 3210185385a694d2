using AksArcJit.Contracts;
using AksArcJit.Lifecycle;
using AksArcJit.Lifecycle.Requests;

namespace AksArcJit.Web.Requests;

/// <summary>Paths of a request, and of what its reader may do with it now.</summary>
internal static class RequestLinks
{
    private const string Collection = "/api/v1/access-requests";

    public static string Self(RequestId id) => $"{Collection}/{id}";

    public static AccessRequestLinks For(SeenRequest seen)
    {
        var (self, state, standing) = (Self(seen.History.Id), seen.State, seen.Standing);
        var isOwn = standing.HasFlag(Standing.Engineer);
        var mayEnd = (standing & (Standing.Engineer | Standing.Approver | Standing.Operator)) != 0;
        return new AccessRequestLinks
        {
            Self = self,
            Journal = $"{self}/journal",
            Ticket = $"/api/v1/tickets/{state.Request.Ticket}",
            Continues = state.Request.Continues is { } before ? Self(before) : null,
            Withdraw = isOwn && state is (RequestState.AwaitingConsent or RequestState.Scheduled) ? $"{self}/withdraw" : null,
            Revoke = mayEnd && state is not (RequestState.Closed or RequestState.Revoking or RequestState.RevocationUnconfirmed) ? $"{self}/revoke" : null,
            ConfirmGone = standing.HasFlag(Standing.Operator) && state is RequestState.RevocationUnconfirmed ? $"{self}/confirm-gone" : null,
            Extensions = isOwn && state is RequestState.Active ? $"{self}/extensions" : null,
        };
    }
}
