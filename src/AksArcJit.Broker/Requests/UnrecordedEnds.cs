using System.Collections.Concurrent;
using AksArcJit.Broker.Effects;
using AksArcJit.Broker.Options;
using AksArcJit.Broker.Ports;
using AksArcJit.Broker.Sweeping;
using AksArcJit.Lifecycle;
using AksArcJit.Lifecycle.Operations;
using AksArcJit.Lifecycle.Requests;
using Microsoft.Extensions.Logging;

namespace AksArcJit.Broker.Requests;

/// <summary>
/// Ends that were ordered and that their chains cannot hold, because the chain is damaged or the store refuses every append. The access goes
/// all the same: removal never waits for the journal. What was ordered is kept in memory until the chain takes it; after a start anew the
/// binding is still removed at notAfter.
/// </summary>
public sealed class UnrecordedEnds(
    EffectPerformer effects, IClusters clusters, ClusterBook book, ClusterFindings findings, TimeProvider time, ILogger<UnrecordedEnds> log)
{
    // The alert asks for two windows of five minutes: what lasts is told in each, and no oftener than it changes.
    private static readonly TimeSpan ToldAgain = TimeSpan.FromMinutes(2);

    private readonly ConcurrentDictionary<RequestId, UnrecordedEnd> _ordered = new();
    private readonly ConcurrentDictionary<RequestId, (bool IsGone, DateTimeOffset At)> _told = new();

    public UnrecordedEnd? Find(RequestId id) => _ordered.GetValueOrDefault(id);

    /// <returns>The end with the time when one was first ordered.</returns>
    public UnrecordedEnd Order(UnrecordedEnd end) =>
        _ordered.AddOrUpdate(end.After.Id, end, (_, known) => end with { OrderedAt = known.OrderedAt });

    public void Forget(RequestId id)
    {
        _ordered.TryRemove(id, out _);
        _told.TryRemove(id, out _);
    }

    /// <returns>True where nothing of ours stands any more, and the cluster says so.</returns>
    public async Task<bool> CarryOutAsync(UnrecordedEnd end)
    {
        var isGone = NextStep.Of(end.After.State, end.After.NewestAt) is Step.RemoveBinding remove
            ? await RemoveAsync(end.After, remove)
            : await RemoveWhatStandsAsync(end);
        Tell(end, isGone);
        return isGone;
    }

    private void Tell(UnrecordedEnd end, bool isGone)
    {
        var now = time.GetUtcNow();
        if (_told.TryGetValue(end.After.Id, out var last) && last.IsGone == isGone && now - last.At < ToldAgain)
            return;
        _told[end.After.Id] = (isGone, now);
        log.EndUnrecorded(end.After.Id, end.Signal.GetType().Name, isGone ? "is gone" : "is not gone yet, and its removal is tried again", end.Why);
    }

    private async Task<bool> RemoveAsync(RequestHistory after, Step.RemoveBinding remove)
    {
        var isGone = false;
        await foreach (var outcome in effects.PerformAsync(after, remove))
            isGone = outcome is Signal.BindingAbsent absent && absent.ObservedAt >= remove.Grant.MayAppearUntil && absent.Answers.All(answer => answer.Clears(remove.Grant.Binding));
        if (isGone && remove.Grant.Uid is { } uid)
            await RecordAsync(new ClusterFact.QuarantinedBindingRemoved(remove.Grant.Terms.Cluster, remove.Grant.Binding, uid));
        return isGone;
    }

    /// <summary>The chain does not say what was granted: whatever carries our label and the request's id goes, on its cluster, or on any where not even that is known.</summary>
    private async Task<bool> RemoveWhatStandsAsync(UnrecordedEnd end)
    {
        // Nor whether a create was intended just before the end was ordered, which nobody withholds that read the chain when it was whole.
        var isCertain = time.GetUtcNow() >= end.OrderedAt + Timing.SendWindow + Timing.AppearanceLimit;
        var where = end.After.State is RequestState.Asked { Terms.Cluster: var known } ? [known] : clusters.Ids;
        var gone = await Task.WhenAll(where.Select(id => RemoveWhatStandsAsync(id, end.After.Id)));
        return isCertain && gone.All(isGone => isGone);
    }

    private async Task<bool> RemoveWhatStandsAsync(ClusterId id, RequestId request)
    {
        if (clusters.Find(id) is not { } cluster || book.Find(id) is not { } entry)
            return false;
        var gone = await Task.WhenAll(ClusterListing.Kinds.Select(async kind =>
            await cluster.ListBindingsAsync(entry.Policy.Role, kind, CancellationToken.None) is Reading<IReadOnlyList<StandingBinding>>.Found { Value: var standing }
            && await RemoveAsync(cluster, standing, request)));
        return gone.All(isGone => isGone);
    }

    private async Task<bool> RemoveAsync(ICluster cluster, IReadOnlyList<StandingBinding> standing, RequestId request)
    {
        var isGone = true;
        foreach (var binding in standing.Where(one => one.Installation == book.Installation && one.Owner == request))
        {
            if (await cluster.RemoveAsync(binding, CancellationToken.None) is RemovalOutcome.Absent)
                await RecordAsync(new ClusterFact.QuarantinedBindingRemoved(cluster.Id, binding.Name, binding.Uid));
            else
                isGone = false;
        }
        return isGone;
    }

    private async Task RecordAsync(ClusterFact.QuarantinedBindingRemoved removed)
    {
        try
        {
            await findings.RecordAsync(removed.Cluster, removed);
        }
        catch (Exception unrecorded) when (unrecorded is JournalUnavailableException or QuarantineException)
        {
            log.SweepFailed(removed.Cluster, $"{removed.Binding} was removed, but not journaled: {unrecorded.Message}", unrecorded);
        }
    }
}

/// <param name="After">The request as it would stand, with facts that are recorded nowhere; unasked where its chain says nothing.</param>
/// <param name="Signal">What ended it; recorded when the chain takes it again.</param>
/// <param name="Why">Why it cannot be recorded.</param>
public sealed record UnrecordedEnd(RequestHistory After, Signal Signal, string Why, DateTimeOffset OrderedAt);
