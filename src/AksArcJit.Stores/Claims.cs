using AksArcJit.Lifecycle;

namespace AksArcJit.Stores;

internal static class Claims
{
    /// <summary>A claim whose request has no chain is given up after this long (design section 5).</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(60);

    /// <summary>When a claim was made, from UTC ticks as they stand; long ago where they are no time.</summary>
    public static DateTimeOffset Time(long ticks) =>
        ticks >= Timing.Earliest.UtcTicks && ticks < Timing.Latest.UtcTicks ? new DateTimeOffset(ticks, TimeSpan.Zero) : Timing.Earliest;
}
