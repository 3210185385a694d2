using AksArcJit.Lifecycle;
using Microsoft.AspNetCore.Http;

namespace AksArcJit.Web.Consent;

/// <summary>The one table from a refusal to the status of the consent page.</summary>
public static class ConsentStatus
{
    public static int Of(RefusalReason reason) => reason switch
    {
        RefusalReason.RequestNotFound => StatusCodes.Status404NotFound,
        RefusalReason.ConsentExpired => StatusCodes.Status410Gone,

        RefusalReason.WidensTerms or RefusalReason.NamespaceDiffers or RefusalReason.NamespaceNotFound or RefusalReason.ScopeNotAllowed or RefusalReason.DurationOutsidePolicy
            or RefusalReason.StartOutsidePolicy => StatusCodes.Status422UnprocessableEntity,

        RefusalReason.OwnRequest or RefusalReason.ApproverNotConfigured or RefusalReason.NotTheEngineer => StatusCodes.Status403Forbidden,

        // The request, the ticket, the role or the pause switch stands against it as it is now.
        RefusalReason.AlreadyDecided or RefusalReason.TermsChanged or RefusalReason.NothingToEnd or RefusalReason.NotBeforeAccess
            or RefusalReason.NotUnconfirmed or RefusalReason.TicketNotFound or RefusalReason.TicketNotActive
            or RefusalReason.TicketDoesNotCoverCluster or RefusalReason.EngineerNotAssigned or RefusalReason.RoleNotFound
            or RefusalReason.RoleForbidden or RefusalReason.DangerNotAccepted or RefusalReason.NotEnoughApprovers
            or RefusalReason.GrantsPaused or RefusalReason.JournalNotTrusted or RefusalReason.RequestNotSealed or RefusalReason.PendingTwin or RefusalReason.ContinuedRequestUnsuitable
            or RefusalReason.RequestExists or RefusalReason.TicketEventStale or RefusalReason.TicketCustomerFixed =>
            StatusCodes.Status409Conflict,

        RefusalReason.InputUnavailable => StatusCodes.Status503ServiceUnavailable,
        _ => throw new ArgumentOutOfRangeException(nameof(reason)),
    };
}
