using System.Runtime.CompilerServices;
using AksArcJit.Broker.Checkpoints;
using AksArcJit.Broker.Ports;
using AksArcJit.Broker.Requests;
using AksArcJit.Journal;
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
    IJournal journal, ICheckpointLog checkpoints, RequestEngine engine, AlertMetrics metrics, TimeProvider time, ILogger<OverdueCheck> log,
    Coverage? coverage = null)
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
        var (overdue, unconfirmed, uncovered) = (0, 0, TimeSpan.Zero);
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
            uncovered = coverage is null ? TimeSpan.Zero : await UncoveredForAsync(coverage, cancellation);
        }
        catch (JournalUnavailableException away)
        {
            log.OpenIndexUnreadable(away.Message);
            (overdue, unconfirmed, uncovered) = (metrics.Standing.Requests, metrics.Standing.Unconfirmed, metrics.Standing.UncoveredFor);
        }
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

    /// <summary>
    /// By the store, so that whichever instance looks says the same: no checkpoint is dated before a fact that it covers, and a stream stays in the
    /// open index until it is covered. What this process knows of its own facts is added.
    /// </summary>
    private async Task<TimeSpan> UncoveredForAsync(Coverage known, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        var due = known.Due.At ?? DateTimeOffset.MaxValue;
        if (await NewestAsync(cancellation) is var newest && newest < now - known.Interval)
        {
            var gate = new Lock();
            await Spreading.OverAsync(OpenAsync(cancellation), async stream =>
            {
                foreach (var record in await journal.ReadAsync(stream, cancellation))
                    if (record.At > newest && Timing.IsTime(record.At))
                    {
                        lock (gate)
                            due = due < record.At + known.Interval ? due : record.At + known.Interval;
                        return;
                    }
            });
        }
        return now > due ? now - due : TimeSpan.Zero;
    }

    private async Task<DateTimeOffset> NewestAsync(CancellationToken cancellation)
    {
        try
        {
            return (await checkpoints.ReadNewestAsync(cancellation))?.Checkpoint.At ?? DateTimeOffset.MinValue;
        }
        catch (FormatException)
        {
            // Who makes checkpoints says so; since then there is none that anybody can rely on.
            return DateTimeOffset.MinValue;
        }
    }

    private async IAsyncEnumerable<StreamId> OpenAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var open in journal.ListOpenAsync(cancellation))
            yield return open.Stream;
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
