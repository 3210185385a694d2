using System.Globalization;
using System.Text;

namespace AksArcJit.Journal;

/// <summary>
/// Text of others, made honest: what a reader could not see (control characters, direction overrides, invisible spaces) is told apart
/// by its code point, so that no name or reason looks like another by hiding something.
/// </summary>
public static class VisibleText
{
    private const int ZeroWidthNonJoiner = 0x200C;
    private const int ZeroWidthJoiner = 0x200D;

    /// <summary>In order: stretches of plain text, and marks such as <c>U+202E</c> for single characters.</summary>
    public static IEnumerable<(string Text, bool IsMark)> Pieces(string text)
    {
        var plain = new StringBuilder();
        var before = new Rune(' ');
        foreach (var rune in text.ReplaceLineEndings("\n").EnumerateRunes())
        {
            if (IsVisible(rune, before))
            {
                plain.Append(rune.ToString());
            }
            else
            {
                if (plain.Length > 0)
                    yield return (plain.ToString(), false);
                plain.Clear();
                yield return ($"U+{rune.Value:X4}", true);
            }
            before = rune;
        }
        if (plain.Length > 0)
            yield return (plain.ToString(), false);
    }

    /// <summary>The same where there is no markup: a title.</summary>
    public static string Plain(string text) => string.Concat(Pieces(text).Select(piece => piece.IsMark ? $"[{piece.Text}]" : piece.Text));

    private static bool IsVisible(Rune rune, Rune before) => rune.Value switch
    {
        '\n' or '\t' => true,
        // Emoji, Persian and Indic scripts are spelled with joiners; in Latin text they only hide.
        ZeroWidthJoiner or ZeroWidthNonJoiner => !before.IsAscii,
        _ => Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator
            or UnicodeCategory.ParagraphSeparator or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned),
    };
}
