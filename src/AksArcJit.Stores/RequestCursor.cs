using System.Globalization;
using AksArcJit.Lifecycle;

namespace AksArcJit.Stores;

/// <summary>
/// Where a page of requests ended: the time and id of its last one. Pages are ordered by time, newest first, then by id, so the place
/// survives requests that arrive meanwhile.
/// </summary>
internal sealed record RequestCursor(DateTimeOffset RequestedAt, RequestId Id)
{
    private const int TicksDigits = 19;

    public override string ToString() => RequestedAt.UtcTicks.ToString("D19", CultureInfo.InvariantCulture) + Id.Text;

    /// <exception cref="FormatException">The text is no cursor of ours.</exception>
    public static RequestCursor? Parse(string? text)
    {
        if (text is null)
            return null;
        if (text.Length == TicksDigits + RequestId.Length
            && long.TryParse(text.AsSpan(0, TicksDigits), NumberStyles.None, CultureInfo.InvariantCulture, out var ticks)
            && ticks <= DateTimeOffset.MaxValue.UtcTicks
            && RequestId.TryParse(text[TicksDigits..], out var id))
            return new RequestCursor(new DateTimeOffset(ticks, TimeSpan.Zero), id);
        throw new FormatException("The cursor is not one that this journal gave; ask again without it.");
    }
}
