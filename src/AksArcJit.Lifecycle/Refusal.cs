namespace AksArcJit.Lifecycle;

/// <summary>Why the lifecycle said no. Nothing was recorded; saying it again without a change gets the same answer.</summary>
/// <param name="Detail">One or two sentences for the person who asked: what is wrong, what to do.</param>
public sealed record Refusal(RefusalReason Reason, string Detail);

/// <summary>Every reason to refuse, once. The names are part of the API: a problem's type ends in the name in kebab case.</summary>
public enum RefusalReason
{
    /// <summary>A check crashed or lacked its input: in doubt the answer is no.</summary>
    InputUnavailable,
    TicketNotFound,
    TicketNotActive,
    /// <summary>The ticket names another customer, or not this cluster.</summary>
    TicketDoesNotCoverCluster,
    EngineerNotAssigned,
    /// <summary>The engineer's token names only some of their groups.</summary>
    GroupsUnknown,
    DurationOutsidePolicy,
    StartOutsidePolicy,
    RoleNotFound,
    /// <summary>The live role holds something that no grant may carry (design section 6).</summary>
    RoleForbidden,
    /// <summary>The live role holds a danger that the cluster's options do not name.</summary>
    DangerNotAccepted,
    ScopeNotAllowed,
    /// <summary>The namespace does not exist on the cluster, or is being deleted.</summary>
    NamespaceNotFound,
    /// <summary>Fewer approvers than the quorum remain when the engineer is left out.</summary>
    NotEnoughApprovers,
    GrantsPaused,
    /// <summary>The journal contradicts its own checkpoints: it was cut off, restored or rewritten.</summary>
    JournalNotTrusted,
    /// <summary>No broker with this consent key wrote the request: another wrote into the store, or a version before facts were sealed.</summary>
    RequestNotSealed,
    PendingTwin,
    ContinuedRequestUnsuitable,
    OwnRequest,
    ApproverNotConfigured,
    /// <summary>The secret has decided already, or the request is past its consent.</summary>
    AlreadyDecided,
    ConsentExpired,
    /// <summary>The terms that were shown are not the terms now.</summary>
    TermsChanged,
    WidensTerms,
    NamespaceDiffers,
    NotTheEngineer,
    NotBeforeAccess,
    NothingToEnd,
    NotUnconfirmed,
    RequestExists,
    RequestNotFound,
    /// <summary>A ticket event older than what is known, or one that would reopen a closed ticket without a sequence.</summary>
    TicketEventStale,
    TicketCustomerFixed,
}
