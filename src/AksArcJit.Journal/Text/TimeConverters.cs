using System.Xml;
using AksArcJit.Lifecycle;

namespace AksArcJit.Journal.Text;

internal sealed class TimeConverter() : WordConverter<DateTimeOffset>(
    text => Rfc3339.Parse(text) is var time && Timing.IsTime(time) ? time : throw new FormatException($"'{text}' is a time that no clock shows."),
    Rfc3339.Text);

/// <summary>ISO 8601 duration (XML Schema's form).</summary>
internal sealed class DurationConverter() : WordConverter<TimeSpan>(XmlConvert.ToTimeSpan, XmlConvert.ToString);
