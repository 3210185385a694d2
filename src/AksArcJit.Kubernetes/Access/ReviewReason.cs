using System.Text.RegularExpressions;
using AksArcJit.Lifecycle.Roles;

namespace AksArcJit.Kubernetes.Access;

/// <summary>
/// The binding that the RBAC authorizer names (kubernetes/kubernetes plugin/pkg/auth/authorizer/rbac, the binding describers). A name that
/// Go had to escape, or any other authorizer's words, name none: then an operator must look.
/// </summary>
internal static partial class ReviewReason
{
    public static BindingName? Binding(string? reason)
    {
        if (Clusterwide().Match(reason ?? "") is { Success: true } wide)
            return new BindingName(wide.Groups["name"].Value, "");
        return InNamespace().Match(reason ?? "") is { Success: true } narrow
            ? new BindingName(narrow.Groups["name"].Value, narrow.Groups["namespace"].Value)
            : null;
    }

    [GeneratedRegex("""^RBAC: allowed by ClusterRoleBinding "(?<name>[^"\\/]+)" of """)]
    private static partial Regex Clusterwide();

    [GeneratedRegex("""^RBAC: allowed by RoleBinding "(?<name>[^"\\/]+)/(?<namespace>[^"\\/]+)" of """)]
    private static partial Regex InNamespace();
}
