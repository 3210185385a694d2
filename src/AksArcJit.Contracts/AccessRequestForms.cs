using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;

namespace AksArcJit.Contracts;

/// <summary>What an engineer asks for.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record AccessRequestForm
{
    [Required]
    public string? TicketId { get; init; }

    [Required]
    public string? ClusterId { get; init; }

    [Required]
    public ScopeView? Scope { get; init; }

    [Required]
    [Description("ISO 8601, counted from the moment access is in force: PT20S, PT2H.")]
    public string? Duration { get; init; }

    [Required]
    [Description("Why, in words that the customer reads. 1 to 2000 characters.")]
    public string? Justification { get; init; }

    [Description("RFC 3339 with offset: access starts then. Left out, it starts at consent.")]
    public string? StartAt { get; init; }

    [Description("The id of an earlier request of yours, for the same ticket and cluster, that this one extends.")]
    public string? Continues { get; init; }
}

/// <summary>More time, as a request of its own that continues this one.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record ExtensionForm
{
    [Required]
    [Description("ISO 8601, counted from the moment the new access is in force.")]
    public string? Duration { get; init; }

    [Required]
    public string? Justification { get; init; }
}

[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record ReasonForm
{
    [Required]
    [Description("Recorded, and shown to everyone who may see the request. 1 to 2000 characters.")]
    public string? Reason { get; init; }
}
