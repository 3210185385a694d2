using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using AksArcJit.DevCluster.Errors;
using AksArcJit.DevCluster.Rbac;

namespace AksArcJit.DevCluster.Objects;

/// <summary>
/// Defaults and field rules of metadata and of the RBAC types (kubernetes pkg/apis/rbac/validation). Other types are kept as
/// they come.
/// </summary>
internal static partial class Validation
{
    private const int MaximumAnnotations = 256 * 1024;

    public static void SetDefaults(ResourceType type, JsonObject body)
    {
        if (type != ResourceTypes.RoleBinding && type != ResourceTypes.ClusterRoleBinding)
            return;
        if (body.Object("roleRef") is { } role && role.Text("apiGroup").Length == 0)
            role["apiGroup"] = ResourceTypes.RbacGroup;
        foreach (var subject in body.Objects("subjects"))
        {
            if (subject.Text("kind") is "User" or "Group" && subject.Text("apiGroup").Length == 0)
                subject["apiGroup"] = ResourceTypes.RbacGroup;
        }
    }

    /// <exception cref="StatusException">422 with every fault.</exception>
    public static void Check(ResourceType type, JsonObject body)
    {
        var name = body.Object("metadata").Text("name");
        FieldFault[] faults = [.. Metadata(type, body.Object("metadata")), .. Specifics(type, body)];
        if (faults.Length > 0)
            throw Refusals.Invalid(type, name, faults);
    }

    /// <summary>A binding never changes its role: what was consented stays what is bound.</summary>
    public static void CheckUpdate(ResourceType type, JsonObject body, JsonObject before)
    {
        if (type != ResourceTypes.RoleBinding && type != ResourceTypes.ClusterRoleBinding)
            return;
        var role = RoleRef.Parse(body);
        if (role != RoleRef.Parse(before))
            throw Refusals.Invalid(type, body.Object("metadata").Text("name"), [FieldFault.Invalid("roleRef", role.Shown, "cannot change roleRef")]);
    }

    private static IEnumerable<FieldFault> Metadata(ResourceType type, JsonObject? metadata)
    {
        var name = metadata.Text("name");
        if (name.Length == 0)
            yield return FieldFault.Required("metadata.name", "name or generateName is required");
        else if (NameFault(type, name) is { } fault)
            yield return FieldFault.Invalid("metadata.name", Go.Quote(name), fault);
        foreach (var (key, value) in metadata.TextMap("labels"))
        {
            if (!QualifiedName().IsMatch(key))
                yield return FieldFault.Invalid("metadata.labels", Go.Quote(key), "a qualified name must consist of alphanumeric characters, '-', '_' or '.'");
            if (!LabelValue().IsMatch(value))
                yield return FieldFault.Invalid("metadata.labels", Go.Quote(value), value.Length > 63
                    ? "must be no more than 63 bytes"
                    : "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character");
        }
        var annotations = metadata.TextMap("annotations");
        foreach (var key in annotations.Keys.Where(key => !QualifiedName().IsMatch(key)))
            yield return FieldFault.Invalid("metadata.annotations", Go.Quote(key), "a qualified name must consist of alphanumeric characters, '-', '_' or '.'");
        if (annotations.Sum(pair => Encoding.UTF8.GetByteCount(pair.Key) + Encoding.UTF8.GetByteCount(pair.Value)) > MaximumAnnotations)
            yield return FieldFault.TooLong("metadata.annotations", MaximumAnnotations);
    }

    /// <summary>RBAC names are any path segment; others are DNS names.</summary>
    private static string? NameFault(ResourceType type, string name)
    {
        if (type.IsRbac)
        {
            return name is "." or ".." ? $"may not be '{name}'"
                : name.Contains('/') ? "may not contain '/'"
                : name.Contains('%') ? "may not contain '%'"
                : null;
        }
        return DnsName().IsMatch(name)
            ? null
            : "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character";
    }

    private static IEnumerable<FieldFault> Specifics(ResourceType type, JsonObject body) => type.Kind switch
    {
        "ClusterRole" or "Role" => body.Objects("rules").SelectMany((rule, index) => Rule(type, rule, $"rules[{index}]")),
        "ClusterRoleBinding" or "RoleBinding" =>
            [.. Role(type, body.Object("roleRef")), .. body.Objects("subjects").SelectMany((subject, index) => Subject(type, subject, $"subjects[{index}]"))],
        _ => [],
    };

    private static IEnumerable<FieldFault> Rule(ResourceType type, JsonObject rule, string at)
    {
        if (rule.Texts("verbs").Length == 0)
            yield return FieldFault.Required($"{at}.verbs", "verbs must contain at least one value");
        if (rule.Texts("nonResourceURLs").Length > 0)
        {
            if (type.Namespaced)
                yield return FieldFault.Invalid($"{at}.nonResourceURLs", Go.QuoteAll(rule.Texts("nonResourceURLs")), "namespaced rules cannot apply to non-resource URLs");
            if (rule.Texts("apiGroups").Length > 0 || rule.Texts("resources").Length > 0 || rule.Texts("resourceNames").Length > 0)
                yield return FieldFault.Invalid($"{at}.nonResourceURLs", Go.QuoteAll(rule.Texts("nonResourceURLs")), "rules cannot apply to both regular resources and non-resource URLs");
            yield break;
        }
        if (rule.Texts("apiGroups").Length == 0)
            yield return FieldFault.Required($"{at}.apiGroups", "resource rules must supply at least one api group");
        if (rule.Texts("resources").Length == 0)
            yield return FieldFault.Required($"{at}.resources", "resource rules must supply at least one resource");
    }

    private static IEnumerable<FieldFault> Role(ResourceType type, JsonObject? role)
    {
        if (role.Text("apiGroup") is var group && group != ResourceTypes.RbacGroup)
            yield return FieldFault.NotSupported("roleRef.apiGroup", group, ResourceTypes.RbacGroup);
        string[] kinds = type.Namespaced ? ["ClusterRole", "Role"] : ["ClusterRole"];
        if (!kinds.Contains(role.Text("kind")))
            yield return FieldFault.NotSupported("roleRef.kind", role.Text("kind"), kinds);
        if (role.Text("name").Length == 0)
            yield return FieldFault.Required("roleRef.name");
    }

    private static IEnumerable<FieldFault> Subject(ResourceType type, JsonObject subject, string at)
    {
        if (subject.Text("name").Length == 0)
            yield return FieldFault.Required($"{at}.name");
        var group = subject.Text("apiGroup");
        switch (subject.Text("kind"))
        {
            case "ServiceAccount":
                if (group.Length > 0)
                    yield return FieldFault.NotSupported($"{at}.apiGroup", group, "");
                if (!type.Namespaced && subject.Text("namespace").Length == 0)
                    yield return FieldFault.Required($"{at}.namespace");
                break;
            case "User" or "Group":
                if (group != ResourceTypes.RbacGroup)
                    yield return FieldFault.NotSupported($"{at}.apiGroup", group, ResourceTypes.RbacGroup);
                break;
            case var kind:
                yield return FieldFault.NotSupported($"{at}.kind", kind, "ServiceAccount", "User", "Group");
                break;
        }
    }

    [GeneratedRegex(@"^([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?\z")]
    private static partial Regex QualifiedName();

    [GeneratedRegex(@"^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?\z")]
    private static partial Regex LabelValue();

    [GeneratedRegex(@"^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?\z")]
    private static partial Regex DnsName();
}
