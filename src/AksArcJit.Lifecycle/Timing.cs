namespace AksArcJit.Lifecycle;

/// <summary>The fixed spans of design section 4. Policy spans (maximum duration, consent lifetime) are the cluster's.</summary>
public static class Timing
{
    /// <summary>No create is sent later than this after its intent; notAfter allows for it.</summary>
    public static readonly TimeSpan SendWindow = TimeSpan.FromSeconds(30);

    /// <summary>Granting gives up this long after the first intent, and a held start this long after its time.</summary>
    public static readonly TimeSpan GrantingLimit = TimeSpan.FromMinutes(10);

    /// <summary>After a create of unknown outcome, absence proves nothing until this long after the last attempt.</summary>
    public static readonly TimeSpan AppearanceLimit = TimeSpan.FromSeconds(60);

    /// <summary>A revocation that has failed this long is told to operators as unconfirmed; the attempts go on.</summary>
    public static readonly TimeSpan UnconfirmedAfter = TimeSpan.FromMinutes(5);

    /// <summary>
    /// Revocation is tried again after 1 s, then every 2 s: 5 s after an API server returns (invariant 1) must do for this pause and for the
    /// removals themselves. A pause costs no fact: most failures are not told, and one that the lane turns away costs no request.
    /// </summary>
    public static readonly TimeSpan LongestRevocationPause = TimeSpan.FromSeconds(2);

    public static readonly TimeSpan LongestGrantPause = TimeSpan.FromSeconds(30);

    /// <summary>How far ahead a start may be asked for.</summary>
    public static readonly TimeSpan LongestLead = TimeSpan.FromDays(30);

    /// <summary>
    /// No clock shows a time before this, or from <see cref="Latest"/> on: one that was never set, or whose seconds ran over, shows 1970 or 2106.
    /// What is recorded with such a time was made up, and what is added to it here might leave what a time can hold.
    /// </summary>
    public static readonly DateTimeOffset Earliest = new(1000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <inheritdoc cref="Earliest"/>
    public static readonly DateTimeOffset Latest = new(9000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>False where no clock shows it.</summary>
    public static bool IsTime(DateTimeOffset at) => at >= Earliest && at < Latest;

    /// <summary>1, 2, 4 … seconds, at most <paramref name="longest"/>.</summary>
    /// <param name="failures">Failures so far, at least 1.</param>
    public static TimeSpan Pause(int failures, TimeSpan longest) =>
        TimeSpan.FromSeconds(Math.Min(1L << Math.Clamp(failures - 1, 0, 20), longest.TotalSeconds));
}
