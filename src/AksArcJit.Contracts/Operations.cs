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
