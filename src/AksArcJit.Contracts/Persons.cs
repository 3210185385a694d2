using System.ComponentModel;

namespace AksArcJit.Contracts;

/// <summary>Somebody, by what never changes about them.</summary>
public sealed record PersonView
{
    [Description("objectId@issuer, as in the person's tokens.")]
    public required string Person { get; init; }

    [Description("For reading only; two persons may share a name.")]
    public string? Name { get; init; }
}
