using System.ComponentModel;
using System.Text.Json.Serialization;

namespace AksArcJit.Contracts;

[JsonConverter(typeof(WordsOnly<AccessRequestState>))]
public enum AccessRequestState
{
    AwaitingConsent,
    Scheduled,
    Granting,
    Active,
    Revoking,
    RevocationUnconfirmed,
    Closed,
}

/// <summary>How a request ended. Only Ended means that access was in force.</summary>
[JsonConverter(typeof(WordsOnly<AccessRequestOutcome>))]
public enum AccessRequestOutcome
{
    Refused,
    Lapsed,
    Withdrawn,
    Cancelled,
    GrantFailed,
    Ended,
}

/// <summary>What brought the end.</summary>
[JsonConverter(typeof(WordsOnly<EndCause>))]
public enum EndCause
{
    Expired,
    TicketClosed,
    CustomerRevoked,
    EngineerReleased,
    OperatorRevoked,
    BindingAltered,
    BindingDisappeared,
    RoleChanged,
}

/// <summary>The answer to a request for access: it is recorded, and now waits.</summary>
public sealed record AccessRequestAccepted
{
    public required string Id { get; init; }

    public required AccessRequestState State { get; init; }

    public required AccessRequestLinks Links { get; init; }
}

/// <summary>Paths on this server. An action that the reader may not take, or that is out of season, is left out.</summary>
public sealed record AccessRequestLinks
{
    public required string Self { get; init; }

    public required string Journal { get; init; }

    public required string Ticket { get; init; }

    public string? Continues { get; init; }

    public string? Withdraw { get; init; }

    public string? Revoke { get; init; }

    public string? ConfirmGone { get; init; }

    public string? Extensions { get; init; }
}

public sealed record AccessRequestView
{
    public required string Id { get; init; }

    [Description("Counts the recorded facts; also the ETag.")]
    public required long Version { get; init; }

    public required string TicketId { get; init; }

    public required string ClusterId { get; init; }

    public required PersonView Engineer { get; init; }

    [Description("As asked, then as narrowed by each consent.")]
    public required ScopeView Scope { get; init; }

    [Description("ISO 8601; as asked, then as narrowed by each consent.")]
    public required string Duration { get; init; }

    public required string Justification { get; init; }

    public required AccessRequestState State { get; init; }

    [Description("Once closed.")]
    public AccessRequestOutcome? Outcome { get; init; }

    [Description("Once an end has begun.")]
    public EndCause? Cause { get; init; }

    public required DateTimeOffset RequestedAt { get; init; }

    public required DateTimeOffset ConsentDeadline { get; init; }

    [Description("Where a start was asked for.")]
    public DateTimeOffset? StartsAt { get; init; }

    [Description("When the cluster confirmed the access; the window runs from here.")]
    public DateTimeOffset? GrantedAt { get; init; }

    public DateTimeOffset? ExpiresAt { get; init; }

    [Description("When the end was ordered or came due; without access, when the request closed.")]
    public DateTimeOffset? EndedAt { get; init; }

    [Description("When the cluster itself confirmed that the access is gone. Absent where an operator's word closed the request.")]
    public DateTimeOffset? ConfirmedGoneAt { get; init; }

    [Description("What other means still allowed when this binding was gone.")]
    public required IReadOnlyList<ResidualAccess> ResidualAccess { get; init; }

    public required TermsView Terms { get; init; }

    public BindingView? Binding { get; init; }

    [Description("While access is in force: a line to copy.")]
    public string? Kubectl { get; init; }

    [Description("The request that this one extends.")]
    public string? Continues { get; init; }

    public required IReadOnlyList<TimelineEntry> Timeline { get; init; }

    [Description("Who was told of what, in the order in which they were.")]
    public required IReadOnlyList<NoticeView> Notices { get; init; }

    public required AccessRequestLinks Links { get; init; }
}

[JsonConverter(typeof(WordsOnly<NoticeKind>))]
public enum NoticeKind
{
    ConsentAsked,
    Decided,
    EndedWithoutAccess,
    Granted,
    ExpiringSoon,
    Ended,
    RevocationUnconfirmed,
}

public sealed record NoticeView
{
    public required NoticeKind Kind { get; init; }

    [Description("Version of the fact that it told of.")]
    public required long About { get; init; }

    [Description("Absent where it went to the operators.")]
    public PersonView? To { get; init; }

    [Description("When a channel took it, or when it was given up.")]
    public required DateTimeOffset At { get; init; }

    [Description("The channel that took it; absent where none did.")]
    public string? Channel { get; init; }

    [Description("Why no channel took it; absent where one did.")]
    public string? Failure { get; init; }
}

public sealed record TermsView
{
    public required string Role { get; init; }

    [Description("SHA-256 of the role's rules, 64 hexadecimal digits.")]
    public required string RulesHash { get; init; }

    [Description("What the guard says of those rules, in words.")]
    public required IReadOnlyList<string> Warnings { get; init; }
}

public sealed record BindingView
{
    [Description("ClusterRoleBinding or RoleBinding.")]
    public required string Kind { get; init; }

    public required string Name { get; init; }

    public string? Namespace { get; init; }

    [Description("The binding's own end, whatever happens to the broker.")]
    public required DateTimeOffset NotAfter { get; init; }
}

public sealed record ResidualAccess
{
    [Description("Verb and resource that were asked of the cluster.")]
    public required string Access { get; init; }

    [Description("The binding or Azure role assignment that the cluster names.")]
    public string? AllowedBy { get; init; }

    [Description("The cluster's own words.")]
    public required string Reason { get; init; }
}

public sealed record TimelineEntry
{
    public required long Version { get; init; }

    public required string Kind { get; init; }

    public required DateTimeOffset At { get; init; }

    public PersonView? By { get; init; }

    public required string Summary { get; init; }
}

/// <summary>A request in a list: enough to choose one.</summary>
public sealed record AccessRequestSummary
{
    public required string Id { get; init; }

    public required long Version { get; init; }

    public required string TicketId { get; init; }

    public required string ClusterId { get; init; }

    public required PersonView Engineer { get; init; }

    public required ScopeView Scope { get; init; }

    public required string Duration { get; init; }

    public required AccessRequestState State { get; init; }

    public AccessRequestOutcome? Outcome { get; init; }

    public EndCause? Cause { get; init; }

    public required DateTimeOffset RequestedAt { get; init; }

    public required DateTimeOffset ConsentDeadline { get; init; }

    public DateTimeOffset? StartsAt { get; init; }

    public DateTimeOffset? GrantedAt { get; init; }

    public DateTimeOffset? ExpiresAt { get; init; }

    public DateTimeOffset? EndedAt { get; init; }

    public required string Self { get; init; }
}

/// <summary>Newest first. Who approves for several clusters gets them one cluster after the other.</summary>
public sealed record AccessRequestPage
{
    public required IReadOnlyList<AccessRequestSummary> Items { get; init; }

    [Description("Ids whose journals cannot be trusted or understood.")]
    public IReadOnlyList<string>? Quarantined { get; init; }

    [Description("For the next page; absent at the end. A page may be shorter than its limit.")]
    public string? Cursor { get; init; }
}
