using System.Globalization;

namespace AksArcJit.Journal.Timelines;

/// <summary>The timeline as inline SVG, to scale, and as text. Phases differ by pattern, not by colour, so that grey prints tell them apart.</summary>
internal static class TimelinePicture
{
    private const int Width = 760;
    private const int Left = 158;
    private const int Right = 520;
    private const int Top = 10;
    private const int Row = 30;
    private const int Bar = 16;
    private const int MostTicks = 6;

    private static readonly TimeSpan[] Steps =
    [
        .. new[] { 1, 2, 5, 10, 15, 30 }.Select(seconds => TimeSpan.FromSeconds(seconds)),
        .. new[] { 1, 2, 5, 10, 15, 30 }.Select(minutes => TimeSpan.FromMinutes(minutes)),
        .. new[] { 1, 2, 3, 6, 12 }.Select(hours => TimeSpan.FromHours(hours)),
        .. new[] { 1, 2, 5, 7, 14 }.Select(days => TimeSpan.FromDays(days)),
    ];

    /// <param name="ticket">Drawn above the request's own stretches, as far as the picture reaches.</param>
    /// <param name="id">Unique in the document: a request's id.</param>
    public static Html Svg(Timeline timeline, IReadOnlyList<TicketTime> ticket, string id, Texts texts)
    {
        var axis = new Axis(timeline.Stretches[0].From, timeline.Until);
        var first = ticket.Count > 0 ? 1 : 0;
        var foot = Top + ((first + timeline.Stretches.Count) * Row) + 4;
        var height = foot + 40;
        var rows = Html.Join(timeline.Stretches.Select((stretch, row) => Draw(timeline, stretch, axis, Top + ((first + row) * Row), id, texts)).Prepend(Draw(ticket, axis, timeline, texts)));
        var ticks = Html.Join(axis.Ticks.Select(tick => Tick(tick, axis, foot)));
        return $"""
            <svg class="timeline" viewBox="0 0 {Width} {height}" role="img" aria-labelledby="{id}-title {id}-desc">
            <title id="{id}-title">{texts.TimelineTitle}</title>
            <desc id="{id}-desc">{string.Join(" ", Lines(timeline, ticket, texts).Select(line => line + "."))}</desc>
            <defs>
            <pattern id="{id}-dots" width="6" height="6" patternUnits="userSpaceOnUse"><rect width="6" height="6" fill="#fff"/><circle cx="3" cy="3" r="1" fill="#444"/></pattern>
            <pattern id="{id}-lines" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="6" height="6" fill="#fff"/><rect width="2" height="6" fill="#555"/></pattern>
            <pattern id="{id}-cross" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(-45)"><rect width="6" height="6" fill="#ddd"/><path d="M0 0H6M0 0V6" stroke="#333" stroke-width="1.6"/></pattern>
            </defs>
            {ticks}<line x1="{Left}" y1="{foot}" x2="{Right}" y2="{foot}" stroke="#555"/>
            {rows}<text x="{Left}" y="{foot + 33}" class="quiet">{Wording.Plain(texts.TimelineAxis(axis.From))}</text>
            </svg>
            """;
    }

    /// <summary>The ticket's times, then one line a stretch.</summary>
    public static IEnumerable<string> Lines(Timeline timeline, IReadOnlyList<TicketTime> ticket, Texts texts) =>
    [
        .. ticket.Select(time => $"{texts.TicketActive}: {Wording.Time(time.From)} – {(time.Until is { } until ? Wording.Time(until) : texts.GoesOn)}"),
        .. timeline.Stretches.Select(stretch =>
            $"{texts.Name(stretch.Phase)}: {Wording.Time(stretch.From)} – {(stretch.Until is { } until ? $"{Wording.Time(until)}, {Wording.About(until - stretch.From)}" : texts.GoesOn)}"),
    ];

    private static Html Draw(IReadOnlyList<TicketTime> ticket, Axis axis, Timeline timeline, Texts texts)
    {
        if (ticket.Count == 0)
            return Html.Empty;
        var middle = Top + (Row / 2);
        var bars = ticket.Where(time => time.From <= axis.Until && !(time.Until < axis.From)).Select(time =>
        {
            var from = axis.At(time.From);
            return (Html)$"""<rect x="{from}" y="{middle - (Bar / 4)}" width="{Math.Max(axis.At(time.Until ?? axis.Until) - from, 3)}" height="{Bar / 2}" fill="#9aa5ae" stroke="#111"/>""";
        });
        return $"""
            <text x="{Left - 10}" y="{middle + 4}" text-anchor="end">{texts.TicketActive}</text>
            {Html.Join(bars)}<text x="{Right + 14}" y="{middle + 4}">{Clock(ticket[^1], timeline, texts)}</text>

            """;
    }

