using System.Collections.Concurrent;
using AksArcJit.Broker.Options;
using AksArcJit.Broker.Ports;
using AksArcJit.Lifecycle;
using AksArcJit.Lifecycle.Roles;

namespace AksArcJit.Broker.Sweeping;

/// <summary>A cluster as one pass sees it.</summary>
/// <param name="Standing">Of each kind that could be listed.</param>
public sealed record ClusterView(
    ClusterEntry Entry, ICluster Cluster, IReadOnlyDictionary<BindingKind, IReadOnlyList<StandingBinding>> Standing, Reading<RoleRules> Role)
{
    public IEnumerable<StandingBinding> Bindings => Standing.Values.SelectMany(bindings => bindings);

    /// <summary>Whether it would have been seen, if it stood.</summary>
    public bool Covers(BindingName name) => Standing.Keys.Any(kind => name.Kind == $"{kind}");

    private readonly Lazy<Task<Reading<RoleRules>>> _roleNow = new(() => Cluster.ReadRoleAsync(Entry.Policy.Role, CancellationToken.None));

    /// <summary>Read once more, on demand: the role was read before the journals were, and somebody may have consented to another meanwhile.</summary>
    public Task<Reading<RoleRules>> RoleNow => _roleNow.Value;

    /// <summary>Subjects of the open requests here, as <c>User/name</c>.</summary>
    public ConcurrentDictionary<string, bool> Engineers { get; } = new(StringComparer.Ordinal);

    /// <summary>Whether the binding gives the role to one of them.</summary>
    public bool GivesRole(StandingBinding binding) =>
        binding.RoleRef == $"ClusterRole/{Entry.Policy.Role}" && binding.Subjects.Any(Engineers.ContainsKey);
}
