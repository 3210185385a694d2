using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;

namespace AksArcJit.Contracts;

[JsonConverter(typeof(WordsOnly<ScopeKind>))]
public enum ScopeKind
{
    Cluster,
    Namespace,
}

/// <summary>Where access holds: <c>{"kind": "Cluster"}</c> or <c>{"kind": "Namespace", "namespace": "shop"}</c>.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record ScopeView
{
    [Required]
    public ScopeKind? Kind { get; init; }

    [Description("With kind Namespace only: 1 to 63 of a-z 0-9 -.")]
    public string? Namespace { get; init; }
}
