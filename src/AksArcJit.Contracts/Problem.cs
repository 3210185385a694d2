using System.ComponentModel;

namespace AksArcJit.Contracts;

/// <summary>A problem as RFC 9457 has it, with what to do about it.</summary>
public sealed record Problem
{
    [Description("Stable; see ProblemTypes.")]
    public required string Type { get; init; }

    public required string Title { get; init; }

    public required int Status { get; init; }

    public required string Detail { get; init; }

    [Description("The field, header or path segment that is at fault, where one is.")]
    public string? Field { get; init; }

    [Description("What to do.")]
    public required string Remedy { get; init; }

    [Description("Every field at fault, where there are several.")]
    public IReadOnlyList<FieldProblem>? Errors { get; init; }

    [Description("With pending-twin: the request that is still pending.")]
    public string? Link { get; init; }
}

public sealed record FieldProblem
{
    public required string Field { get; init; }

    public required string Remedy { get; init; }
}
