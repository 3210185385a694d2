using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;

namespace AksArcJit.Contracts;

[JsonConverter(typeof(WordsOnly<TicketStatus>))]
public enum TicketStatus
{
    Active,
    Closed,
}

/// <summary>A support case as its system tells it: the whole of it, each time.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record TicketForm
{
    [Required]
    [Description("Whose case it is, as the cluster's options name them. Never changes.")]
    public string? Customer { get; init; }

    [Required]
    public IReadOnlyList<string>? ClusterIds { get; init; }

    [Required]
    public string? Title { get; init; }

    [Required]
    public string? Severity { get; init; }

    [Description("Persons as objectId@issuer who may ask under this ticket; empty or left out means any engineer.")]
    public IReadOnlyList<string>? Assignees { get; init; }

    [Required]
    public TicketStatus? Status { get; init; }

    [Description("The source's own counter; the highest wins. Without one, closed is final.")]
    public long? Sequence { get; init; }
}

[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record CloseTicketForm
{
    public long? Sequence { get; init; }
}

public sealed record TicketView
{
    public required string Id { get; init; }

    public required string Customer { get; init; }

    public required IReadOnlyList<string> ClusterIds { get; init; }

    public required string Title { get; init; }

    public required string Severity { get; init; }

    public required IReadOnlyList<string> Assignees { get; init; }

    public required TicketStatus Status { get; init; }

    public long? Sequence { get; init; }
}
