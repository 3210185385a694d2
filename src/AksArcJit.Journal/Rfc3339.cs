using System.Globalization;

namespace AksArcJit.Journal;

/// <summary>Times as they are stored, signed and exported: RFC 3339, UTC, always seven decimals (100 ns), so that one instant has one text.</summary>
public static class Rfc3339
{
    private const string Format = "yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'";

    public static string Text(DateTimeOffset time) => time.UtcDateTime.ToString(Format, CultureInfo.InvariantCulture);

    /// <exception cref="FormatException">The text is not exactly what <see cref="Text"/> writes of some time.</exception>
    public static DateTimeOffset Parse(string text) => DateTimeOffset.ParseExact(text, Format, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
}
