using System.Collections.Frozen;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Text.Unicode;
using AksArcJit.Journal.Text;
using AksArcJit.Lifecycle;

namespace AksArcJit.Journal;

/// <summary>
/// Facts as the text that is stored, hashed and exported: UTF-8 JSON without byte order mark, camelCase, enums as words, durations as
/// ISO 8601 (<c>PT2H</c>), times as RFC 3339 in UTC with seven decimals. The same fact always yields the same bytes.
/// </summary>
/// <remarks>
/// Every text ever written stays readable: a reader ignores properties it does not know, and a property added later takes the default
/// value of its constructor parameter where a text lacks it, so a new parameter must have one (the golden files fail otherwise). It is
/// not written where it has that value: what needs it not reads as it always did.
/// </remarks>
public static class FactText
{
    // Letters of every language stay as they are for those who read exports; what HTML minds is escaped, because pages show facts too.
    internal static readonly FactJson Json = new(new JsonSerializerOptions(FactJson.Default.Options)
    {
        Encoder = JavaScriptEncoder.Create(UnicodeRanges.All),
    });

    private static readonly JsonSerializerOptions Brief = new(Json.Options) { TypeInfoResolver = FactJson.Default.WithAddedModifier(LeaveOutDefaults) };

    private static readonly FrozenDictionary<string, JsonTypeInfo> Types =
        Json.Facts.Select(type => Brief.GetTypeInfo(type.Type)).ToFrozenDictionary(type => type.Type.Name);

    /// <summary>Every kind that can be read and written: the name of the fact's record.</summary>
    public static IEnumerable<string> Kinds => Types.Keys;

    public static (string Kind, byte[] Payload) Encode(Fact fact)
    {
        var kind = fact.GetType().Name;
        return (kind, JsonSerializer.SerializeToUtf8Bytes(fact, Types[kind]));
    }

    /// <exception cref="UnknownFactException">The kind is a newer version's.</exception>
    /// <exception cref="FormatException">The payload is no text of this kind.</exception>
    public static Fact Decode(string kind, ReadOnlySpan<byte> payload)
    {
        if (!Types.TryGetValue(kind, out var type))
            throw new UnknownFactException(kind);
        try
        {
            return (Fact?)JsonSerializer.Deserialize(payload, type) ?? throw new FormatException($"The payload of a {kind} is null.");
        }
        catch (JsonException fault)
        {
            throw new FormatException($"The payload is no {kind}: {fault.Message}", fault);
        }
    }

    private static void LeaveOutDefaults(JsonTypeInfo type)
    {
        foreach (var property in type.Properties)
            if (property.AssociatedParameter is { HasDefaultValue: true, DefaultValue: var unsaid })
                property.ShouldSerialize = (_, value) => !Equals(value, unsaid);
    }
}
