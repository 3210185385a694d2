using AksArcJit.DevCluster.Errors;
using AksArcJit.DevCluster.Tokens;

namespace AksArcJit.DevCluster.Rbac;

/// <summary>The privileged-group authorizer, then RBAC: kubernetes plugin/pkg/auth/authorizer/rbac/rbac.go.</summary>
internal sealed class Authorizer(PolicyView policy)
{
    public Decision Authorize(AccessRequest request)
    {
        if (request.User.Groups.Contains(Identity.Masters))
            return new(true, "");
        var missing = new List<string>();
        foreach (var (binding, subject, rules) in Grants(request.User, request.Namespace, missing))
        {
            if (rules.Any(request.IsAllowedBy))
                return new(true, $"RBAC: allowed by {binding.Describe(subject)}");
        }
        return new(false, missing.Count == 0 ? "" : $"RBAC: {Go.Aggregate(missing)}");
    }

    /// <returns>All rules that the user holds there.</returns>
    public IReadOnlyList<PolicyRule> RulesFor(Identity user, string inNamespace)
    {
        PolicyRule[] privileged = user.Groups.Contains(Identity.Masters) ? [PolicyRule.Everything, PolicyRule.EveryPath] : [];
        return [.. privileged, .. Grants(user, inNamespace, []).SelectMany(grant => grant.Rules)];
    }

    /// <param name="missing">Collects the roles that bindings name and that do not exist; they grant nothing.</param>
    private IEnumerable<(Binding Binding, Subject Subject, IReadOnlyList<PolicyRule> Rules)> Grants(
        Identity user, string inNamespace, List<string> missing)
    {
        var state = policy.Now();
        foreach (var binding in policy.BindingsFor(state, inNamespace))
        {
            if (binding.SubjectFor(user) is not { } subject)
                continue;
            if (policy.RulesOf(state, binding.Role, binding.Namespace) is { } rules)
                yield return (binding, subject, rules);
            else
                missing.Add($"{binding.Role.Kind.ToLowerInvariant()}.rbac.authorization.k8s.io {Go.Quote(binding.Role.Name)} not found");
        }
    }
}
