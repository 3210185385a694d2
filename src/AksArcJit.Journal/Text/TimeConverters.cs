using System.Globalization;
using System.Xml;
using AksArcJit.Lifecycle;

namespace AksArcJit.Journal.Text;

/// <summary>RFC 3339, UTC, always seven decimals: one instant has one text.</summary>
internal sealed class TimeConverter() : WordConverter<DateTimeOffset>(
    text => DateTimeOffset.ParseExact(text, Format, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal) is var time && Timing.IsTime(time)
        ? time
        : throw new FormatException($"'{text}' is a time that no clock shows."),
    time => time.UtcDateTime.ToString(Format, CultureInfo.InvariantCulture))
{
    private const string Format = "yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'";
}

/// <summary>ISO 8601 duration (XML Schema's form).</summary>
internal sealed class DurationConverter() : WordConverter<TimeSpan>(XmlConvert.ToTimeSpan, XmlConvert.ToString);
