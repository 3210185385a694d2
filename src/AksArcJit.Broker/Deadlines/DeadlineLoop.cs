using System.Collections.Concurrent;
using AksArcJit.Broker.Operations;
using AksArcJit.Broker.Ports;
using AksArcJit.Broker.Requests;
using AksArcJit.Broker.Tickets;
using AksArcJit.Journal;
using AksArcJit.Lifecycle;
using Microsoft.Extensions.Logging;

namespace AksArcJit.Broker.Deadlines;

/// <summary>
/// Advances what is due, many at a time with a bound, removals first, and reads the open index again every 60 s: what another instance
/// left, and every wake-up that was lost, is found there.
/// </summary>
public sealed class DeadlineLoop(
    DeadlineQueue queue, IJournal journal, RequestEngine engine, TicketDesk tickets, OperationsDesk operations,
    OpenGrants openGrants, TimeProvider time, ILogger<DeadlineLoop> log)
{
    public static readonly TimeSpan RereadInterval = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan RetryPause = TimeSpan.FromSeconds(2);

    // Grants wait for grants, never removals for them: a hung create holds a place for up to ten seconds. Removals wait for none but those
    // from the same cluster, so that its hang delays no other's. Theirs are so many because a storm's deletes all go before what confirms
    // the first of them, and each must have begun for that; how many requests one cluster gets at once is the adapter's bound.
    public const int RemovalsAtOncePerCluster = 16_384;
    public const int OthersAtOnce = 64;

    /// <summary>Runs until stopped; then waits for what has begun.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        var removals = new ConcurrentDictionary<ClusterId, Places>();
        Places RemovalsFrom(ClusterId cluster) =>
            removals.GetOrAdd(cluster, _ => new Places(RemovalsAtOncePerCluster, stream => AttendAsync(stream), stop));
        var others = new Places(OthersAtOnce, stream => AttendAsync(stream, cluster => RemovalsFrom(cluster).Attend(stream)), stop);

        await queue.WorkOffAsync(due => (RemovalFrom(due) is { } cluster ? RemovalsFrom(cluster) : others).Attend(due), time, stop);
        // The others first: what they begin for a cluster is waited for with the rest.
        await others.EmptyAsync();
        await Task.WhenAll(removals.Values.Select(places => places.EmptyAsync()));
    }

    /// <summary>Attends everything that is due now, one after another, until nothing is.</summary>
    public async Task AttendDueAsync()
    {
        while (queue.TakeDue(time.GetUtcNow()) is { } due)
            await AttendAsync(due);
    }

    /// <summary>Reads the open index at start and every 60 s.</summary>
    public async Task RereadAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var pause = RereadInterval;
            try
            {
                await RereadOnceAsync(stop);
            }
            catch (JournalUnavailableException away)
            {
                log.OpenIndexUnreadable(away.Message);
                pause = TimeSpan.FromSeconds(5);
            }
            await Task.Delay(pause, time, stop);
        }
    }

    public async Task RereadOnceAsync(CancellationToken cancellation)
    {
        await foreach (var open in journal.ListOpenAsync(cancellation))
            queue.Schedule(open.Stream, open.Due, IsRemoval(open.Stream));
    }

    /// <summary>Never throws: what fails is told and comes again.</summary>
    /// <param name="handOver">Takes what turns out to be a removal, which is then not attended to here; null where nothing is handed over.</param>
    private async Task AttendAsync(StreamId stream, Action<ClusterId>? handOver = null)
    {
        try
        {
            if (stream.Request is { } request)
            {
                // After a start memory knows no grant: it is read here, and its removal waits where it holds up no other cluster's. What its
                // chain could not record is ended without reading it.
                if (handOver is not null && openGrants.Recall(request) is null && !engine.HasUnrecordedEnd(request))
                    await engine.ReadAsync(request, CancellationToken.None);
                if (handOver is not null && engine.RemovalFrom(request) is { } cluster)
                    handOver(cluster);
                else
                    await engine.AdvanceUntilWaitAsync(request);
            }
            else if (stream.Ticket is { } ticket)
                await tickets.DistributeAsync(ticket);
            else if (stream == StreamId.System)
                await operations.DistributeAsync();
            else if (await journal.ReadAsync(stream, CancellationToken.None) is [.., var newest])
                // Findings want nothing of their own: they leave as soon as those who follow them let them.
                await journal.SettleAsync(stream, newest.Version, CancellationToken.None);
        }
        catch (QuarantineException quarantine)
        {
            // Nothing to do through its chain: the sweep watches its binding.
            log.Quarantined(quarantine.Message);
        }
        catch (Exception failure)
        {
            log.AdvanceFailed(stream, failure.Message, failure);
            queue.Schedule(stream, time.GetUtcNow() + RetryPause, IsRemoval(stream));
        }
    }

    private bool IsRemoval(StreamId stream) => stream.Request is { } id && openGrants.IsToBeRemoved(id);

    private ClusterId? RemovalFrom(StreamId stream) => stream.Request is { } id ? engine.RemovalFrom(id) : null;
}
