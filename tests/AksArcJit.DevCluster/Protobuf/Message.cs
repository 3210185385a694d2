namespace AksArcJit.DevCluster.Protobuf;

/// <summary>The fields of a message, by number. Fields that are not listed are skipped.</summary>
internal sealed class Message : Dictionary<int, Field>;

/// <param name="Name">Its name in JSON.</param>
/// <param name="Of">The message that it holds; null: text.</param>
internal sealed record Field(string Name, FieldShape Shape = FieldShape.One, Message? Of = null);

internal enum FieldShape
{
    One,
    Many,

    /// <summary>map&lt;string, ...&gt;: entries of key 1 and value 2.</summary>
    Map,

    /// <summary>map&lt;string, {repeated string items = 1}&gt;, such as the extra of a review.</summary>
    MapOfMany,
}
