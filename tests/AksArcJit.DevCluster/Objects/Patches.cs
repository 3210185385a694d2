using System.Text.Json.Nodes;
using AksArcJit.DevCluster.Errors;

namespace AksArcJit.DevCluster.Objects;

/// <summary>
/// The three kinds of patch. Strategic merge differs from merge, for the types here, only in <c>metadata.finalizers</c>
/// (a set) and in its <c>$</c> directives.
/// </summary>
internal static class Patches
{
    public static JsonObject Apply(string contentType, JsonObject target, JsonNode? patch) => (contentType, patch) switch
    {
        ("application/merge-patch+json", JsonObject merge) => Merge(target, merge),
        ("application/strategic-merge-patch+json", JsonObject merge) => Strategic(target, merge),
        ("application/json-patch+json", JsonArray operations) => Operations(target, operations),
        ("application/merge-patch+json" or "application/strategic-merge-patch+json" or "application/json-patch+json", _) =>
            throw Refusals.BadRequest("the patch has the wrong shape for its content type"),
        _ => throw Refusals.UnsupportedMediaType(patch: true),
    };

    /// <summary>RFC 7396.</summary>
    private static JsonObject Merge(JsonObject target, JsonObject patch)
    {
        foreach (var (field, value) in patch)
        {
            if (value is null)
                target.Remove(field);
            else if (value is JsonObject nested)
                target[field] = Merge(target[field] as JsonObject is { } held ? held.DeepClone().AsObject() : [], nested);
            else
                target[field] = value.DeepClone();
        }
        return target;
    }

    private static JsonObject Strategic(JsonObject target, JsonObject patch)
    {
        var plain = patch.DeepClone().AsObject();
        if (plain["metadata"] is JsonObject metadata)
        {
            var removed = metadata.Texts("$deleteFromPrimitiveList/finalizers");
            if (removed.Length > 0 || metadata["finalizers"] is JsonArray)
            {
                var held = target.Object("metadata").Texts("finalizers");
                metadata["finalizers"] = Json.Array(held.Union(metadata.Texts("finalizers")).Except(removed));
            }
        }
        DropDirectives(plain);
        return Merge(target, plain);
    }

    private static void DropDirectives(JsonObject patch)
    {
        foreach (var (field, value) in patch.ToArray())
        {
            if (field == "$patch")
                throw Refusals.BadRequest("DevCluster does not support the $patch directive");
            if (field.StartsWith('$'))
                patch.Remove(field);
            else if (value is JsonObject nested)
                DropDirectives(nested);
        }
    }

    /// <summary>RFC 6902.</summary>
    private static JsonObject Operations(JsonObject target, JsonArray operations)
    {
        foreach (var operation in operations)
        {
            var step = operation as JsonObject ?? throw Refusals.BadRequest("a JSON patch is a list of objects");
            var (parent, last) = Locate(target, step.Text("path"));
            switch (step.Text("op"))
            {
                case "add":
                    Insert(parent, last, step["value"]?.DeepClone());
                    break;
                case "replace":
                    Require(parent, last);
                    Take(parent, last);
                    Insert(parent, last, step["value"]?.DeepClone());
                    break;
                case "remove":
                    Require(parent, last);
                    Take(parent, last);
                    break;
                case "test":
                    if (!JsonNode.DeepEquals(Child(parent, last), step["value"]))
                        throw Unprocessable($"testing value {step.Text("path")} failed");
                    break;
                case "move" or "copy":
                    var (sourceParent, sourceLast) = Locate(target, step.Text("from"));
                    Require(sourceParent, sourceLast);
                    var moved = Child(sourceParent, sourceLast)?.DeepClone();
                    if (step.Text("op") == "move")
                        Take(sourceParent, sourceLast);
                    Insert(parent, last, moved);
                    break;
                case var other:
                    throw Refusals.BadRequest($"unexpected JSON patch operation {Go.Quote(other)}");
            }
        }
        return target;
    }

    private static (JsonNode Parent, string Last) Locate(JsonObject root, string pointer)
    {
        var segments = pointer.Split('/').Skip(1)
            .Select(segment => segment.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal))
            .ToArray();
        if (segments.Length == 0)
            throw Refusals.BadRequest("a JSON patch cannot replace the whole object");
        JsonNode node = root;
        foreach (var segment in segments[..^1])
            node = Child(node, segment) ?? throw Unprocessable($"doc is missing path: {pointer}");
        return (node, segments[^1]);
    }

    private static JsonNode? Child(JsonNode parent, string segment) => parent switch
    {
        JsonObject held => held[segment],
        JsonArray items => Index(items, segment) is var index && index < items.Count ? items[index] : null,
        _ => null,
    };

    private static void Insert(JsonNode parent, string segment, JsonNode? value)
    {
        switch (parent)
        {
            case JsonObject held:
                held[segment] = value;
                break;
            case JsonArray items when segment == "-":
                items.Add(value);
                break;
            case JsonArray items when Index(items, segment) is var index && index <= items.Count:
                items.Insert(index, value);
                break;
            default:
                throw Unprocessable($"add operation does not apply at {segment}");
        }
    }

    private static void Take(JsonNode parent, string segment)
    {
        if (parent is JsonArray items)
            items.RemoveAt(Index(items, segment));
        else
            parent.AsObject().Remove(segment);
    }

    private static void Require(JsonNode parent, string segment)
    {
        var present = parent switch
        {
            JsonObject held => held.ContainsKey(segment),
            JsonArray items => Index(items, segment) < items.Count,
            _ => false,
        };
        if (!present)
            throw Unprocessable($"Unable to remove nonexistent key: {segment}");
    }

    private static int Index(JsonArray items, string segment) =>
        segment == "-" ? items.Count
        : int.TryParse(segment, out var index) && index >= 0 ? index
        : throw Unprocessable($"bad array index {segment}");

    private static StatusException Unprocessable(string why) =>
        new(422, "Invalid", $"the server rejected our request due to an error in our request: {why}", []);
}
