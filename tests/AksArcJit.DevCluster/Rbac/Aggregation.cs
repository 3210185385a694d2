using System.Text.Json.Nodes;
using AksArcJit.DevCluster.Objects;
using AksArcJit.DevCluster.Storage;

namespace AksArcJit.DevCluster.Rbac;

/// <summary>
/// The clusterrole-aggregation controller: the stored rules of a ClusterRole with an aggregationRule are the union of those
/// that its selectors match. Runs inside the write that calls for it, so that nothing observes a half.
/// </summary>
internal static class Aggregation
{
    public static void Apply(Transaction transaction)
    {
        if (!transaction.Changes.Any(change => change.Object.Type == ResourceTypes.ClusterRole))
            return;
        // Roles may aggregate aggregated roles (admin, edit, view); each round settles at least one level.
        var rounds = transaction.Now.All(ResourceTypes.ClusterRole).Count;
        for (var round = 0; round <= rounds && Settle(transaction); round++)
        {
        }
    }

    private static bool Settle(Transaction transaction)
    {
        var changed = false;
        foreach (var stored in transaction.Now.All(ResourceTypes.ClusterRole).Values)
        {
            var role = stored.Read();
            if (role.Object("aggregationRule") is not { } aggregation)
                continue;
            var rules = Union(transaction.Now, stored, [.. aggregation.Objects("clusterRoleSelectors").Select(LabelSelector.Parse)]);
            if (JsonNode.DeepEquals(rules, role["rules"] ?? new JsonArray()))
                continue;
            role["rules"] = rules;
            transaction.Put(ResourceTypes.ClusterRole, role);
            changed = true;
        }
        return changed;
    }

    private static JsonArray Union(Snapshot state, StoredObject aggregate, LabelSelector[] selectors)
    {
        var union = new JsonArray();
        foreach (var selector in selectors)
        {
            foreach (var source in state.All(ResourceTypes.ClusterRole).Values)
            {
                if (source.Key == aggregate.Key || !selector.Matches(source.Labels))
                    continue;
                foreach (var rule in source.Read().Objects("rules"))
                {
                    if (!union.Any(known => JsonNode.DeepEquals(known, rule)))
                        union.Add(rule.DeepClone());
                }
            }
        }
        return union;
    }
}
