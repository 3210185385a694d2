using System.ComponentModel;

namespace AksArcJit.Contracts;

public sealed record Alive
{
    public required string Status { get; init; }
}

/// <summary>What the broker reaches. Anybody may read this: reasons name no address, no path and nobody; the log says more.</summary>
public sealed record Readiness
{
    [Description("ready, degraded (a cluster, a source of events, an outlet or a channel of notices does not answer, or the journal's evidence needs a look) or unready (the journal does not answer).")]
    public required string Status { get; init; }

    [Description("ok or fault.")]
    public required string Journal { get; init; }

    [Description("off (no key is configured), ok, fault (the last was not made, as where the key does not answer; it is tried again), anchor-fault (an anchor is behind and is tried again), anchor-lost (an anchor did not hold what it should: it is new, or somebody took checkpoints from it; told until the next start), anchor-damaged (the lines of an anchor are no chain that our key signed: somebody wrote it who should not, which says nothing about the journal; told until the next start), uncompared (an anchor has not answered since the start, so that nothing is granted until it does and the journal was compared with it) or contradicted (the journal is not the one that was anchored; nothing is granted).")]
    public required string Checkpoints { get; init; }

    [Description("Of the last whole verification in the background: pending (none yet), clean or damaged.")]
    public required string Verification { get; init; }

    [Description("When that verification ended.")]
    public DateTimeOffset? VerifiedAt { get; init; }

    [Description("By cluster id.")]
    public required IReadOnlyDictionary<string, ClusterReadiness> Clusters { get; init; }

    [Description("By name: the sources of ticket events.")]
    public required IReadOnlyDictionary<string, EventSourceReadiness> Events { get; init; }

    [Description("By name: where events go out.")]
    public required IReadOnlyDictionary<string, OutletReadiness> Outlets { get; init; }

    [Description("By name: the channels of notices to people.")]
    public required IReadOnlyDictionary<string, NoticeChannelReadiness> Notices { get; init; }

    [Description("Notices that are due and not told yet.")]
    public required int NoticesPending { get; init; }
}

public sealed record ClusterReadiness
{
    [Description("ok, or fault where it does not answer or does not let the broker do its work.")]
    public required string Status { get; init; }

    [Description("What is wrong: the permission that is missing, that nothing is answered and since when, or whose fault the credentials are. Absent where nothing is; the log says more.")]
    public string? Reason { get; init; }
}

public sealed record NoticeChannelReadiness
{
    [Description("ok, or fault where the last try came to nothing; it is tried again.")]
    public required string Status { get; init; }

    [Description("When it last took one.")]
    public DateTimeOffset? LastDeliveredAt { get; init; }
}

public sealed record EventSourceReadiness
{
    [Description("ok, or fault where it is not connected.")]
    public required string Status { get; init; }

    public DateTimeOffset? LastEventAt { get; init; }

    [Description("From the source's time of the last event until it was heard.")]
    public double? LagSeconds { get; init; }

    [Description("Events that were dead-lettered, or refused where they came over HTTP.")]
    public required Mishaps DeadLettered { get; init; }

    [Description("Tries that were not the first of their event.")]
    public required Mishaps Retried { get; init; }
}

public sealed record Mishaps
{
    [Description("Since the process started.")]
    public required long Count { get; init; }

    [Description("A stable word in kebab case, as the metric has it. Absent before the first.")]
    public string? LastReason { get; init; }

    public DateTimeOffset? LastAt { get; init; }
}

public sealed record OutletReadiness
{
    [Description("ok, or fault where the last event was not taken; it is tried again.")]
    public required string Status { get; init; }

    public DateTimeOffset? LastPublishedAt { get; init; }

    [Description("The age of the oldest fact that waits; 0 where none does.")]
    public required double LagSeconds { get; init; }

    [Description("Requests and other streams with facts that wait.")]
    public required int Waiting { get; init; }
}
