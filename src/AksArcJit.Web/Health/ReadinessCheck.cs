using AksArcJit.Broker.Checkpoints;
using AksArcJit.Broker.Notices;
using AksArcJit.Broker.Options;
using AksArcJit.Broker.Ports;
using AksArcJit.Broker.Publishing;
using AksArcJit.Contracts;
using AksArcJit.Lifecycle;
using Microsoft.Extensions.Logging;

namespace AksArcJit.Web.Health;

/// <summary>Asks the journal and each cluster whether they answer. Anybody may ask, so that answers are shared for a moment.</summary>
internal sealed class ReadinessCheck(
    IJournal journal, IClusters clusters, IEventSources sources, ClusterBook book, JournalHealth evidence, NoticeHealth notices, TimeProvider time,
    ILogger<ReadinessCheck> log, Publisher? publisher = null)
{
    private const string Ok = "ok";
    private const string Fault = "fault";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    // Longer than a request's own, so that a cluster that hangs is told as the one who waited saw it.
    private static readonly TimeSpan ClusterPatience = TimeSpan.FromSeconds(6);
    private static readonly TimeSpan Freshness = TimeSpan.FromSeconds(2);

    private readonly Lock _gate = new();
    private long _begun;
    private Task<Readiness>? _latest;

    public Task<Readiness> AskAsync()
    {
        lock (_gate)
        {
            if (_latest is null || time.GetElapsedTime(_begun) > Freshness)
                (_latest, _begun) = (LookAsync(), time.GetTimestamp());
            return _latest;
        }
    }

    private async Task<Readiness> LookAsync()
    {
        var journalState = JournalStateAsync();
        var clusterStates = await Task.WhenAll(book.All.OrderBy(entry => entry.Id.Text, StringComparer.Ordinal).Select(async entry =>
            (Id: entry.Id.Text, State: await ClusterStateAsync(entry.Id))));
        var isUp = await journalState == Ok;
        var events = sources.Read();
        var outlets = publisher?.Outlets ?? [];
        var channels = notices.Channels;
        return new Readiness
        {
            // A journal whose evidence is in doubt still has to end what stands: the broker stays in service.
            Status = !isUp ? "unready" : evidence.IsWell && clusterStates.All(one => one.State.Status == Ok) && events.All(one => one.IsConnected)
                && outlets.All(one => one.Fault is null) && channels.All(one => one.Fault is null) ? "ready" : "degraded",
            Journal = await journalState,
            Checkpoints = evidence.Objection is not null ? "contradicted"
                : evidence.Uncompared is not null ? "uncompared"
                : !evidence.HasCheckpoints ? "off"
                : evidence.CheckpointFault is not null ? "fault"
                : evidence.Anchors.Any(anchor => anchor.HasLost) ? "anchor-lost"
                : evidence.Anchors.Any(anchor => anchor.Damage is not null) ? "anchor-damaged"
                : evidence.Anchors.Any(anchor => anchor.Fault is not null) ? "anchor-fault"
                : Ok,
            Verification = evidence.Verified switch { null => "pending", { Damages: 0 } => "clean", _ => "damaged" },
            VerifiedAt = evidence.Verified?.At,
            Clusters = clusterStates.ToDictionary(one => one.Id, one => one.State),
            Events = events.ToDictionary(one => one.Name, one => new EventSourceReadiness
            {
                Status = one.IsConnected ? Ok : Fault,
                LastEventAt = one.LastEventAt,
                LagSeconds = one.Lag?.TotalSeconds,
                DeadLettered = View(one.DeadLettered),
                Retried = View(one.Retried),
            }),
            Outlets = outlets.ToDictionary(one => one.Name, one => new OutletReadiness
            {
                Status = one.Fault is null ? Ok : Fault,
                LastPublishedAt = one.LastPublishedAt,
                LagSeconds = one.Lag.TotalSeconds,
                Waiting = one.Waiting,
            }),
            Notices = channels.ToDictionary(one => one.Name, one => new NoticeChannelReadiness { Status = one.Fault is null ? Ok : Fault, LastDeliveredAt = one.TakenAt }),
            NoticesPending = notices.Pending.Count,
        };
    }

    private static Contracts.Mishaps View(Broker.Ports.Mishaps mishaps) => new() { Count = mishaps.Count, LastReason = mishaps.LastReason, LastAt = mishaps.LastAt };

    private async Task<string> JournalStateAsync()
    {
        using var patience = new CancellationTokenSource(Patience, time);
        try
        {
            await journal.CheckAsync(patience.Token);
            return Ok;
        }
        catch (Exception away) when (away is JournalUnavailableException or OperationCanceledException)
        {
            log.NotReady("journal", away.Message);
            return Fault;
        }
    }

    private async Task<ClusterReadiness> ClusterStateAsync(ClusterId id)
    {
        using var patience = new CancellationTokenSource(ClusterPatience, time);
        ClusterFault? fault;
        try
        {
            fault = clusters.Find(id) is { } cluster
                ? await cluster.CheckAsync(patience.Token)
                : new ClusterFault("it is not connected", "it is not connected");
        }
        catch (OperationCanceledException)
        {
            fault = new ClusterFault("it did not answer in time", "it did not answer in time");
        }
        if (fault is null)
            return new ClusterReadiness { Status = Ok };
        log.NotReady($"cluster {id}", fault.Detail);
        return new ClusterReadiness { Status = Fault, Reason = fault.Reason };
    }
}
