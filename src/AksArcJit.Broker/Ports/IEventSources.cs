namespace AksArcJit.Broker.Ports;

/// <summary>Where ticket events come from, for those who watch the broker.</summary>
public interface IEventSources
{
    IReadOnlyList<EventSourceStatus> Read();
}

/// <param name="Name">As the options name it.</param>
/// <param name="LastEventAt">When the newest event was heard, UTC; null before the first.</param>
/// <param name="Lag">From the source's own time of that event until it was heard; null where the source says none.</param>
/// <param name="DeadLettered">Events that were dead-lettered, or refused where they came over HTTP.</param>
/// <param name="Retried">Tries that were not the first of their event.</param>
public sealed record EventSourceStatus(string Name, bool IsConnected, DateTimeOffset? LastEventAt, TimeSpan? Lag, Mishaps DeadLettered, Mishaps Retried);

/// <summary>What went wrong in one way since the process started.</summary>
/// <param name="LastReason">A stable word in kebab case; null, as its time, before the first.</param>
/// <param name="LastAt">UTC.</param>
public sealed record Mishaps(long Count, string? LastReason, DateTimeOffset? LastAt)
{
    public static readonly Mishaps None = new(0, null, null);

    public Mishaps With(string reason, DateTimeOffset at) => new(Count + 1, reason, at);
}
