using AksArcJit.Lifecycle;
using AksArcJit.Lifecycle.Roles;

namespace AksArcJit.Journal.Notices;

/// <summary>A first line to type once access is in force: something that the role allows, and that changes nothing.</summary>
public static class Kubectl
{
    // Kinds of Kubernetes itself that lie in no namespace: a binding in one gives nothing of them.
    private static readonly HashSet<string> OfTheCluster =
    [
        "nodes", "namespaces", "persistentvolumes", "componentstatuses", "storageclasses", "volumeattachments", "volumeattributesclasses", "csinodes", "csidrivers",
        "customresourcedefinitions", "apiservices", "clusterroles", "clusterrolebindings", "certificatesigningrequests", "priorityclasses", "runtimeclasses",
        "ingressclasses", "ipaddresses", "servicecidrs", "flowschemas", "prioritylevelconfigurations", "mutatingwebhookconfigurations",
        "validatingwebhookconfigurations", "mutatingadmissionpolicies", "mutatingadmissionpolicybindings", "validatingadmissionpolicies", "validatingadmissionpolicybindings",
    ];

    public static string Line(RoleRules role, Scope scope)
    {
        var where = scope is Scope.Namespace one ? $"--namespace {one.Name}" : "--all-namespaces";
        return Listable(role, scope) is { } resource
            ? $"kubectl get {resource} {where}"
            : $"kubectl auth can-i --list{(scope is Scope.Namespace ? $" {where}" : "")}";
    }

    private static string? Listable(RoleRules role, Scope scope) => role.Rules
        .Where(rule => rule.HasVerb("list") && rule.ResourceNames.Count == 0)
        .SelectMany(rule => rule.Resources.Where(resource => IsWhole(resource) && !(scope is Scope.Namespace && OfTheCluster.Contains(resource)))
            .Select(resource => Named(resource, rule.ApiGroups)))
        .FirstOrDefault();

    private static bool IsWhole(string resource) => resource.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c));

    // Of several groups the rule does not say which has it; kubectl finds out.
    private static string Named(string resource, IReadOnlyList<string> groups) =>
        groups is [{ Length: > 0 } group] && group != PolicyRule.All ? $"{resource}.{group}" : resource;
}
