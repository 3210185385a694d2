using System.Collections.Concurrent;
using AksArcJit.Broker.Options;
using AksArcJit.Broker.Ports;
using AksArcJit.Lifecycle;
using AksArcJit.Lifecycle.Roles;

namespace AksArcJit.Broker.Sweeping;

/// <summary>A cluster as one pass sees it.</summary>
/// <param name="Standing">Null where it could not be listed.</param>
public sealed record ClusterView(ClusterEntry Entry, ICluster Cluster, IReadOnlyList<StandingBinding>? Standing, Reading<RoleRules> Role)
{
    /// <summary>Subjects of the open requests here, as <c>User/name</c>.</summary>
    public ConcurrentDictionary<string, bool> Engineers { get; } = new(StringComparer.Ordinal);

    /// <summary>Whether the binding gives the role to one of them.</summary>
    public bool GivesRole(StandingBinding binding) =>
        binding.RoleRef == $"ClusterRole/{Entry.Policy.Role}" && binding.Subjects.Any(Engineers.ContainsKey);
}
