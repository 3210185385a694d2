using AksArcJit.Broker.Options;

namespace AksArcJit.Web.Consent;

/// <summary>The shorter windows that the form offers.</summary>
public static class Narrowing
{
    private static readonly TimeSpan[] Usual =
    [
        TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(15), TimeSpan.FromMinutes(30), TimeSpan.FromHours(1), TimeSpan.FromHours(2),
        TimeSpan.FromHours(4), TimeSpan.FromHours(8), TimeSpan.FromHours(12),
    ];

    /// <summary>Longest first; half of the window where the usual ones are all too long, and the one entered before where it is possible.</summary>
    public static IEnumerable<TimeSpan> Shorter(TimeSpan asked, string entered)
    {
        var shorter = Usual.Where(usual => usual < asked).ToList();
        if (shorter.Count == 0)
            shorter.Add(TimeSpan.FromSeconds(Math.Floor(asked.TotalSeconds / 2)));
        if (IsShorter(asked, entered))
            shorter.Add(Iso8601.Parse(entered));
        return shorter.Where(one => one > TimeSpan.Zero).Distinct().OrderDescending();
    }

    public static bool IsChosen(TimeSpan offered, string entered) => Iso8601.TryParse(entered, out var duration) && duration == offered;

    public static bool IsShorter(TimeSpan asked, string entered) =>
        Iso8601.TryParse(entered, out var duration) && duration > TimeSpan.Zero && duration <= asked;
}
