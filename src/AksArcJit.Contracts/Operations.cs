using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;

namespace AksArcJit.Contracts;

/// <summary>What an order covers: exactly one of clusterId, customer and <c>all: true</c>.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record OperationForm
{
    public string? ClusterId { get; init; }

    public string? Customer { get; init; }

    public bool? All { get; init; }

    [Required]
    public string? Reason { get; init; }
}

/// <summary>What is paused now.</summary>
public sealed record PausesView
{
    public required IReadOnlyList<OperationScope> Paused { get; init; }
}

public sealed record OperationScope
{
    public string? ClusterId { get; init; }

    public string? Customer { get; init; }

    public bool? All { get; init; }
}

public sealed record RevokeAllView
{
    public required OperationScope Scope { get; init; }

    [Description("Requests that this order ended. Removals that a cluster did not confirm yet go on.")]
    public required int Ended { get; init; }
}

[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record SweepForm
{
    [Description("True says what a sweep would do, and changes nothing.")]
    public bool? DryRun { get; init; }
}

/// <summary>What one sweep found on all clusters.</summary>
public sealed record SweepView
{
    public required DateTimeOffset At { get; init; }

    public required bool DryRun { get; init; }

    public required IReadOnlyList<SweepFindingView> Findings { get; init; }
}

public sealed record SweepFindingView
{
    public required SweepFindingKind Kind { get; init; }

    public required string ClusterId { get; init; }

    [Description("Where it belongs to a request, or says so.")]
    public string? RequestId { get; init; }

    [Description("ClusterRoleBinding or RoleBinding; absent where no binding is concerned.")]
    public string? BindingKind { get; init; }

    public string? BindingName { get; init; }

    public string? Namespace { get; init; }

    public required string Detail { get; init; }

    [Description("What became of it, or would.")]
    public required string Done { get; init; }
}

/// <summary>What a sweep tells apart.</summary>
[JsonConverter(typeof(WordsOnly<SweepFindingKind>))]
public enum SweepFindingKind
{
    Orphaned,
    Overdue,
    Altered,
    Relabelled,
    Deleted,
    Recreated,
    Copied,
    Quarantined,
    TicketClosed,
    EndOrdered,
    RoleChanged,
    Unreadable,
}
