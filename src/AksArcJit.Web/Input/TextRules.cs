using System.Globalization;
using System.Text;

namespace AksArcJit.Web.Input;

/// <summary>What counts as words that one person may show another.</summary>
internal static class TextRules
{
    public const int Longest = 2000;

    public static string Clean(string text) => text.ReplaceLineEndings("\n").Trim();

    /// <summary>No control characters but line break and tab, no unpaired surrogates, nothing that overrides the reading direction (CVE-2021-42574).</summary>
    public static bool IsPlain(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (Rune.DecodeFromUtf16(text.AsSpan(i), out var rune, out var length) != System.Buffers.OperationStatus.Done)
                return false;
            if (rune.Value is not ('\n' or '\t')
                && (Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
                    || rune.Value is (>= 0x202A and <= 0x202E) or (>= 0x2066 and <= 0x2069)))
                return false;
            i += length - 1;
        }
        return true;
    }
}
