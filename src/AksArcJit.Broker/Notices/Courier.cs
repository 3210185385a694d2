using System.Collections.Concurrent;
using AksArcJit.Broker.Options;
using AksArcJit.Broker.Ports;
using AksArcJit.Broker.Requests;
using AksArcJit.Lifecycle;
using AksArcJit.Lifecycle.Notices;
using AksArcJit.Lifecycle.Requests;
using Microsoft.Extensions.Logging;

namespace AksArcJit.Broker.Notices;

/// <summary>
/// Brings notices to people, each person's in order, different persons' beside each other. It remembers how far each notice has come; a
/// process that dies forgets that, and its successor begins with the first channel again.
/// </summary>
public sealed class Courier(Readers readers, NoticeWriter writer, NoticeOptions options, IEntropy entropy, NoticeHealth health, TimeProvider time, ILogger<Courier> log)
{
    private readonly TimeSpan _giveUpAfter = Iso8601.Parse(options.GiveUpAfter);
    private readonly ConcurrentDictionary<(RequestId, Notice), Trial> _trials = new();
    private readonly ChannelPauses _pauses = new();

    /// <summary>Whether any channel can bring it.</summary>
    public bool CanBring(AccessRequest request, Notice notice) => readers.Find(request, notice.To).Channels.Count > 0;

    /// <summary>When the notice may be tried next, UTC.</summary>
    public DateTimeOffset NotBefore(RequestId id, Notice notice) => _trials.TryGetValue((id, notice), out var trial) ? trial.NotBefore : DateTimeOffset.MinValue;

    /// <summary>The requests' other notices are no longer owed, or told.</summary>
    public void Forget(RequestId id, IEnumerable<Notice> notices)
    {
        foreach (var notice in notices)
            _trials.TryRemove((id, notice), out _);
    }

    /// <returns>Those that came to an end, told or given up.</returns>
    public async Task<IReadOnlyList<NoticeOutcome>> BringAsync(RequestHistory history, RequestState.Asked state, IEnumerable<OwedNotice> ripe) =>
        [.. (await Task.WhenAll(ripe.GroupBy(owed => owed.Notice.To).Select(of => BringInOrderAsync(history, state, of)))).SelectMany(outcomes => outcomes)];

    private async Task<IReadOnlyList<NoticeOutcome>> BringInOrderAsync(RequestHistory history, RequestState.Asked state, IEnumerable<OwedNotice> toOne)
    {
        var outcomes = new List<NoticeOutcome>();
        foreach (var owed in toOne)
        {
            if (await BringAsync(history, state, owed) is not { } outcome)
                break;
            outcomes.Add(outcome);
        }
        return outcomes;
    }

    /// <returns>Null where it is to be tried again.</returns>
    private async Task<NoticeOutcome?> BringAsync(RequestHistory history, RequestState.Asked state, OwedNotice owed)
    {
        var (addressee, channels) = readers.Find(state.Request, owed.Notice.To);
        var key = (history.Id, owed.Notice);
        var trial = _trials.GetValueOrDefault(key) ?? Trial.Of(channels);
        while (!trial.IsHopeless && trial.NotBefore <= time.GetUtcNow())
        {
            var channel = trial.Channel;
            if (_pauses.Find(channel.Name, time.GetUtcNow()) is var (until, fault))
            {
                trial = trial.Past(until, fault, time.GetUtcNow());
                continue;
            }
            var begun = time.GetTimestamp();
            var isRetry = trial.Failures > 0 || trial.Rounds > 0;
            switch (await channel.DeliverAsync(await writer.WriteAsync(history, state, owed, addressee), CancellationToken.None))
            {
                case NoticeDelivery.Taken:
                    _pauses.Works(channel.Name);
                    _trials.TryRemove(key, out _);
                    if (health.Taken(channel.Name, isRetry, time.GetUtcNow()))
                        log.ChannelBack(channel.Name);
                    return new NoticeOutcome.Delivered(owed.Notice, channel.Name);
                case NoticeDelivery.Failed failed:
                    _pauses.Failed(channel.Name, failed.Reason, time.GetUtcNow());
                    trial = trial.After(failed, time.GetUtcNow(), time.GetElapsedTime(begun), entropy.DrawPause);
                    if (health.Failed(channel.Name, failed.Reason, isRetry))
                        log.ChannelFailed(channel.Name, failed.Reason);
                    break;
                case NoticeDelivery.Refused refused:
                    _pauses.Works(channel.Name);
                    trial = trial.After(refused, time.GetUtcNow(), entropy.DrawPause);
                    health.Failed(channel.Name, null, isRetry);
                    log.NoticeRefused(channel.Name, history.Id, owed.Notice.Kind, refused.Reason);
                    break;
                default:
                    throw new InvalidOperationException("A delivery is taken, failed or refused.");
            }
        }
        if (trial.IsHopeless || (trial.HasFailedEverywhere && time.GetUtcNow() >= owed.Since + _giveUpAfter))
        {
            _trials.TryRemove(key, out _);
            health.GaveUp();
            log.NoticeUndelivered(history.Id, owed.Notice.Kind, trial.Reason);
            return new NoticeOutcome.Undelivered(owed.Notice, trial.Reason);
        }
        _trials[key] = trial;
        return null;
    }
}
