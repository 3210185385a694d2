using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using AksArcJit.Cli.Audit;

namespace AksArcJit.Cli;

/// <summary>What <c>-o json</c> prints: camelCase, absent where null.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, WriteIndented = true)]
[JsonSerializable(typeof(VerdictView))]
[JsonSerializable(typeof(TimelineView))]
[JsonSerializable(typeof(FileView))]
[JsonSerializable(typeof(FaultView))]
internal sealed partial class CliJson : JsonSerializerContext
{
    public static string Write<T>(T view) => JsonSerializer.Serialize(view, (JsonTypeInfo<T>)Default.GetTypeInfo(typeof(T))!);
}

/// <summary>Nothing came of it.</summary>
internal sealed record FaultView(string Error, string Remedy)
{
    public string Verdict { get; } = "unchecked";
}

/// <summary>What was written where; null bytes: to standard output.</summary>
internal sealed record FileView(string File, long Bytes);
