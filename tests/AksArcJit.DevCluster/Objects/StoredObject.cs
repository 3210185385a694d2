using System.Text.Json.Nodes;

namespace AksArcJit.DevCluster.Objects;

/// <summary>
/// One version of one object, immutable, so that lists, watches and authorization share it without copies or locks.
/// </summary>
internal sealed class StoredObject
{
    private StoredObject(ResourceType type, JsonObject body)
    {
        var metadata = body["metadata"]!.AsObject();
        Type = type;
        Key = new(metadata.Text("namespace"), metadata.Text("name"));
        Uid = metadata.Text("uid");
        ResourceVersion = long.Parse(metadata.Text("resourceVersion"));
        Labels = metadata.TextMap("labels");
        body.Remove("kind");
        body.Remove("apiVersion");
        Bare = Json.Bytes(body);
        var typed = new JsonObject { ["kind"] = type.Kind, ["apiVersion"] = type.ApiVersion };
        foreach (var (field, value) in body)
            typed[field] = value?.DeepClone();
        Typed = Json.Bytes(typed);
    }

    public ResourceType Type { get; }

    public ObjectKey Key { get; }

    public string Uid { get; }

    public long ResourceVersion { get; }

    public IReadOnlyDictionary<string, string> Labels { get; }

    /// <summary>UTF-8 JSON without kind and apiVersion: how a built-in type stands in a list.</summary>
    public ReadOnlyMemory<byte> Bare { get; }

    /// <summary>UTF-8 JSON with kind and apiVersion: how it is answered alone and in watch events.</summary>
    public ReadOnlyMemory<byte> Typed { get; }

    /// <param name="type">Its type.</param>
    /// <param name="body">Complete metadata, resourceVersion included; not kept.</param>
    public static StoredObject Of(ResourceType type, JsonObject body) => new(type, body.DeepClone().AsObject());

    /// <returns>A copy to change.</returns>
    public JsonObject Read() => JsonNode.Parse(Typed.Span)!.AsObject();
}

/// <summary>Namespace ("" where the type has none) and name; sorts as etcd's keys do.</summary>
internal readonly record struct ObjectKey(string Namespace, string Name) : IComparable<ObjectKey>
{
    public int CompareTo(ObjectKey other)
    {
        var byNamespace = string.CompareOrdinal(Namespace, other.Namespace);
        return byNamespace != 0 ? byNamespace : string.CompareOrdinal(Name, other.Name);
    }
}
