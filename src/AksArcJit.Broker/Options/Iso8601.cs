using System.Globalization;
using System.Xml;

namespace AksArcJit.Broker.Options;

/// <summary>Durations in options and API: ISO 8601 (<c>PT20S</c>, <c>PT2H</c>, <c>P1D</c>), without years and months.</summary>
public static class Iso8601
{
    public static bool TryParse(string? text, out TimeSpan duration)
    {
        duration = default;
        if (text is null or { Length: < 3 or > 32 } || text.Any(c => !char.IsAsciiDigit(c) && c is not ('P' or 'T' or 'D' or 'H' or 'M' or 'S' or '.' or '-')))
            return false;
        var time = text.IndexOf('T', StringComparison.Ordinal);
        if (text.AsSpan(0, time < 0 ? text.Length : time).Contains('M'))
            return false;
        try
        {
            duration = XmlConvert.ToTimeSpan(text);
            return true;
        }
        catch (Exception malformed) when (malformed is FormatException or OverflowException)
        {
            return false;
        }
    }

    /// <summary>For text that validation has passed. Throws <see cref="FormatException"/> on any other.</summary>
    public static TimeSpan Parse(string text) =>
        TryParse(text, out var duration) ? duration : throw new FormatException($"'{text}' is no ISO 8601 duration.");

    public static string Write(TimeSpan duration) => XmlConvert.ToString(duration);

    /// <summary>In words: <c>2 h</c>, <c>1 h 30 min</c>, <c>20 s</c>.</summary>
    public static string InWords(TimeSpan duration)
    {
        var parts = new (int Count, string Unit)[]
        {
            ((int)duration.TotalDays, "d"), (duration.Hours, "h"), (duration.Minutes, "min"), (duration.Seconds, "s"),
        };
        var words = string.Join(' ', parts.Where(part => part.Count > 0).Select(part => string.Create(CultureInfo.InvariantCulture, $"{part.Count} {part.Unit}")));
        return words.Length > 0 ? words : "0 s";
    }
}
