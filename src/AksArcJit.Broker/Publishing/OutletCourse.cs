using AksArcJit.Broker.Deadlines;
using AksArcJit.Broker.Ports;
using AksArcJit.Broker.Requests;
using AksArcJit.Journal;
using Microsoft.Extensions.Logging;

namespace AksArcJit.Broker.Publishing;

/// <summary>
/// One outlet's own pace: its streams side by side, each in order. What it does not take holds up nobody but itself; an event that it
/// refuses holds up its stream alone.
/// </summary>
/// <param name="moved">Told of a stream that is published further.</param>
internal sealed class OutletCourse(
    IEventOutlet outlet, Unpublished unpublished, IJournal journal, Action<StreamId> moved, PublishingMetrics metrics, IEntropy entropy, TimeProvider time,
    ILogger log)
{
    private const int StreamsAtOnce = 32;
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestPauseAfterRefusal = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan LongestAskedPause = TimeSpan.FromHours(1);
    private static readonly TimeSpan JournalPause = TimeSpan.FromSeconds(5);

    // While facts of our own wait behind another's, its mark is looked for this often.
    private static readonly TimeSpan MarkPause = TimeSpan.FromSeconds(2);

    private readonly Lock _gate = new();
    private readonly DeadlineQueue _queue = new();
    private readonly HashSet<StreamId> _running = [];
    private readonly HashSet<StreamId> _again = [];
    private readonly Dictionary<StreamId, Waiting> _waiting = [];
    private readonly Backoff _backoff = new(FirstPause, LongestPause, entropy);
    private DateTimeOffset _pausedUntil = DateTimeOffset.MinValue;
    private int _round;
    private bool _isGone;
    private string? _fault;
    private DateTimeOffset? _lastPublishedAt;

    public OutletStatus Status
    {
        get
        {
            lock (_gate)
            {
                var now = time.GetUtcNow();
                var oldest = _waiting.Count == 0 ? now : _waiting.Values.Min(waiting => waiting.OldestAt);
                return new OutletStatus(outlet.Name, _fault ?? _waiting.Values.FirstOrDefault(waiting => waiting.Refusal is not null)?.Refusal,
                    _lastPublishedAt, now > oldest ? now - oldest : TimeSpan.Zero, _waiting.Count);
            }
        }
    }

    public void Prompt(StreamId stream, DateTimeOffset oldestAt)
    {
        var now = time.GetUtcNow();
        lock (_gate)
            _waiting.TryAdd(stream, new Waiting(oldestAt, now));
        _queue.Schedule(stream, now, isRemoval: false);
    }

    /// <summary>Runs until stopped; then waits for what is being sent.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        var places = new Places(StreamsAtOnce, stream => AttendAsync(stream, stop), stop);
        await _queue.WorkOffAsync(places.Attend, time, stop);
        await places.EmptyAsync();
    }

    /// <summary>Never throws: what fails is told and comes again. A stream that is being sent is not sent beside itself.</summary>
    private async Task AttendAsync(StreamId stream, CancellationToken stop)
    {
        lock (_gate)
            if (!_running.Add(stream))
            {
                _again.Add(stream);
                return;
            }
        DateTimeOffset? next;
        try
        {
            next = await SendAsync(stream, stop);
        }
        catch (Exception failure)
        {
            var pause = failure is QuarantineException ? LongestPauseAfterRefusal : JournalPause;
            log.NotPublished(stream, outlet.Name, pause, failure.Message);
            next = time.GetUtcNow() + pause;
        }
        lock (_gate)
        {
            _running.Remove(stream);
            if (_again.Remove(stream))
                next = time.GetUtcNow();
        }
        if (next is { } at)
            _queue.Schedule(stream, at, isRemoval: false);
    }

    /// <returns>When to look again; null where nothing is left.</returns>
    private async Task<DateTimeOffset?> SendAsync(StreamId stream, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            if (_isGone)
                return null;
            if (RetryAt(stream) is var retryAt && time.GetUtcNow() < retryAt)
                return retryAt;
            if (unpublished.LeftFor(stream, outlet.Name) is not { } left)
            {
                lock (_gate)
                    _waiting.Remove(stream);
                return null;
            }
            if (left.Published is not { } published)
            {
                await LookUpAsync(stream);
                continue;
            }
            var facts = Announcing.After(published, stream, await journal.ReadAsync(stream, CancellationToken.None));
            if (facts.Count == 0)
                return time.GetUtcNow() + LongestPause;
            foreach (var (record, announcement) in facts)
            {
                if (announcement is not null && !unpublished.IsOwn(stream, record.Version) && await LeaveToOthersAsync(stream, record, facts[^1].Record) is { } later)
                    return later;
                if (unpublished.LeftFor(stream, outlet.Name) is not { Published: { } reached } || reached >= record.Version)
                    continue;
                if (announcement is not null && (stop.IsCancellationRequested || !await HandOverAsync(stream, announcement)))
                    return stop.IsCancellationRequested ? null : RetryAt(stream);
                unpublished.Advance(stream, outlet.Name, record.Version, announcement is not null);
                moved(stream);
            }
        }
        return null;
    }

    /// <summary>Another process's fact: it is given time to publish it, and its mark is read before we do.</summary>
    /// <returns>When to look again; null where the fact is ours to publish now, or is published.</returns>
    private async Task<DateTimeOffset?> LeaveToOthersAsync(StreamId stream, FactRecord record, FactRecord newest)
    {
        DateTimeOffset known;
        lock (_gate)
            known = _waiting.TryGetValue(stream, out var waiting) && waiting.KnownSince < record.At ? waiting.KnownSince : record.At;
        await LookUpAsync(stream);
        if (unpublished.LeftFor(stream, outlet.Name) is not { Published: { } reached } || reached >= record.Version)
            return null;
        var (now, ours) = (time.GetUtcNow(), known + Unpublished.Patience);
        return now >= ours ? null
            : unpublished.IsOwn(stream, newest.Version) && now + MarkPause < ours ? now + MarkPause
            : ours;
    }

    private async Task LookUpAsync(StreamId stream) => unpublished.Learn(stream, (await journal.FindOpenAsync(stream, CancellationToken.None))?.Published);

    /// <returns>Whether it was taken.</returns>
    private async Task<bool> HandOverAsync(StreamId stream, Announcement announcement)
    {
        var round = Volatile.Read(ref _round);
        // Not cancelled by a stop: the outlet has its own patience, and what it took should be marked.
        var delivery = await outlet.SendAsync(announcement, CancellationToken.None);
        lock (_gate)
            Note(delivery, stream, announcement, round);
        return delivery is Delivery.Taken;
    }

    private DateTimeOffset RetryAt(StreamId stream)
    {
        lock (_gate)
            return _waiting.TryGetValue(stream, out var waiting) && waiting.RetryAt > _pausedUntil ? waiting.RetryAt : _pausedUntil;
    }

    // From here on under the gate.
    private void Note(Delivery delivery, StreamId stream, Announcement announcement, int round)
    {
        switch (delivery)
        {
            case Delivery.Taken:
                Took(stream);
                break;
            case Delivery.Refused refused:
                Refused(stream, refused, announcement);
                break;
            case Delivery.Away away:
                Missed(away, round);
                break;
            case Delivery.Gone gone:
                Left(gone);
                break;
            default:
                throw new InvalidOperationException(delivery.GetType().Name);
        }
    }

    private void Took(StreamId stream)
    {
        (_fault, _lastPublishedAt) = (null, time.GetUtcNow());
        _backoff.Reset();
        if (_waiting.TryGetValue(stream, out var waiting))
            _waiting[stream] = new Waiting(waiting.OldestAt, waiting.KnownSince);
        metrics.Published(outlet.Name);
    }

    private void Refused(StreamId stream, Delivery.Refused refused, Announcement announcement)
    {
        var waiting = _waiting.TryGetValue(stream, out var known) ? known : new Waiting(announcement.Record.At, time.GetUtcNow());
        var pauses = waiting.Pauses ?? new Backoff(FirstPause, LongestPauseAfterRefusal, entropy);
        _waiting[stream] = waiting with { Refusal = refused.Reason, Pauses = pauses, RetryAt = time.GetUtcNow() + pauses.Next() };
        metrics.Refused(outlet.Name);
        log.PublicationRefused(announcement.Record.FactId, stream, outlet.Name, refused.Reason);
    }

    // Of many tries that meet one outage, the first lengthens the pause.
    private void Missed(Delivery.Away away, int round)
    {
        metrics.Retried(outlet.Name);
        if (round != _round)
            return;
        var pause = _backoff.Next();
        if (away.RetryAfter is { } asked && asked > pause)
            pause = asked < LongestAskedPause ? asked : LongestAskedPause;
        (_round, _fault, _pausedUntil) = (_round + 1, away.Reason, time.GetUtcNow() + pause);
        log.OutletAway(outlet.Name, pause, away.Reason);
    }

    private void Left(Delivery.Gone gone)
    {
        if (!_isGone)
            log.OutletGone(outlet.Name, gone.Reason);
        (_isGone, _fault) = (true, gone.Reason);
    }

    /// <param name="OldestAt">The time of the oldest fact that waits.</param>
    /// <param name="KnownSince">When this process noticed.</param>
    /// <param name="Refusal">Why its next event is not taken; null where it was not refused.</param>
    private sealed record Waiting(DateTimeOffset OldestAt, DateTimeOffset KnownSince, string? Refusal = null, Backoff? Pauses = null, DateTimeOffset RetryAt = default);
}
