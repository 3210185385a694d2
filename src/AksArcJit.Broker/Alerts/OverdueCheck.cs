using System.Runtime.CompilerServices;
using AksArcJit.Broker.Checkpoints;
using AksArcJit.Broker.Ports;
using AksArcJit.Broker.Requests;
using AksArcJit.Lifecycle;
using AksArcJit.Lifecycle.Requests;
using Microsoft.Extensions.Logging;

namespace AksArcJit.Broker.Alerts;

/// <summary>
/// Looks each minute for what is late, and says so each time as long as it is: the alerts of an installation hear it by the names of these
/// log events. Reads and tells; what is late is being tried anyway.
/// </summary>
/// <param name="coverage">Null where no checkpoints are made.</param>
public sealed class OverdueCheck(
    IJournal journal, RequestEngine engine, AlertMetrics metrics, TimeProvider time, ILogger<OverdueCheck> log, Coverage? coverage = null)
{
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(60);

    /// <summary>Within this an end is punctual, or is being tried for the first times.</summary>
    public static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(30);

    public static readonly TimeSpan CheckpointTolerance = TimeSpan.FromMinutes(2);

    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            await CheckAsync(stop);
            await Task.Delay(Interval, time, stop);
        }
    }

    public async Task CheckAsync(CancellationToken cancellation)
    {
        var (overdue, unconfirmed) = (0, 0);
        try
        {
            await Spreading.OverAsync(LateAsync(cancellation), async id =>
            {
                var state = await StateAsync(id, cancellation);
                if (state is RequestState.Asked asked && EndOf(asked) is { } end && time.GetUtcNow() > end + Tolerance)
                {
                    Interlocked.Increment(ref overdue);
                    log.RevocationOverdue(id, asked.Terms.Cluster, (long)(time.GetUtcNow() - end).TotalSeconds);
                }
                if (state is RequestState.RevocationUnconfirmed open)
                {
                    Interlocked.Increment(ref unconfirmed);
                    log.RevocationUnconfirmed(id, open.Terms.Cluster);
                }
            });
        }
        catch (JournalUnavailableException away)
        {
            log.OpenIndexUnreadable(away.Message);
            (overdue, unconfirmed) = (metrics.Standing.Requests, metrics.Standing.Unconfirmed);
        }
        var uncovered = coverage?.Due.At is { } due && time.GetUtcNow() - due is var late && late > TimeSpan.Zero ? late : TimeSpan.Zero;
        if (uncovered > CheckpointTolerance)
            log.CheckpointOverdue((long)uncovered.TotalSeconds);
        metrics.Standing = new Overdue(overdue, unconfirmed, uncovered);
    }

    /// <summary>A removal that fails is tried every few seconds, so that its row is never due later than that.</summary>
    private async IAsyncEnumerable<RequestId> LateAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        var horizon = time.GetUtcNow() + Timing.LongestRevocationPause;
        await foreach (var open in journal.ListOpenAsync(cancellation))
            if (open.Due <= horizon && open.Stream.Request is { } id)
                yield return id;
    }

    private async Task<RequestState?> StateAsync(RequestId id, CancellationToken cancellation)
    {
        try
        {
            return (await engine.ReadAsync(id, cancellation)).State;
        }
        catch (QuarantineException quarantine)
        {
            log.Quarantined(quarantine.Message);
            return null;
        }
    }

    /// <summary>When the access was to be gone; null where none is to be.</summary>
    private static DateTimeOffset? EndOf(RequestState.Asked asked) => asked switch
    {
        RequestState.Granting granting => granting.Grant.EndsBy,
        RequestState.Active active => active.ExpiresAt,
        RequestState.Revoking revoking => revoking.Removal.StartedAt,
        RequestState.RevocationUnconfirmed unconfirmed => unconfirmed.Removal.StartedAt,
        _ => null,
    };
}
