using AksArcJit.Lifecycle;
using AksArcJit.Lifecycle.Roles;

namespace AksArcJit.Journal.Notices;

/// <summary>A first line to type once access is in force: something that the role allows, and that changes nothing.</summary>
public static class Kubectl
{
    public static string Line(RoleRules role, Scope scope)
    {
        var where = scope is Scope.Namespace one ? $"--namespace {one.Name}" : "--all-namespaces";
        return Listable(role) is { } resource
            ? $"kubectl get {resource} {where}"
            : $"kubectl auth can-i --list{(scope is Scope.Namespace ? $" {where}" : "")}";
    }

    private static string? Listable(RoleRules role) => role.Rules
        .Where(rule => rule.HasVerb("list") && rule.ResourceNames.Count == 0)
        .SelectMany(rule => rule.Resources.Where(IsWhole).Select(resource => Named(resource, rule.ApiGroups)))
        .FirstOrDefault();

    private static bool IsWhole(string resource) => resource.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c));

    private static string Named(string resource, IReadOnlyList<string> groups) =>
        groups is [{ Length: > 0 } group, ..] && group != PolicyRule.All ? $"{resource}.{group}" : resource;
}
