using System.Text;
using AksArcJit.Lifecycle.Notices;

namespace AksArcJit.Journal.Notices;

/// <summary>A notice in words. What others wrote (names, reasons, ticket ids) is data in it: it adds no line, markup or header.</summary>
/// <param name="Subject">One line, at most <see cref="LongestSubject"/> characters.</param>
/// <param name="Plain">Lines end in LF.</param>
/// <param name="Html">A whole document without script or outside resource.</param>
public sealed record Letter(string Subject, string Plain, string Html)
{
    public const int LongestSubject = 160;

    public static Letter Of(Telling told) => Of(told, Texts.English);

    private static Letter Of(Telling told, Texts texts)
    {
        var text = told.Notice.Kind switch
        {
            NoticeKind.ConsentAsked => texts.Notices.ConsentAsked(told),
            NoticeKind.Decided => texts.Notices.Decided(told),
            NoticeKind.EndedWithoutAccess => texts.Notices.EndedWithoutAccess(told),
            NoticeKind.Granted => texts.Notices.Granted(told),
            NoticeKind.ExpiringSoon => texts.Notices.ExpiringSoon(told),
            NoticeKind.Ended => texts.Notices.Ended(told),
            NoticeKind.RevocationUnconfirmed => texts.Notices.RevocationUnconfirmed(told),
            _ => throw new ArgumentOutOfRangeException(nameof(told)),
        };
        return new Letter(SubjectOf(text), PlainOf(told, text, texts), HtmlOf(told, text, texts).ToString());
    }

    private static string SubjectOf(LetterText text)
    {
        var line = string.Join(' ', Wording.Plain(text.Subject).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        if (line.Length <= LongestSubject)
            return line;
        // A surrogate pair is kept or dropped whole.
        var end = char.IsHighSurrogate(line[LongestSubject - 2]) ? LongestSubject - 2 : LongestSubject - 1;
        return line[..end] + "…";
    }

    private static string PlainOf(Telling told, LetterText text, Texts texts)
    {
        var plain = new StringBuilder();
        Paragraph(text.Opening);
        foreach (var (label, value) in text.Rows)
            plain.Append(label).Append(": ").Append(Quoted(Wording.Plain(value))).Append('\n');
        plain.Append('\n');
        if (told.Kubectl is { } kubectl)
            plain.Append("    ").Append(Quoted(VisibleText.Plain(kubectl))).Append("\n\n");
        if (told.Link is { } link)
            plain.Append(text.LinkLabel).Append(":\n").Append(link.AbsoluteUri).Append("\n\n");
        foreach (var note in text.Notes)
            Paragraph(note);
        plain.Append("-- \n").Append(Quoted(Wording.Plain(texts.Notices.Foot(told)))).Append('\n');
        return plain.ToString();

        void Paragraph(FormattableString sentence) => plain.Append(Quoted(Wording.Plain(sentence))).Append("\n\n");
    }

    // A line break in the words of others begins no line of ours.
    private static string Quoted(string words) => words.ReplaceLineEndings("\n").Replace("\n", "\n    | ", StringComparison.Ordinal);

    private static Html HtmlOf(Telling told, LetterText text, Texts texts)
    {
        var rows = Journal.Html.Join(text.Rows.Select(row => (Html)$"""
            <tr><th style="text-align:left;vertical-align:top;padding:2px 16px 2px 0;font-weight:600">{row.Label}</th><td style="white-space:pre-wrap;padding:2px 0">{row.Value}</td></tr>

            """));
        var kubectl = told.Kubectl is { } line
            ? (Html)$"<pre style=\"padding:8px 12px;background:#f2f2f2;border:1px solid #ccc\">{line}</pre>\n"
            : Journal.Html.Empty;
        var link = told.Link is { } address
            ? (Html)$"<p><a href=\"{address.AbsoluteUri}\" style=\"font-weight:600\">{text.LinkLabel}</a></p>\n"
            : Journal.Html.Empty;
        var notes = Journal.Html.Join(text.Notes.Select(note => (Html)$"<p>{note}</p>\n"));
        return $"""
            <!doctype html>
            <html lang="{texts.Language}">
            <head><meta charset="utf-8"><title>{SubjectOf(text)}</title></head>
            <body style="font-family:sans-serif;font-size:15px;line-height:1.45;color:#111;background:#fff">
            <p style="white-space:pre-wrap"><strong>{text.Opening}</strong></p>
            <table style="border-collapse:collapse">
            {rows}</table>
            {kubectl}{link}{notes}<hr style="border:0;border-top:1px solid #ccc">
            <p style="font-size:13px;color:#555">{texts.Notices.Foot(told)}</p>
            </body>
            </html>

            """;
    }
}
