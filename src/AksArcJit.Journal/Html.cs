using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.RegularExpressions;
using System.Text.Unicode;

namespace AksArcJit.Journal;

/// <summary>
/// HTML by interpolation: <c>Html part = $"&lt;p&gt;{words}&lt;/p&gt;"</c>. What stands in the literal is markup; what is filled in is text, encoded, with
/// hidden characters made visible, unless it is <see cref="Html"/> itself.
/// </summary>
[InterpolatedStringHandler]
internal readonly partial struct Html(int literalLength, int formattedCount)
{
    private static readonly HtmlEncoder Encoder = HtmlEncoder.Create(UnicodeRanges.All);

    private readonly StringBuilder _text = new(literalLength + (formattedCount * 32));

    public static Html Empty => new(0, 0);

    /// <summary>For our own constants only.</summary>
    public static Html Raw(string markup)
    {
        var html = Empty;
        html.AppendLiteral(markup);
        return html;
    }

    public static Html Join(IEnumerable<Html> parts)
    {
        var html = Empty;
        foreach (var part in parts)
            html.AppendFormatted(part);
        return html;
    }

    public void AppendLiteral(string markup) => _text.Append(markup);

    public void AppendFormatted(Html part) => _text.Append(part._text);

    public void AppendFormatted(string text) => _text.Append(Encoder.Encode(VisibleText.Plain(text)));

    public void AppendFormatted(long number) => _text.Append(number);

    public void AppendFormatted(double coordinate) => _text.Append(Math.Round(coordinate, 1).ToString(CultureInfo.InvariantCulture));

    public void AppendFormatted(DateTimeOffset time) =>
        _text.Append("<time datetime=\"").Append(Rfc3339.Text(time)).Append("\">").Append(Wording.Time(time)).Append("</time>");

    /// <summary>A sentence of <see cref="Texts"/>: its holes hold times, agreed spans, numbers, and words of others, kept apart from ours in their direction.</summary>
    public void AppendFormatted(FormattableString sentence)
    {
        var end = 0;
        foreach (Match hole in Hole().Matches(sentence.Format))
        {
            AppendFormatted(Literal(sentence.Format[end..hole.Index]));
            Fill(sentence.GetArgument(int.Parse(hole.Groups[1].ValueSpan, CultureInfo.InvariantCulture)));
            end = hole.Index + hole.Length;
        }
        AppendFormatted(Literal(sentence.Format[end..]));
    }

    public override string ToString() => _text.ToString();

    private void Fill(object? value)
    {
        switch (value)
        {
            case DateTimeOffset time:
                AppendFormatted(time);
                break;
            case TimeSpan span:
                AppendFormatted(Wording.Span(span));
                break;
            case int or long:
                AppendFormatted(Convert.ToInt64(value, CultureInfo.InvariantCulture));
                break;
            default:
                AppendLiteral("<bdi>");
                AppendFormatted(value?.ToString() ?? "");
                AppendLiteral("</bdi>");
                break;
        }
    }

    private static string Literal(string text) => text.Replace("{{", "{", StringComparison.Ordinal).Replace("}}", "}", StringComparison.Ordinal);

    [GeneratedRegex(@"\{(\d+)\}")]
    private static partial Regex Hole();
}
