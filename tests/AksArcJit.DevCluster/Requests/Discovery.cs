using System.Text.Json.Nodes;
using AksArcJit.DevCluster.Objects;
using AksArcJit.DevCluster.Reviews;

namespace AksArcJit.DevCluster.Requests;

/// <summary>/version, /healthz and what exists, in the unaggregated form, which every client reads.</summary>
internal static class Discovery
{
    private static readonly string[] Verbs = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];

    private static readonly string[] Groups =
        [.. ResourceTypes.All.Select(type => type.Group).Append(ResourceTypes.AuthorizationGroup).Where(group => group.Length > 0).Distinct()];

    /// <returns>Null for a path that is none of them.</returns>
    public static Answer? Find(string path) => path.Trim('/').Split('/') switch
    {
        ["version"] => Answer.Ok(Version()),
        ["healthz" or "livez" or "readyz"] => Answer.Text("ok"),
        ["api"] => Answer.Ok(CoreVersions()),
        ["apis"] => Answer.Ok(GroupList()),
        ["apis", var group] when Groups.Contains(group) => Answer.Ok(Titled(Group(group), "APIGroup")),
        ["api", "v1"] => Answer.Ok(Resources("")),
        ["apis", var group, "v1"] when Groups.Contains(group) => Answer.Ok(Resources(group)),
        ["openapi", "v3"] => Answer.Ok(OpenApi.Index(Groups)),
        ["openapi", "v3", "api", "v1"] => Answer.Ok(OpenApi.Of("")),
        ["openapi", "v3", "apis", var group, "v1"] when Groups.Contains(group) => Answer.Ok(OpenApi.Of(group)),
        _ => null,
    };

    private static JsonObject Version() => new()
    {
        ["major"] = "1",
        ["minor"] = "32",
        ["gitVersion"] = "v1.32.0-devcluster",
        ["gitCommit"] = "",
        ["gitTreeState"] = "clean",
        ["buildDate"] = "2025-01-01T00:00:00Z",
        ["goVersion"] = "none",
        ["compiler"] = "dotnet",
        ["platform"] = "linux/amd64",
    };

    private static JsonObject CoreVersions() => new()
    {
        ["kind"] = "APIVersions",
        ["versions"] = Json.Array(["v1"]),
        ["serverAddressByClientCIDRs"] = new JsonArray(),
    };

    private static JsonObject GroupList() => new()
    {
        ["kind"] = "APIGroupList",
        ["apiVersion"] = "v1",
        ["groups"] = new JsonArray([.. Groups.Select(Group)]),
    };

    private static JsonObject Group(string group) => new()
    {
        ["name"] = group,
        ["versions"] = new JsonArray(Served(group)),
        ["preferredVersion"] = Served(group),
    };

    private static JsonObject Served(string group) => new() { ["groupVersion"] = $"{group}/v1", ["version"] = "v1" };

    private static JsonObject Titled(JsonObject body, string kind)
    {
        body["kind"] = kind;
        body["apiVersion"] = "v1";
        return body;
    }

    private static JsonObject Resources(string group)
    {
        var stored = ResourceTypes.All.Where(type => type.Group == group).Select(type => Resource(type.Plural, type.Kind, type.Namespaced, Verbs, type.ShortNames));
        var reviews = group == ResourceTypes.AuthorizationGroup
            ? AccessReviews.Types.Select(type => Resource(type.Plural, type.Kind, type.Namespaced, ["create"], []))
            : [];
        return new()
        {
            ["kind"] = "APIResourceList",
            ["apiVersion"] = "v1",
            ["groupVersion"] = group.Length == 0 ? "v1" : $"{group}/v1",
            ["resources"] = new JsonArray([.. stored, .. reviews]),
        };
    }

    private static JsonObject Resource(string plural, string kind, bool namespaced, string[] verbs, string[] shortNames) => new JsonObject
    {
        ["name"] = plural,
        ["singularName"] = kind.ToLowerInvariant(),
        ["namespaced"] = namespaced,
        ["kind"] = kind,
        ["verbs"] = Json.Array(verbs),
        ["shortNames"] = Json.Array(shortNames),
    };
}
