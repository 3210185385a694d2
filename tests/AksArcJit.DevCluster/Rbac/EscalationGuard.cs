using System.Text.Json.Nodes;
using AksArcJit.DevCluster.Errors;
using AksArcJit.DevCluster.Objects;
using AksArcJit.DevCluster.Tokens;

namespace AksArcJit.DevCluster.Rbac;

/// <summary>
/// Nobody grants what they do not hold: a role needs its rules or <c>escalate</c>, a binding the role's rules or <c>bind</c>
/// (kubernetes pkg/registry/rbac, the <c>policybased</c> storages).
/// </summary>
internal sealed class EscalationGuard(Authorizer authorizer, PolicyView policy)
{
    public void Check(Identity user, ResourceType type, JsonObject body, JsonObject? before)
    {
        if (!type.IsRbac || user.Groups.Contains(Identity.Masters) || (before is not null && OnlyOwnershipDiffers(body, before)))
            return;
        if (type == ResourceTypes.ClusterRoleBinding || type == ResourceTypes.RoleBinding)
            CheckBinding(user, type, body);
        else
            CheckRole(user, type, body, before);
    }

    private void CheckBinding(Identity user, ResourceType type, JsonObject body)
    {
        var role = RoleRef.Parse(body);
        var (name, inNamespace) = Named(body);
        if (Holds(user, "bind", role.Type, role.Name, inNamespace))
            return;
        var rules = policy.RulesOf(policy.Now(), role, inNamespace) ?? throw Refusals.NotFound(role.Type, role.Name);
        Require(user, type, name, inNamespace, rules);
    }

    private void CheckRole(Identity user, ResourceType type, JsonObject body, JsonObject? before)
    {
        var (name, inNamespace) = Named(body);
        if (Holds(user, "escalate", type, name, inNamespace))
            return;
        Require(user, type, name, inNamespace, [.. body.Objects("rules").Select(PolicyRule.Parse)]);
        // An aggregation rule may later pull in anything, so it needs everything.
        if (body.Object("aggregationRule") is { } aggregation && !JsonNode.DeepEquals(aggregation, before?["aggregationRule"]))
            Require(user, type, name, "", [PolicyRule.Everything, PolicyRule.EveryPath]);
    }

    private bool Holds(Identity user, string verb, ResourceType type, string name, string inNamespace) =>
        authorizer.Authorize(AccessRequest.OnResource(user, verb, type.Group, type.Plural, "", name, inNamespace)).Allowed;

    private void Require(Identity user, ResourceType type, string name, string inNamespace, IReadOnlyList<PolicyRule> asked)
    {
        var missing = RuleCover.Missing(authorizer.RulesFor(user, inNamespace), asked);
        if (missing.Count == 0)
            return;
        var rules = string.Join("\n", missing.GroupBy(part => part with { Verbs = [] }, SameTarget.Instance)
            .Select(target => (target.Key with { Verbs = [.. target.SelectMany(part => part.Verbs)] }).ToString())
            .Order(StringComparer.Ordinal));
        throw Refusals.Forbidden(type.Group, type.Plural, name,
            $"user {Go.Quote(user.Name)} (groups={Go.QuoteAll(user.Groups)}) is attempting to grant RBAC permissions not currently held:\n{rules}");
    }

    private static (string Name, string Namespace) Named(JsonObject body)
    {
        var metadata = body.Object("metadata");
        return (metadata.Text("name"), metadata.Text("namespace"));
    }

    private static bool OnlyOwnershipDiffers(JsonObject body, JsonObject before)
    {
        return JsonNode.DeepEquals(Bare(body), Bare(before));

        static JsonNode Bare(JsonObject body)
        {
            var bare = body.DeepClone();
            foreach (var field in (string[])["finalizers", "ownerReferences", "resourceVersion", "managedFields"])
                bare["metadata"]!.AsObject().Remove(field);
            return bare;
        }
    }

    private sealed class SameTarget : IEqualityComparer<PolicyRule>
    {
        public static readonly SameTarget Instance = new();

        public bool Equals(PolicyRule? x, PolicyRule? y) => x?.ToString() == y?.ToString();

        public int GetHashCode(PolicyRule rule) => rule.ToString().GetHashCode(StringComparison.Ordinal);
    }
}
