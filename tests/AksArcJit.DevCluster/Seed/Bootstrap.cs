using System.Text.Json.Nodes;
using AksArcJit.DevCluster.Objects;
using AksArcJit.DevCluster.Requests;

namespace AksArcJit.DevCluster.Seed;

/// <summary>What a new cluster holds, from the JSON files of this folder.</summary>
internal static class Bootstrap
{
    public static void Apply(ObjectWrites writes, bool serviceRole)
    {
        string[] files = ["namespaces.json", "roles.json", "pods.json", .. serviceRole ? ["service-role.json"] : (string[])[]];
        foreach (var body in files.SelectMany(Read))
            writes.Seed(ResourceTypes.OfKind(body.Text("apiVersion"), body.Text("kind")), body);
    }

    private static IEnumerable<JsonObject> Read(string file)
    {
        using var stream = typeof(Bootstrap).Assembly.GetManifestResourceStream(file)
            ?? throw new InvalidOperationException($"{file} is not embedded");
        return [.. JsonNode.Parse(stream)!.AsArray().Select(body => body!.DeepClone().AsObject())];
    }
}
