using System.Text.RegularExpressions;
using AksArcJit.Broker.Ports;
using AksArcJit.Lifecycle.Roles;

namespace AksArcJit.Kubernetes.Access;

/// <summary>
/// Whom an authorizer names as the one that allows: a binding (kubernetes/kubernetes plugin/pkg/auth/authorizer/rbac, the binding
/// describers), or an Azure role assignment (kubeguard/guard authz/providers/azure/rbac, the webhook of Azure RBAC on Arc). A name that Go
/// had to escape, or any other words, name nobody: then an operator must look.
/// </summary>
internal static partial class ReviewReason
{
    // The version 2 of Azure's check writes this word in the user's place.
    private const string AnyUser = "user";

    public static BindingName? Binding(string? reason)
    {
        if (Clusterwide().Match(reason ?? "") is { Success: true } wide)
            return new BindingName(wide.Groups["name"].Value, "");
        return InNamespace().Match(reason ?? "") is { Success: true } narrow
            ? new BindingName(narrow.Groups["name"].Value, narrow.Groups["namespace"].Value)
            : null;
    }

    /// <param name="user">Whom the review was about: an answer about somebody else names nobody.</param>
    public static AzureRoleAssignment? Assignment(string? reason, ReviewedUser user) =>
        ByAzure().Match(reason ?? "") is { Success: true } named && named.Groups["user"].Value is var about && (about == user.Name || about == AnyUser)
            ? new AzureRoleAssignment(named.Groups["assignment"].Value, named.Groups["role"].Value)
            : null;

    [GeneratedRegex("""^RBAC: allowed by ClusterRoleBinding "(?<name>[^"\\/]+)" of """)]
    private static partial Regex Clusterwide();

    [GeneratedRegex("""^RBAC: allowed by RoleBinding "(?<name>[^"\\/]+)/(?<namespace>[^"\\/]+)" of """)]
    private static partial Regex InNamespace();

    private const string Guid = "(?:[0-9A-Fa-f]{32}|[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12})";
    private const string Resource = @"(?:(?:/[\w.()-]{1,90}){0,8}/providers/Microsoft\.Authorization/";

    [GeneratedRegex("^Access allowed by Azure RBAC Role Assignment (?<assignment>" + Resource + "roleAssignments/)?" + Guid
        + ") of Role (?<role>" + Resource + "roleDefinitions/)?" + Guid + @") to user (?<user>.+)\z", RegexOptions.Singleline | RegexOptions.ECMAScript)]
    private static partial Regex ByAzure();
}
