namespace AksArcJit.Lifecycle.Roles;

/// <summary>
/// What Azure RBAC gives on a cluster, by no binding of the cluster's own (Microsoft: Use Azure RBAC on Azure Arc-enabled Kubernetes
/// clusters). The broker neither makes nor removes one.
/// </summary>
/// <param name="Id">As Azure names it: 32 hexadecimal digits, a GUID, or a resource id that ends in one.</param>
/// <param name="Role">The role definition's id, likewise.</param>
public sealed record AzureRoleAssignment(string Id, string Role)
{
    public override string ToString() => $"Azure role assignment {Id} of role {Role}";
}
