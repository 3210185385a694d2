using System.Text.Json.Serialization;

namespace AksArcJit.Contracts;

/// <summary>An enum as its words: the numbers behind them are nobody's business and are refused.</summary>
public sealed class WordsOnly<TEnum>() : JsonStringEnumConverter<TEnum>(namingPolicy: null, allowIntegerValues: false)
    where TEnum : struct, Enum;
