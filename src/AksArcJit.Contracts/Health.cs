using System.ComponentModel;

namespace AksArcJit.Contracts;

public sealed record Alive
{
    public required string Status { get; init; }
}

/// <summary>What the broker reaches. Reasons are in its log, not here: anybody may read this.</summary>
public sealed record Readiness
{
    [Description("ready, degraded (a cluster does not answer) or unready (the journal does not).")]
    public required string Status { get; init; }

    [Description("ok or fault.")]
    public required string Journal { get; init; }

    [Description("By cluster id: ok or fault.")]
    public required IReadOnlyDictionary<string, string> Clusters { get; init; }
}
