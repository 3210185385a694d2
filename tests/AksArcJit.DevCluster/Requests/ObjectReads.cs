using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using AksArcJit.DevCluster.Errors;
using AksArcJit.DevCluster.Objects;
using AksArcJit.DevCluster.Storage;

namespace AksArcJit.DevCluster.Requests;

/// <summary>get and list.</summary>
internal sealed class ObjectReads(ObjectStore store, TimeProvider clock)
{
    private const string TooOldToContinue =
        "The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter.";

    private readonly Table _table = new(clock);

    public Answer Get(ResourceType type, RequestInfo info, HttpRequest request)
    {
        var found = store.Current.Find(type, new(type.Namespaced ? info.Namespace : "", info.Name)) ?? throw Refusals.NotFound(type, info.Name);
        return Accept.Table(request)
            ? Answer.Ok(_table.Of(type, [found], Metadata(found.ResourceVersion), request.Query["includeObject"].ToString()))
            : Answer.Ok(found);
    }

    public Answer List(ResourceType type, RequestInfo info, HttpRequest request)
    {
        var options = ListOptions.Parse(request.Query);
        var token = options.Continue.Length == 0 ? null : ContinueToken.Parse(options.Continue);
        var state = State(options, token);
        var inNamespace = type.Namespaced ? info.Namespace : "";
        var matching = state.All(type).Values
            .Where(stored => (token is null || stored.Key.CompareTo(token.After) > 0) && options.Matches(stored, inNamespace))
            .ToArray();
        var page = options.Limit > 0 ? matching[..Math.Min(options.Limit, matching.Length)] : matching;

        var metadata = Metadata(state.ResourceVersion);
        if (page.Length < matching.Length)
        {
            metadata["continue"] = new ContinueToken(state.ResourceVersion, page[^1].Key).ToString();
            if (options.Labels.IsEmpty && options.Fields.IsEmpty)
                metadata["remainingItemCount"] = matching.Length - page.Length;
        }
        return Accept.Table(request)
            ? Answer.Ok(_table.Of(type, page, metadata, request.Query["includeObject"].ToString()))
            : new(200, ListOf(type, page, metadata));
    }

    public static ReadOnlyMemory<byte> ListOf(ResourceType type, IEnumerable<StoredObject> items, JsonObject metadata)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("kind", type.Kind + "List");
            writer.WriteString("apiVersion", type.ApiVersion);
            writer.WritePropertyName("metadata");
            metadata.WriteTo(writer);
            writer.WriteStartArray("items");
            foreach (var item in items)
                writer.WriteRawValue(item.Bare.Span, skipInputValidation: true);
            writer.WriteEndArray();
            writer.WriteEndObject();
        }
        return buffer.ToArray();
    }

    public static JsonObject Metadata(long resourceVersion) => new() { ["resourceVersion"] = resourceVersion.ToString() };

    private Snapshot State(ListOptions options, ContinueToken? token)
    {
        if (token is not null)
            return store.At(token.ResourceVersion) ?? throw Refusals.Expired(TooOldToContinue);
        var current = store.Current;
        if (options.ResourceVersion > current.ResourceVersion)
            throw Refusals.TooLarge(options.ResourceVersion.Value, current.ResourceVersion);
        return options is { ResourceVersionMatch: "Exact", ResourceVersion: { } exact }
            ? store.At(exact) ?? throw Refusals.Expired($"The resourceVersion for the provided list is too old.")
            : current;
    }

    /// <summary>Where a list goes on: the state of its first page and the last key shown.</summary>
    private sealed record ContinueToken(long ResourceVersion, ObjectKey After)
    {
        public static ContinueToken Parse(string token)
        {
            var bytes = new byte[token.Length];
            if (!Convert.TryFromBase64String(token, bytes, out var length)
                || Encoding.UTF8.GetString(bytes, 0, length).Split('\n') is not [var version, var inNamespace, var name]
                || !long.TryParse(version, out var resourceVersion))
                throw Refusals.BadRequest("continue key is not valid");
            return new(resourceVersion, new(inNamespace, name));
        }

        public override string ToString() =>
            Convert.ToBase64String(Encoding.UTF8.GetBytes($"{ResourceVersion}\n{After.Namespace}\n{After.Name}"));
    }
}
