using AksArcJit.Kubernetes.Api;
using AksArcJit.Lifecycle;
using AksArcJit.Lifecycle.Roles;
using k8s;
using k8s.Models;

namespace AksArcJit.Kubernetes.Roles;

/// <summary>
/// Reads a ClusterRole as it will be in force: its stored rules and those of the roles that its aggregation selects. The server unites them
/// too, but later (the clusterrole-aggregation controller); the guard must not look at the moment before.
/// </summary>
internal sealed class RoleReader(ApiClient api)
{
    public async Task<Reading<RoleRules>> ReadAsync(string role, CancellationToken cancellation)
    {
        var answer = await api.SendAsync(api.Reads, Permission.ReadRole,
            (client, ct) => client.RbacAuthorizationV1.ReadClusterRoleAsync(Uri.EscapeDataString(role), cancellationToken: ct), cancellation);
        if (answer.SaysMissing(role))
            return new Reading<RoleRules>.Missing();
        if (answer is not Answer<V1ClusterRole>.Given { Value: var found })
            return new Reading<RoleRules>.Unreadable($"ClusterRole {role}: {answer.Trouble}");

        var rules = new List<PolicyRule>(RuleMapping.Of(found));
        foreach (var selector in found.AggregationRule?.ClusterRoleSelectors ?? [])
        {
            if (LabelSelectors.TryWrite(selector, out var query) is { } unreadable)
                return new Reading<RoleRules>.Unreadable($"ClusterRole {role}: {unreadable}");
            var selected = await SelectAsync(query, cancellation);
            if (selected is not Answer<IReadOnlyList<V1ClusterRole>>.Given { Value: var parts })
                return new Reading<RoleRules>.Unreadable($"roles that ClusterRole {role} aggregates: {selected.Trouble}");
            rules.AddRange(parts.SelectMany(RuleMapping.Of));
        }
        return new Reading<RoleRules>.Found(new RoleRules(RuleMapping.Distinct(rules)));
    }

    private Task<Answer<IReadOnlyList<V1ClusterRole>>> SelectAsync(string query, CancellationToken cancellation) =>
        Pages.ReadAsync<V1ClusterRoleList, V1ClusterRole>(api, Permission.ListRoles,
            (client, limit, next, ct) => client.RbacAuthorizationV1.ListClusterRoleAsync(
                labelSelector: query, limit: limit, continueParameter: next, cancellationToken: ct),
            cancellation);
}