    private static string Clock(TicketTime last, Timeline timeline, Texts texts)
    {
        var sameDay = IsOneDay(last.From, last.Until ?? last.From) && IsOneDay(last.From, timeline.ReadAt);
        return $"{Short(last.From, sameDay)} – {(last.Until is { } until ? Short(until, sameDay) : texts.GoesOn)}";
    }

    private static Html Draw(Timeline timeline, Stretch stretch, Axis axis, int top, string id, Texts texts)
    {
        var from = axis.At(stretch.From);
        // A second within days is still seen.
        var width = Math.Max(axis.At(stretch.Until ?? timeline.ReadAt) - from, 3);
        var middle = top + (Row / 2);
        var window = stretch.Phase == Phase.Active && timeline.Window is { } granted
            ? (Html)$"""<rect x="{from}" y="{middle - (Bar / 2) - 3}" width="{Math.Max(Math.Min(axis.At(granted.Until), Right) - from, 3)}" height="{Bar + 6}" fill="none" stroke="#111" stroke-width="1.2" stroke-dasharray="4 3"/>"""
            : Html.Empty;
        return $"""
            <text x="{Left - 10}" y="{middle + 4}" text-anchor="end">{texts.Name(stretch.Phase)}</text>
            {window}<rect x="{from}" y="{middle - (Bar / 2)}" width="{width}" height="{Bar}" fill="{Fill(stretch.Phase, id)}" stroke="#111"/>
            <text x="{Right + 14}" y="{middle + 4}">{Clock(stretch, timeline, texts)}</text>

            """;
    }

    private static string Clock(Stretch stretch, Timeline timeline, Texts texts)
    {
        var sameDay = IsOneDay(timeline.Stretches[0].From, timeline.ReadAt);
        return stretch.Until is { } until
            ? $"{Short(stretch.From, sameDay)} – {Short(until, sameDay)}, {Wording.About(until - stretch.From)}"
            : $"{Short(stretch.From, sameDay)} – {texts.GoesOn}";
    }

    private static Html Tick(DateTimeOffset tick, Axis axis, int foot) => $"""
        <line x1="{axis.At(tick)}" y1="{Top}" x2="{axis.At(tick)}" y2="{foot + 5}" stroke="#ccc"/><text x="{axis.At(tick)}" y="{foot + 18}" text-anchor="middle" class="tick">{axis.Label(tick)}</text>

        """;

    private static string Fill(Phase phase, string id) => phase switch
    {
        Phase.AwaitingConsent => "#fff",
        Phase.Scheduled => $"url(#{id}-dots)",
        Phase.Granting => $"url(#{id}-lines)",
        Phase.Active => "#1d3a57",
        Phase.Revoking => $"url(#{id}-lines)",
        Phase.RevocationUnconfirmed => $"url(#{id}-cross)",
        _ => throw new ArgumentOutOfRangeException(nameof(phase)),
    };

    private static bool IsOneDay(DateTimeOffset one, DateTimeOffset other) => one.UtcDateTime.Date == other.UtcDateTime.Date;

    private static string Short(DateTimeOffset time, bool sameDay) =>
        time.UtcDateTime.ToString(sameDay ? "HH:mm:ss" : "MM-dd HH:mm", CultureInfo.InvariantCulture);

    private sealed record Axis(DateTimeOffset From, DateTimeOffset Until)
    {
        private TimeSpan Length => Until > From ? Until - From : TimeSpan.FromSeconds(1);

        private TimeSpan Step => Steps.FirstOrDefault(step => Length / step <= MostTicks, Length / MostTicks);

        public IEnumerable<DateTimeOffset> Ticks
        {
            get
            {
                var first = (From.UtcTicks + Step.Ticks - 1) / Step.Ticks * Step.Ticks;
                for (var ticks = first; ticks <= (From + Length).UtcTicks; ticks += Step.Ticks)
                    yield return new DateTimeOffset(ticks, TimeSpan.Zero);
            }
        }

        public double At(DateTimeOffset time) => Left + ((Right - Left) * Math.Clamp((time - From) / Length, 0, 1));

        public string Label(DateTimeOffset tick) => tick.UtcDateTime.ToString(
            Step < TimeSpan.FromMinutes(1) ? "HH:mm:ss" : Step < TimeSpan.FromHours(12) ? "HH:mm" : "MM-dd HH:mm", CultureInfo.InvariantCulture);
    }
}
