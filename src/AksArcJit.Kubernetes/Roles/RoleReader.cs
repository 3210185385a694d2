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
internal sealed class RoleReader(ApiClient api, TimeProvider time)
{
    // However many parts the cluster's administrators have it aggregate, and however slowly each is given: a grant waits for it.
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(20);

    // The guard looks at each, and the page that asks for consent holds them all. A rule of one object (1.5 MiB) could have thousands of millions,
    // and take the broker, which serves others' clusters too, with it; cluster-admin has 2, a role over all of 1,000 custom resources some 10,000.
    private const double MostPermissions = 50_000;

    public async Task<Reading<RoleRules>> ReadAsync(string role, CancellationToken cancellation)
    {
        using var late = new CancellationTokenSource(Longest, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, late.Token);
        try
        {
            return await ReadWholeAsync(role, either.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new Reading<RoleRules>.Unreadable($"ClusterRole {role}: not read with all that it aggregates within {Longest.TotalSeconds:0} s");
        }
    }

    private async Task<Reading<RoleRules>> ReadWholeAsync(string role, CancellationToken cancellation)
    {
        var answer = await api.SendAsync(api.Reads, Permission.ReadRole,
            async (client, ct) => Stored.Of((await client.RbacAuthorizationV1.ReadClusterRoleAsync(Uri.EscapeDataString(role), cancellationToken: ct)).Named(role)), cancellation);
        if (answer.SaysMissing(role))
            return new Reading<RoleRules>.Missing();
        if (answer is not Answer<Stored>.Given { Value: var stored })
            return new Reading<RoleRules>.Unreadable($"ClusterRole {role}: {answer.Trouble}");
        if (stored.Unreadable is { } unreadable)
            return new Reading<RoleRules>.Unreadable($"ClusterRole {role}: {unreadable}");

        var rules = new List<PolicyRule>(stored.Rules);
        foreach (var query in stored.Selected)
        {
            var selected = await SelectAsync(query, cancellation);
            if (selected is not Answer<IReadOnlyList<IReadOnlyList<PolicyRule>>>.Given { Value: var parts })
                return new Reading<RoleRules>.Unreadable($"roles that ClusterRole {role} aggregates: {selected.Trouble}");
            rules.AddRange(parts.SelectMany(part => part));
        }
        var distinct = RuleMapping.Distinct(rules);
        return distinct.Sum(rule => rule.Permissions) > MostPermissions
            ? new Reading<RoleRules>.Unreadable($"ClusterRole {role}: it holds more than {MostPermissions:0} permissions, too many for anybody to judge")
            : new Reading<RoleRules>.Found(new RoleRules(distinct));
    }

    private Task<Answer<IReadOnlyList<IReadOnlyList<PolicyRule>>>> SelectAsync(string query, CancellationToken cancellation) =>
        Pages.ReadAsync<V1ClusterRoleList, V1ClusterRole, IReadOnlyList<PolicyRule>>(api, Permission.ListRoles,
            (client, limit, next, ct) => client.RbacAuthorizationV1.ListClusterRoleAsync(
                labelSelector: query, limit: limit, continueParameter: next, cancellationToken: ct),
            RuleMapping.Of, cancellation);

    /// <param name="Selected">A query for each of its aggregation's selectors.</param>
    /// <param name="Unreadable">What is wrong with one of them; null where nothing is.</param>
    private sealed record Stored(IReadOnlyList<PolicyRule> Rules, IReadOnlyList<string> Selected, string? Unreadable)
    {
        public static Stored Of(V1ClusterRole role)
        {
            var queries = new List<string>();
            foreach (var selector in role.AggregationRule?.ClusterRoleSelectors ?? [])
            {
                if (LabelSelectors.TryWrite(selector, out var query) is { } unreadable)
                    return new Stored([], [], unreadable);
                queries.Add(query);
            }
            return new Stored(RuleMapping.Of(role), queries, null);
        }
    }
}
