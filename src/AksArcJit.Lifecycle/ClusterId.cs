using System.Diagnostics.CodeAnalysis;

namespace AksArcJit.Lifecycle;

/// <summary>A cluster's name in the options: 1 to 63 of a–z 0–9 -, a letter or digit at both ends (RFC 1123 label).</summary>
public sealed record ClusterId
{
    private ClusterId(string text) => Text = text;

    public string Text { get; }

    public static bool TryParse(string? text, [NotNullWhen(true)] out ClusterId? id)
    {
        id = DnsLabel.IsValid(text) ? new ClusterId(text) : null;
        return id is not null;
    }

    /// <summary>For text that the journal has already accepted. Throws <see cref="FormatException"/> on any other.</summary>
    public static ClusterId Parse(string text) =>
        TryParse(text, out var id) ? id : throw new FormatException($"'{text}' is no cluster id.");

    public override string ToString() => Text;
}
