using System.Diagnostics.CodeAnalysis;

namespace AksArcJit.Lifecycle;

/// <summary>RFC 1123 label, the form of Kubernetes namespaces: 1 to 63 of a–z 0–9 -, a letter or digit at both ends.</summary>
public static class DnsLabel
{
    public static bool IsValid([NotNullWhen(true)] string? text) =>
        text is { Length: >= 1 and <= 63 }
        && text[0] != '-' && text[^1] != '-'
        && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');
}
