using AksArcJit.Contracts;
using AksArcJit.Lifecycle;
using static Microsoft.AspNetCore.Http.StatusCodes;

namespace AksArcJit.Web.Refusals;

/// <summary>The one table from a reason to a problem: status, type, title, field and what to do.</summary>
public static class Problems
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(5);

    /// <summary>A refusal of the rules. Its detail is the rules' own sentence.</summary>
    public static ProblemResult Of(Refusal refusal, string? link = null)
    {
        var row = Row(refusal.Reason);
        var problem = Plain(row.Status, row.Type, row.Title, refusal.Detail, row.Remedy, row.Field).Problem with { Link = link };
        return new ProblemResult(problem, row.Status == Status503ServiceUnavailable ? Soon : null);
    }

    private static (int Status, string Type, string Title, string? Field, string Remedy) Row(RefusalReason reason) => reason switch
    {
        RefusalReason.InputUnavailable => (Status503ServiceUnavailable, ProblemTypes.InputUnavailable, "Something that the decision needs cannot be read", null,
            "Try again in a moment; nothing was granted."),
        RefusalReason.TicketNotFound => (Status422UnprocessableEntity, ProblemTypes.TicketNotFound, "Unknown ticket", "ticketId",
            "Give the number of a ticket that the ticket system has told this broker."),
        RefusalReason.TicketNotActive => (Status422UnprocessableEntity, ProblemTypes.TicketNotActive, "The ticket is closed", "ticketId",
            "Use an active ticket."),
        RefusalReason.TicketDoesNotCoverCluster => (Status422UnprocessableEntity, ProblemTypes.TicketDoesNotCoverCluster, "The ticket does not cover the cluster", "clusterId",
            "Name a cluster that the ticket lists and that belongs to its customer."),
        RefusalReason.EngineerNotAssigned => (Status403Forbidden, ProblemTypes.EngineerNotAssigned, "The ticket is assigned to somebody else", "ticketId",
            "Have the ticket assigned to you."),
        RefusalReason.GroupsUnknown => (Status403Forbidden, ProblemTypes.GroupsUnknown, "Your token does not name all of your groups", "Authorization",
            "Have the application's tokens limited to groups assigned to it, or the cluster's groupsClaim set to \"\" if it knows no groups."),
        RefusalReason.DurationOutsidePolicy => (Status422UnprocessableEntity, ProblemTypes.DurationOutsidePolicy, "The duration is not allowed", "duration",
            "Give an ISO 8601 duration above zero and within the cluster's maximum (GET /api/v1/clusters)."),
        RefusalReason.StartOutsidePolicy => (Status422UnprocessableEntity, ProblemTypes.StartOutsidePolicy, "The start is not allowed", "startAt",
            "Give a time ahead, at most 30 days, or leave startAt out."),
        RefusalReason.RoleNotFound => (Status422UnprocessableEntity, ProblemTypes.RoleNotFound, "The cluster lacks the role", "clusterId",
            "Have the cluster's administrator create the ClusterRole with the rules that support needs."),
        RefusalReason.RoleForbidden => (Status422UnprocessableEntity, ProblemTypes.RoleForbidden, "The role may never be granted", "clusterId",
            "Have the cluster's administrator take the forbidden rule out of the role."),
        RefusalReason.DangerNotAccepted => (Status422UnprocessableEntity, ProblemTypes.DangerNotAccepted, "The role holds a danger that nobody accepted", "clusterId",
            "Have the role narrowed, or the danger named in the cluster's options."),
        RefusalReason.ScopeNotAllowed => (Status422UnprocessableEntity, ProblemTypes.ScopeNotAllowed, "The scope is not allowed", "scope",
            "Choose a scope that the cluster allows (GET /api/v1/clusters)."),
        RefusalReason.NamespaceNotFound => (Status422UnprocessableEntity, ProblemTypes.NamespaceNotFound, "There is no such namespace", "scope.namespace",
            "Name a namespace that exists on the cluster, or ask for the whole cluster where its policy allows that."),
        RefusalReason.NotEnoughApprovers => (Status422UnprocessableEntity, ProblemTypes.NotEnoughApprovers, "Too few others may consent", "clusterId",
            "Have somebody else ask, or more approvers configured for the cluster."),
        RefusalReason.JournalNotTrusted => (Status409Conflict, ProblemTypes.JournalNotTrusted, "The journal is not trusted", null,
            "Ask an operator: the server's log says what contradicts what."),
        RefusalReason.RequestNotSealed => (Status409Conflict, ProblemTypes.RequestNotSealed, "The request cannot be vouched for", null,
            "Make a new request."),
        RefusalReason.GrantsPaused => (Status409Conflict, ProblemTypes.GrantsPaused, "Grants are paused", null,
            "Try again when an operator has resumed them."),
        RefusalReason.PendingTwin => (Status409Conflict, ProblemTypes.PendingTwin, "The same request is pending", null,
            "Use the pending request (see link), or withdraw it first."),
        RefusalReason.ContinuedRequestUnsuitable => (Status422UnprocessableEntity, ProblemTypes.ContinuedRequestUnsuitable, "That request cannot be continued", "continues",
            "Name an earlier request of your own for the same ticket and cluster, or leave continues out."),
        RefusalReason.OwnRequest => (Status403Forbidden, ProblemTypes.OwnRequest, "Nobody approves their own request", null,
            "Leave the decision to another approver."),
        RefusalReason.ApproverNotConfigured => (Status403Forbidden, ProblemTypes.ApproverNotConfigured, "Not an approver of this cluster", null,
            "Ask the operator who may consent for this cluster."),
        RefusalReason.AlreadyDecided => (Status409Conflict, ProblemTypes.AlreadyDecided, "It is decided already", null,
            "Read the request to see where it stands."),
        RefusalReason.ConsentExpired => (Status410Gone, ProblemTypes.ConsentExpired, "The time for an answer has ended", null,
            "Have the engineer ask again."),
        RefusalReason.TermsChanged => (Status409Conflict, ProblemTypes.TermsChanged, "The terms have changed", "termsHash",
            "Read the new terms and decide again; nothing was granted."),
        RefusalReason.WidensTerms => (Status422UnprocessableEntity, ProblemTypes.WidensTerms, "A consent may only narrow", "duration",
            "Give a shorter duration or a narrower scope, or none."),
        RefusalReason.NamespaceDiffers => (Status422UnprocessableEntity, ProblemTypes.NamespaceDiffers, "The terms name another namespace", "namespace",
            "Keep the namespace of the terms, or refuse."),
        RefusalReason.NotTheEngineer => (Status403Forbidden, ProblemTypes.NotTheEngineer, "Only its engineer may do this", null,
            "Leave it to the engineer who asked; to end the request, revoke it."),
        RefusalReason.NotBeforeAccess => (Status409Conflict, ProblemTypes.NotBeforeAccess, "It is too late to withdraw", null,
            "Revoke the request instead."),
        RefusalReason.NothingToEnd => (Status409Conflict, ProblemTypes.NothingToEnd, "There is nothing to end", null,
            "Read the request to see how it ended."),
        RefusalReason.NotUnconfirmed => (Status409Conflict, ProblemTypes.NotUnconfirmed, "The revocation is not unconfirmed", null,
            "Only a request in state RevocationUnconfirmed is closed by word."),
        RefusalReason.RequestExists => (Status409Conflict, ProblemTypes.RequestExists, "The key was used for another request", "Idempotency-Key",
            "Use a new Idempotency-Key for a new request."),
        RefusalReason.RequestNotFound => (Status404NotFound, ProblemTypes.RequestNotFound, "No such request", "id",
            "Check the id; you see your own requests and those of clusters that you answer for."),
        RefusalReason.TicketEventStale => (Status409Conflict, ProblemTypes.TicketEventStale, "A later event is known", "sequence",
            "Send the ticket as it is now, with the source's newest sequence."),
        RefusalReason.TicketCustomerFixed => (Status409Conflict, ProblemTypes.TicketCustomerFixed, "A ticket never changes hands", "customer",
            "Open a new ticket for the other customer."),
        _ => throw new ArgumentOutOfRangeException(nameof(reason)),
    };

    public static ProblemResult Invalid(IReadOnlyList<FieldProblem> faults) => new(new Problem
    {
        Type = ProblemTypes.InvalidInput,
        Title = "The input is not valid",
        Status = Status400BadRequest,
        Detail = faults.Count == 1 ? $"{faults[0].Field} is not valid." : $"{faults.Count} fields are not valid: {string.Join(", ", faults.Select(fault => fault.Field))}.",
        Field = faults[0].Field,
        Remedy = faults[0].Remedy,
        Errors = faults.Count > 1 ? faults : null,
    });

    public static ProblemResult Invalid(string field, string remedy) => Invalid([new FieldProblem { Field = field, Remedy = remedy }]);

    public static ProblemResult Malformed(string? field, string detail, string remedy) =>
        Plain(Status400BadRequest, ProblemTypes.MalformedBody, "The body is not what is expected here", detail, remedy, field ?? "body");

    public static ProblemResult TooLarge(int limit) =>
        Plain(Status413PayloadTooLarge, ProblemTypes.BodyTooLarge, "The body is too large", $"A body may have at most {limit} bytes.", "Send less.", "body");

    public static ProblemResult OtherContentType(string mediaType = "application/json") =>
        Plain(Status415UnsupportedMediaType, ProblemTypes.UnsupportedContentType, "Not a type that is read here", "The body must be JSON in UTF-8.",
            $"Send Content-Type: {mediaType}.", "Content-Type");

    public static ProblemResult SignatureInvalid(string detail) =>
        Plain(Status401Unauthorized, ProblemTypes.SignatureInvalid, "The signature does not hold", detail,
            "Sign id.timestamp.body with a key that this broker has, as Standard Webhooks says.", "webhook-signature");

    /// <param name="reason">Kebab case; ends the type.</param>
    public static ProblemResult EventRefused(string reason, string detail) =>
        Plain(Status422UnprocessableEntity, ProblemTypes.EventRefused, "The event will never be heard", $"{detail} ({reason})",
            "Do not send it again; correct what makes it, see the AsyncAPI document.", "body");

    public static ProblemResult NotAcceptable(string offered) =>
        Plain(Status406NotAcceptable, ProblemTypes.NotAcceptable, "Not a type that is written here", $"This is written as {offered}.",
            "Accept one of these, or name it with ?format=json, ndjson or csv.", "Accept");

    public static ProblemResult SignInRequired() =>
        Plain(Status401Unauthorized, ProblemTypes.SignInRequired, "Sign in first", "The request carries no token that is valid here.",
            "Send Authorization: Bearer with a fresh token for this broker.", "Authorization");

    public static ProblemResult RoleRequired(IEnumerable<string> roles)
    {
        var names = string.Join(" or ", roles);
        return Plain(Status403Forbidden, ProblemTypes.RoleRequired, "Your roles do not allow this",
            names.Length > 0 ? $"This needs role {names}." : "This needs another role.", "Ask the operator for the role, or use another account.", "Authorization");
    }

    public static ProblemResult NoSuchPath() =>
        Plain(Status404NotFound, ProblemTypes.NotFound, "Nothing is here", "No resource has this path.", "See /docs for the paths there are.");

    public static ProblemResult MethodNotAllowed() =>
        Plain(Status405MethodNotAllowed, ProblemTypes.MethodNotAllowed, "Not with this method", "The resource does not answer this method.",
            "See the Allow header, or /docs.");

    /// <summary>Also for a request that is somebody else's: whether it exists is nobody else's business.</summary>
    public static ProblemResult NoSuchRequest() => Of(new Refusal(RefusalReason.RequestNotFound, "There is no such request, or none that you may see."));

    public static ProblemResult NoSuchTicket() =>
        Plain(Status404NotFound, ProblemTypes.NotFound, "No such ticket", "Nothing was ever heard of this ticket.", "Check its number.", "id");

    /// <param name="status">404 where the path names the cluster, 422 where the body does.</param>
    public static ProblemResult NoSuchCluster(string field, int status) =>
        Plain(status, ProblemTypes.ClusterNotFound, "No such cluster", "There is no such cluster, or none that you may see.",
            "Give the id of a cluster from GET /api/v1/clusters.", field);

    public static ProblemResult JournalUnavailable() =>
        Plain(Status503ServiceUnavailable, ProblemTypes.JournalUnavailable, "The journal does not answer",
            "What you asked may or may not be recorded.",
            "Send the same again in a moment, with the same Idempotency-Key where there is one.") with
        { RetryAfter = Soon };

    public static ProblemResult SignInUnavailable() =>
        Plain(Status503ServiceUnavailable, ProblemTypes.InputUnavailable, "The issuer of tokens does not answer",
            "Your token could not be checked.", "Send the same again in a moment.", "Authorization") with
        { RetryAfter = Soon };

    public static ProblemResult Quarantined(string stream) =>
        Plain(Status500InternalServerError, ProblemTypes.Quarantined, "The journal of this object is quarantined",
            $"The chain {stream} cannot be trusted or understood. Nothing is granted from it, and its binding is removed at its end.",
            "Tell the operator; trying again does not help.");

    public static ProblemResult EndUnrecorded(bool isGone) => isGone
        ? Plain(Status500InternalServerError, ProblemTypes.EndUnrecorded, "The access has ended, but the journal cannot record it",
            "The binding was removed and the cluster confirmed it. The request's chain is quarantined and does not show this end.",
            "Nothing more is needed to end the access. Tell the operator, who must look at the journal.")
        : Plain(Status500InternalServerError, ProblemTypes.EndUnrecorded, "The access is being ended, but the journal cannot record it",
            "The cluster has not confirmed yet that the binding is gone; its removal is tried again until it has. The request's chain is quarantined and does not show this end.",
            "Tell the operator, who must look at the journal and at the cluster.");

    public static ProblemResult CheckpointsDamaged(string why) =>
        Plain(Status500InternalServerError, ProblemTypes.CheckpointsDamaged, "The checkpoints are not those that were signed",
            why, "Tell the operator, and verify the journal against its anchor: aksarcjit audit verify.");

    public static ProblemResult TooManyRequests(int most) =>
        Plain(Status422UnprocessableEntity, ProblemTypes.TooManyRequests, "Too many requests for one bundle",
            $"The ticket has more than {most} requests.", "Fetch the evidence of each request: GET /api/v1/access-requests?ticket= lists them.", "id");

    public static ProblemResult Internal() =>
        Plain(Status500InternalServerError, ProblemTypes.InternalError, "A fault of this broker", "The request could not be served.",
            "Read the object to see whether it changed; tell the operator if it happens again.");

    public static ProblemResult Rejected(int status) =>
        Plain(status, ProblemTypes.Rejected, "The request was rejected", "The request is not one that is served here.", "See /docs for what is served.");

    private static ProblemResult Plain(int status, string type, string title, string detail, string remedy, string? field = null) =>
        new(new Problem { Type = type, Title = title, Status = status, Detail = detail, Field = field, Remedy = remedy });
}
