using System.Text.Json.Nodes;
using AksArcJit.DevCluster.Errors;
using AksArcJit.DevCluster.Objects;

namespace AksArcJit.DevCluster.Hosting;

/// <summary>
/// Users as JSON: a list of <c>{"name", "token", "groups": [], "uid", "extra": {"oid": ["..."]}, "context"}</c>, of which
/// name and token are required.
/// </summary>
internal static class UsersFile
{
    public static IReadOnlyList<DevClusterUser> Load(string path) =>
        Json.Parse(File.ReadAllBytes(path)) is JsonArray users
            ? [.. users.Select(user => Parse(user as JsonObject ?? throw Refusals.BadRequest("each user is an object")))]
            : throw Refusals.BadRequest($"{path}: a list of users is expected");

    public static DevClusterUser Parse(JsonObject user)
    {
        if (user.Text("name").Length == 0 || user.Text("token").Length == 0)
            throw Refusals.BadRequest("a user needs name and token");
        var extra = user.Object("extra") ?? [];
        return new(user.Text("token"), user.Text("name"))
        {
            Groups = user.Texts("groups"),
            Uid = user.Text("uid"),
            Extra = extra.ToDictionary(pair => pair.Key, pair => (IReadOnlyList<string>)extra.Texts(pair.Key)),
            Context = user.Text("context") is { Length: > 0 } context ? context : null,
        };
    }
}
