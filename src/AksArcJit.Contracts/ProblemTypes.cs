namespace AksArcJit.Contracts;

/// <summary>Every problem type, once. A type never changes its meaning; clients may decide by it.</summary>
public static class ProblemTypes
{
    public const string Prefix = "urn:aksarcjit:problem:";

    // Of the edge: the request never reached the rules.
    public const string InvalidInput = Prefix + "invalid-input";
    public const string MalformedBody = Prefix + "malformed-body";
    public const string BodyTooLarge = Prefix + "body-too-large";
    public const string UnsupportedContentType = Prefix + "unsupported-content-type";
    public const string NotAcceptable = Prefix + "not-acceptable";
    public const string SignInRequired = Prefix + "sign-in-required";
    public const string RoleRequired = Prefix + "role-required";
    public const string NotFound = Prefix + "not-found";
    public const string MethodNotAllowed = Prefix + "method-not-allowed";
    public const string ClusterNotFound = Prefix + "cluster-not-found";
    public const string JournalUnavailable = Prefix + "journal-unavailable";
    public const string Quarantined = Prefix + "quarantined";
    public const string EndUnrecorded = Prefix + "end-unrecorded";
    public const string CheckpointsDamaged = Prefix + "checkpoints-damaged";
    public const string TooManyRequests = Prefix + "too-many-requests";
    public const string Rejected = Prefix + "rejected";
    public const string SignatureInvalid = Prefix + "signature-invalid";
    public const string EventRefused = Prefix + "event-refused";
    public const string InternalError = Prefix + "internal-error";

    // Of the rules: named as their reasons are.
    public const string InputUnavailable = Prefix + "input-unavailable";
    public const string TicketNotFound = Prefix + "ticket-not-found";
    public const string TicketNotActive = Prefix + "ticket-not-active";
    public const string TicketDoesNotCoverCluster = Prefix + "ticket-does-not-cover-cluster";
    public const string EngineerNotAssigned = Prefix + "engineer-not-assigned";
    public const string GroupsUnknown = Prefix + "groups-unknown";
    public const string DurationOutsidePolicy = Prefix + "duration-outside-policy";
    public const string StartOutsidePolicy = Prefix + "start-outside-policy";
    public const string RoleNotFound = Prefix + "role-not-found";
    public const string RoleForbidden = Prefix + "role-forbidden";
    public const string DangerNotAccepted = Prefix + "danger-not-accepted";
    public const string ScopeNotAllowed = Prefix + "scope-not-allowed";
    public const string NamespaceNotFound = Prefix + "namespace-not-found";
    public const string NotEnoughApprovers = Prefix + "not-enough-approvers";
    public const string GrantsPaused = Prefix + "grants-paused";
    public const string JournalNotTrusted = Prefix + "journal-not-trusted";
    public const string RequestNotSealed = Prefix + "request-not-sealed";
    public const string PendingTwin = Prefix + "pending-twin";
    public const string ContinuedRequestUnsuitable = Prefix + "continued-request-unsuitable";
    public const string OwnRequest = Prefix + "own-request";
    public const string ApproverNotConfigured = Prefix + "approver-not-configured";
    public const string AlreadyDecided = Prefix + "already-decided";
    public const string ConsentExpired = Prefix + "consent-expired";
    public const string TermsChanged = Prefix + "terms-changed";
    public const string WidensTerms = Prefix + "widens-terms";
    public const string NamespaceDiffers = Prefix + "namespace-differs";
    public const string NotTheEngineer = Prefix + "not-the-engineer";
    public const string NotBeforeAccess = Prefix + "not-before-access";
    public const string NothingToEnd = Prefix + "nothing-to-end";
    public const string NotUnconfirmed = Prefix + "not-unconfirmed";
    public const string RequestExists = Prefix + "request-exists";
    public const string RequestNotFound = Prefix + "request-not-found";
    public const string TicketEventStale = Prefix + "ticket-event-stale";
    public const string TicketCustomerFixed = Prefix + "ticket-customer-fixed";
}
