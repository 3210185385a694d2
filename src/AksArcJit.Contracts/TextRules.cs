using System.Globalization;
using System.Text;

namespace AksArcJit.Contracts;

/// <summary>What counts as words that one person may show another.</summary>
public static class TextRules
{
    public const int Longest = 2000;

    public static string Clean(string text) => text.ReplaceLineEndings("\n").Trim();

    /// <summary>No control characters but line break and tab, no unpaired surrogates, nothing that overrides the reading direction (CVE-2021-42574).</summary>
    public static bool IsPlain(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (Rune.DecodeFromUtf16(text.AsSpan(i), out var rune, out var length) != System.Buffers.OperationStatus.Done || !IsPlain(rune))
                return false;
            i += length - 1;
        }
        return true;
    }

    /// <summary>For words whose sender cannot be asked again: cleaned, and U+FFFD where something is not plain.</summary>
    public static string Plain(string text) => string.Concat(Clean(text).EnumerateRunes().Select(rune => IsPlain(rune) ? rune : Rune.ReplacementChar));

    private static bool IsPlain(Rune rune) => rune.Value is '\n' or '\t'
        || (Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator)
            && rune.Value is not ((>= 0x202A and <= 0x202E) or (>= 0x2066 and <= 0x2069)));
}
