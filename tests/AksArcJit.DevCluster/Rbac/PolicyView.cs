using System.Runtime.CompilerServices;
using AksArcJit.DevCluster.Objects;
using AksArcJit.DevCluster.Storage;

namespace AksArcJit.DevCluster.Rbac;

/// <summary>
/// Roles and bindings as the authorizer sees them: the stored ones, later by the propagation lag (the real authorizer reads
/// informer caches, which trail a write by milliseconds).
/// </summary>
internal sealed class PolicyView(ObjectStore store, TimeProvider clock)
{
    private readonly Lock _gate = new();
    private readonly Queue<(DateTimeOffset VisibleAt, Snapshot State)> _ahead = new();
    private readonly ConditionalWeakTable<StoredObject, Binding> _bindings = [];
    private readonly ConditionalWeakTable<StoredObject, IReadOnlyList<PolicyRule>> _rules = [];
    private Snapshot _visible = store.Current;

    /// <summary>How long a change stays unseen; applies to the changes that follow.</summary>
    public TimeSpan Lag { get; set; }

    public void Observe(Change change)
    {
        lock (_gate)
            _ahead.Enqueue((clock.GetUtcNow() + Lag, change.After));
    }

    /// <returns>ClusterRoleBindings, then the RoleBindings of the namespace (none at the cluster scope).</returns>
    public IEnumerable<Binding> BindingsFor(Snapshot state, string inNamespace)
    {
        var cluster = state.All(ResourceTypes.ClusterRoleBinding).Values;
        var local = state.All(ResourceTypes.RoleBinding).Values.Where(stored => inNamespace.Length > 0 && stored.Key.Namespace == inNamespace);
        return cluster.Concat(local).Select(stored => _bindings.GetValue(stored, Binding.Parse));
    }

    /// <returns>Null when the role does not exist.</returns>
    public IReadOnlyList<PolicyRule>? RulesOf(Snapshot state, RoleRef role, string bindingNamespace) =>
        state.Find(role.Type, role.KeyIn(bindingNamespace)) is { } stored
            ? _rules.GetValue(stored, found => [.. found.Read().Objects("rules").Select(PolicyRule.Parse)])
            : null;

    public Snapshot Now()
    {
        lock (_gate)
        {
            var now = clock.GetUtcNow();
            while (_ahead.TryPeek(out var next) && next.VisibleAt <= now)
                _visible = _ahead.Dequeue().State;
            return _visible;
        }
    }
}
