using System.Collections.Concurrent;
using AksArcJit.Broker.Deadlines;
using AksArcJit.Broker.Options;
using AksArcJit.Broker.Ports;
using AksArcJit.Broker.Requests;
using AksArcJit.Journal;
using AksArcJit.Lifecycle;
using AksArcJit.Lifecycle.Notices;
using AksArcJit.Lifecycle.Requests;
using Microsoft.Extensions.Logging;

namespace AksArcJit.Broker.Notices;

/// <summary>
/// Tells people what happened, apart from everything else: no answer, no effect and no removal waits for it. What is owed follows from the
/// facts alone; what came of it is appended to them, those that come together in one append. A crash between a delivery and its record
/// tells once more, with the same link and the same id.
/// </summary>
public sealed class NoticeLoop(
    Outstanding outstanding, RequestEngine engine, IJournal journal, Courier courier, NoticeHealth health, NoticeOptions options, TimeProvider time, ILogger<NoticeLoop> log)
{
    private const int AtOnce = 16;
    private static readonly TimeSpan RetryPause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan BusyPause = TimeSpan.FromSeconds(1);

    private readonly TimeSpan _warning = Iso8601.Parse(options.ExpiringSoon);
    private readonly ConcurrentDictionary<StreamId, bool> _underWay = new();

    // Told, and the journal was away: recorded later, never told again for that.
    private readonly ConcurrentDictionary<RequestId, IReadOnlyList<NoticeOutcome>> _unrecorded = new();

    /// <summary>Runs until stopped; then waits for what has begun.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        var places = new Places(AtOnce, AttendAsync, stop);
        await outstanding.Queue.WorkOffAsync(places.Attend, time, stop);
        await places.EmptyAsync();
    }

    /// <summary>Attends everything that is due now, one request after another, until nothing is.</summary>
    public async Task AttendDueAsync()
    {
        while (outstanding.Queue.TakeDue(time.GetUtcNow()) is { } due)
            await AttendAsync(due);
    }

    /// <summary>A request as somebody just read it: what it owes is attended to in time, whoever left it.</summary>
    public void See(RequestHistory history)
    {
        var owed = Owed(history);
        if (owed.Count > 0)
            Schedule(history.Id, owed);
    }

    /// <summary>Never throws: what fails is told and comes again.</summary>
    private async Task AttendAsync(StreamId stream)
    {
        if (!_underWay.TryAdd(stream, true))
        {
            outstanding.Queue.Schedule(stream, time.GetUtcNow() + BusyPause, isRemoval: false);
            return;
        }
        try
        {
            await AttendAsync(stream.Request ?? throw new InvalidOperationException($"{stream} is no request's."));
        }
        catch (QuarantineException quarantine)
        {
            // Nobody can say what it owes. It is told to operators by whoever sweeps it.
            log.Quarantined(quarantine.Message);
        }
        catch (Exception failure)
        {
            log.NoticesPutOff(stream, failure.Message, failure);
            outstanding.Queue.Schedule(stream, time.GetUtcNow() + RetryPause, isRemoval: false);
        }
        finally
        {
            _underWay.TryRemove(stream, out _);
        }
    }

    private async Task AttendAsync(RequestId id)
    {
        var history = await engine.ReadAsync(id, CancellationToken.None);
        var owed = Owed(history);
        if (_unrecorded.TryGetValue(id, out var earlier))
            owed = [.. owed.Where(one => earlier.All(told => told.Notice != one.Notice))];

        var now = time.GetUtcNow();
        var ripe = owed.Where(one => RipeAt(id, one) <= now).ToList();
        Await(id, owed, now);
        var outcomes = history.State is RequestState.Asked state ? await courier.BringAsync(history, state, ripe) : [];
        history = await RecordAsync(history, [.. earlier ?? [], .. outcomes]);

        courier.Forget(id, owed.Select(one => one.Notice).Except(Owed(history).Select(one => one.Notice)));
        owed = Owed(history);
        Await(id, owed, now);
        if (owed.Count > 0)
        {
            Schedule(id, owed);
            return;
        }
        outstanding.Settle(StreamId.Of(id), history.Version);
        if (history.State is RequestState.Closed)
            await journal.SettleAsync(StreamId.Of(id), history.Version, CancellationToken.None);
    }

    // What waits for its next try, or for its turn, is owed all the same; what becomes due later is not owed yet.
    private void Await(RequestId id, IReadOnlyList<OwedNotice> owed, DateTimeOffset now)
    {
        var due = owed.Where(one => one.Since <= now).ToList();
        health.Await(id, due.Count, due.Select(one => one.Since).Append(now).Min());
    }

    private async Task<RequestHistory> RecordAsync(RequestHistory history, IReadOnlyList<NoticeOutcome> outcomes)
    {
        if (outcomes.Count == 0)
            return history;
        _unrecorded[history.Id] = outcomes;
        var submission = await engine.SubmitAsync(history, new Signal.NoticesSettled(outcomes), CancellationToken.None);
        _unrecorded.TryRemove(history.Id, out _);
        return submission is Submission.Recorded recorded ? recorded.History : throw new InvalidOperationException("Outcomes are never refused.");
    }

    private IReadOnlyList<OwedNotice> Owed(RequestHistory history) => history.State is RequestState.Asked asked
        ? [.. OwedNotices.Of([.. history.Facts.Select(fact => (fact.Fact, fact.Record.At))], _warning).Where(owed => courier.CanBring(asked.Request, owed.Notice))]
        : [];

    private void Schedule(RequestId id, IReadOnlyList<OwedNotice> owed) =>
        outstanding.Queue.Schedule(StreamId.Of(id), owed.Min(one => RipeAt(id, one)), isRemoval: false);

    private DateTimeOffset RipeAt(RequestId id, OwedNotice owed)
    {
        var at = outstanding.IsOurs(StreamId.Of(id), owed.Notice.About) ? owed.Since : owed.Since + Outstanding.OthersTurn;
        var notBefore = courier.NotBefore(id, owed.Notice);
        return at > notBefore ? at : notBefore;
    }
}
