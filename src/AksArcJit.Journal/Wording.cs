using System.Globalization;

namespace AksArcJit.Journal;

/// <summary>Times and spans as they are said, the same in every language.</summary>
internal static class Wording
{
    public static string Time(DateTimeOffset time) => time.ToUniversalTime().ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);

    /// <summary>A sentence of <see cref="Texts"/> where there is no markup.</summary>
    public static string Plain(FormattableString sentence) => string.Format(CultureInfo.InvariantCulture, sentence.Format, [.. sentence.GetArguments().Select(value => value switch
    {
        DateTimeOffset time => Time(time),
        TimeSpan span => Span(span),
        int or long => value,
        _ => VisibleText.Plain(value?.ToString() ?? ""),
    })]);

    /// <summary>A span that was agreed on, exact to the second.</summary>
    public static string Span(TimeSpan span)
    {
        if (span < TimeSpan.FromSeconds(1))
            return "less than 1 s";
        (int Number, string Unit)[] parts = [(span.Days, "d"), (span.Hours, "h"), (span.Minutes, "min"), (span.Seconds, "s")];
        return string.Join(' ', parts.Where(part => part.Number > 0).Select(part => $"{part.Number} {part.Unit}"));
    }

    /// <summary>
    /// A span that was measured. What was granted as an hour is an hour, although its fact was recorded a moment later: to the second below
    /// a minute, to 5 s below ten, to the minute above.
    /// </summary>
    public static string About(TimeSpan span) => Span(Rounded(span, span.TotalMinutes switch
    {
        < 1 => TimeSpan.FromSeconds(1),
        < 10 => TimeSpan.FromSeconds(5),
        _ => TimeSpan.FromMinutes(1),
    }));

    private static TimeSpan Rounded(TimeSpan span, TimeSpan unit) => unit * Math.Round(span / unit, MidpointRounding.AwayFromZero);
}
