using System.Text.Json.Serialization;

namespace AksArcJit.Contracts.Events;

/// <summary>
/// What the broker tells, as CloudEvents 1.0: one event for each fact that others care about, its id the fact's id, its time the fact's
/// time. Source is <c>urn:aksarcjit:</c> and the installation's name; subject the stream (<c>access-requests/ID</c>, <c>clusters/ID</c>,
/// <c>system</c>), in which events come in order. The schemas beside this file say exactly what is sent.
/// </summary>
public static class BrokerEventTypes
{
    /// <summary>With <see cref="AccessEvent"/>, as the next thirteen.</summary>
    public const string AccessRequested = "com.aksarcjit.access.requested.v1";

    public const string ConsentGiven = "com.aksarcjit.consent.given.v1";
    public const string ConsentRefused = "com.aksarcjit.consent.refused.v1";
    public const string ConsentLapsed = "com.aksarcjit.consent.lapsed.v1";
    public const string AccessWithdrawn = "com.aksarcjit.access.withdrawn.v1";
    public const string AccessCancelled = "com.aksarcjit.access.cancelled.v1";
    public const string AccessScheduled = "com.aksarcjit.access.scheduled.v1";

    /// <summary>The start could not be made in time, and nothing was ever bound.</summary>
    public const string AccessFailed = "com.aksarcjit.access.failed.v1";

    public const string AccessGranted = "com.aksarcjit.access.granted.v1";

    /// <summary>The role's rules changed while access is in force, and still pass the guard.</summary>
    public const string RoleChanged = "com.aksarcjit.role.changed.v1";

    public const string RevocationStarted = "com.aksarcjit.revocation.started.v1";

    /// <summary>The cluster does not confirm that the access is gone. The broker goes on trying.</summary>
    public const string RevocationUnconfirmed = "com.aksarcjit.revocation.unconfirmed.v1";

    /// <summary>Closed after anything was intended; with outcome <c>GrantFailed</c> no access was ever in force.</summary>
    public const string AccessEnded = "com.aksarcjit.access.ended.v1";

    /// <summary>A binding of a closed request was seen: a create that was still in flight. It is being removed.</summary>
    public const string AccessReappeared = "com.aksarcjit.access.reappeared.v1";

    /// <summary>With <see cref="OrderEvent"/>, as the next two.</summary>
    public const string GrantsPaused = "com.aksarcjit.grants.paused.v1";

    public const string GrantsResumed = "com.aksarcjit.grants.resumed.v1";

    /// <summary>Everything asked before is ended; each request tells of its own end.</summary>
    public const string RevocationOrdered = "com.aksarcjit.revocation.ordered.v1";

    /// <summary>With <see cref="FindingEvent"/>.</summary>
    public const string FindingRecorded = "com.aksarcjit.finding.recorded.v1";
}

/// <summary>A request as it stood right after the fact. No justification, comment or mail address: who may read those asks the API.</summary>
public sealed record AccessEvent
{
    public required string RequestId { get; init; }

    /// <summary>Of the request after this fact: counts every recorded fact, told or not.</summary>
    public required long Version { get; init; }

    public required AccessRequestState State { get; init; }

    public required string TicketId { get; init; }

    public required string ClusterId { get; init; }

    public required string Customer { get; init; }

    public required PersonView Engineer { get; init; }

    public required string Role { get; init; }

    public required ScopeView Scope { get; init; }

    /// <summary>ISO 8601; as asked, then as narrowed by each consent.</summary>
    public required string Duration { get; init; }

    /// <summary>The request that this one extends.</summary>
    public string? Continues { get; init; }

    /// <summary>Who decided, withdrew or ordered; absent where nobody did, as where the time was over.</summary>
    public PersonView? By { get; init; }

    /// <summary>Of the request: until when consent may be given. With access.requested.</summary>
    public DateTimeOffset? ConsentDeadline { get; init; }

    /// <summary>With access.scheduled.</summary>
    public DateTimeOffset? StartsAt { get; init; }

    /// <summary>With access.granted: when the window ends.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>With access.granted: the binding's own end, whatever happens to the broker.</summary>
    public DateTimeOffset? NotAfter { get; init; }

    /// <summary>Once it is known how the request closes.</summary>
    public AccessRequestOutcome? Outcome { get; init; }

    /// <summary>With outcome Ended.</summary>
    public EndCause? Cause { get; init; }

    /// <summary>One sentence of the broker's; not a person's words.</summary>
    public string? Reason { get; init; }

    /// <summary>With access.ended.</summary>
    public EndConfirmation? ConfirmedBy { get; init; }

    /// <summary>With access.ended: what other means still allowed.</summary>
    public IReadOnlyList<ResidualAccess>? ResidualAccess { get; init; }
}

/// <summary>On whose word an access counts as gone.</summary>
[JsonConverter(typeof(WordsOnly<EndConfirmation>))]
public enum EndConfirmation
{
    Cluster,
    Operator,
}

/// <summary>An operator's order.</summary>
public sealed record OrderEvent
{
    public required OperationScope Scope { get; init; }

    public required PersonView By { get; init; }
}

/// <summary>What the sweep found on a cluster that belongs to no request.</summary>
public sealed record FindingEvent
{
    public required string ClusterId { get; init; }

    public required FoundBinding Kind { get; init; }

    /// <summary>ClusterRoleBinding or RoleBinding, its namespace and name.</summary>
    public required string Binding { get; init; }

    public required string Uid { get; init; }

    /// <summary>True where the broker removed it; a copy is not the broker's to delete.</summary>
    public required bool Removed { get; init; }
}

[JsonConverter(typeof(WordsOnly<FoundBinding>))]
public enum FoundBinding
{
    /// <summary>Of this installation, without an open grant.</summary>
    Orphaned,

    /// <summary>Of this installation, past its own end.</summary>
    Overdue,

    /// <summary>Of a request that cannot be read, at its end.</summary>
    Quarantined,

    /// <summary>Carries the role without the broker's labels.</summary>
    Copied,
}
