using System.Text.Json.Nodes;
using AksArcJit.DevCluster.Objects;

namespace AksArcJit.DevCluster.Requests;

/// <summary>
/// As much of OpenAPI v3 as kubectl asks for before a create: that the server takes <c>fieldValidation</c>, so that kubectl
/// leaves validation to it.
/// </summary>
internal static class OpenApi
{
    public static JsonObject Index(IEnumerable<string> groups)
    {
        var paths = new JsonObject { ["api/v1"] = Entry("api/v1") };
        foreach (var group in groups)
            paths[$"apis/{group}/v1"] = Entry($"apis/{group}/v1");
        return new() { ["paths"] = paths };

        static JsonObject Entry(string path) => new() { ["serverRelativeURL"] = $"/openapi/v3/{path}?hash=1" };
    }

    public static JsonObject Of(string group)
    {
        var paths = new JsonObject();
        foreach (var type in ResourceTypes.All.Where(type => type.Group == group))
        {
            var root = type.Group.Length == 0 ? "/api/v1" : $"/apis/{type.ApiVersion}";
            paths[$"{root}{(type.Namespaced ? "/namespaces/{namespace}" : "")}/{type.Plural}/{{name}}"] = new JsonObject { ["patch"] = Patch(type) };
        }
        return new()
        {
            ["openapi"] = "3.0.0",
            ["info"] = new JsonObject { ["title"] = "DevCluster", ["version"] = "v1" },
            ["paths"] = paths,
            ["components"] = new JsonObject { ["schemas"] = new JsonObject() },
        };
    }

    private static JsonObject Patch(ResourceType type) => new()
    {
        ["x-kubernetes-action"] = "patch",
        ["x-kubernetes-group-version-kind"] = new JsonObject { ["group"] = type.Group, ["version"] = "v1", ["kind"] = type.Kind },
        ["parameters"] = new JsonArray(new JsonObject
        {
            ["name"] = "fieldValidation",
            ["in"] = "query",
            ["schema"] = new JsonObject { ["type"] = "string" },
        }),
        ["responses"] = new JsonObject { ["200"] = new JsonObject { ["description"] = "OK" } },
    };
}
