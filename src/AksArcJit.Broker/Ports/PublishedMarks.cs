using System.Globalization;

namespace AksArcJit.Broker.Ports;

/// <summary>How far a stream's facts have gone out, by outlet.</summary>
/// <param name="Since">
/// The stream's version when it entered the open index: a stream leaves it only when all before is published, so everything up to this
/// version counts as published to every outlet.
/// </param>
/// <param name="Marks">By outlet, the last version that was taken there; only what lies above <paramref name="Since"/>.</param>
public sealed record PublishedMarks(long Since, IReadOnlyDictionary<string, long> Marks)
{
    public static PublishedMarks From(long version) => new(version, new Dictionary<string, long>());

    public long By(string outlet) => Math.Max(Since, Marks.GetValueOrDefault(outlet));

    /// <summary>Raised, never lowered; the same instance where nothing is raised.</summary>
    public PublishedMarks Raise(IReadOnlyDictionary<string, long> upTo)
    {
        var raised = upTo.Where(mark => mark.Value > By(mark.Key)).ToList();
        if (raised.Count == 0)
            return this;
        var marks = new Dictionary<string, long>(Marks, StringComparer.Ordinal);
        foreach (var (outlet, version) in raised)
            marks[outlet] = version;
        return this with { Marks = marks };
    }

    /// <summary>The marks as a store holds them: <c>outlet=version</c>, separated by spaces. No outlet's name holds either sign.</summary>
    public string Text => string.Join(' ', Marks.OrderBy(mark => mark.Key, StringComparer.Ordinal)
        .Select(mark => string.Create(CultureInfo.InvariantCulture, $"{mark.Key}={mark.Value}")));

    /// <summary>What is no mark is passed over: it costs an event that goes out twice, and must not keep others from being read.</summary>
    public static PublishedMarks Parse(long since, string? text)
    {
        var marks = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var mark in (text ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries))
            if (mark.Split('=') is [{ Length: > 0 } outlet, var version] && long.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                marks[outlet] = number;
        return new PublishedMarks(since, marks);
    }
}
