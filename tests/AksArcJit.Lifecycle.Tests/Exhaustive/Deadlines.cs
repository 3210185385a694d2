using AksArcJit.Lifecycle.Requests;
using static AksArcJit.Lifecycle.Requests.RequestState;

namespace AksArcJit.Lifecycle.Tests.Exhaustive;

/// <summary>The moments at which a state's answer may change, and the points just before, at and after each.</summary>
public static class Deadlines
{
    public static readonly TimeSpan Instant = TimeSpan.FromMilliseconds(1);

    public static IReadOnlyList<DateTimeOffset> Of(RequestState state, World world)
    {
        IEnumerable<DateTimeOffset> own = state switch
        {
            AwaitingConsent s => s.Request.Terms.StartAt is { } start ? [s.Request.ConsentDeadline, start] : [s.Request.ConsentDeadline],
            Scheduled s => [s.StartAt, s.StartAt + Timing.GrantingLimit],
            Granting s => [s.Attempt.Pending ? s.Attempt.SendBy : s.Attempt.RetryAt, s.Attempt.GiveUpAt, s.Grant.EndsBy, s.Grant.NotAfter, s.Grant.MayAppearUntil],
            Active s => [s.ExpiresAt, s.Grant.NotAfter, s.Grant.MayAppearUntil],
            Revoking s => [s.Grant.MayAppearUntil, s.Removal.StartedAt + Timing.UnconfirmedAfter],
            RequestState.RevocationUnconfirmed s => [s.Grant.MayAppearUntil],
            _ => [],
        };
        return [.. own, .. world.Flights.Select(flight => flight.LandBy)];
    }

    /// <summary>The next point after <paramref name="now"/>; null where time changes nothing any more.</summary>
    public static DateTimeOffset? NextPoint(IEnumerable<DateTimeOffset> deadlines, DateTimeOffset now)
    {
        DateTimeOffset? next = null;
        foreach (var deadline in deadlines.Where(d => d >= now))
            foreach (var point in (ReadOnlySpan<DateTimeOffset>)[deadline - Instant, deadline, deadline + Instant])
                if (point > now && (next is null || point < next))
                    next = point;
        return next;
    }
}
