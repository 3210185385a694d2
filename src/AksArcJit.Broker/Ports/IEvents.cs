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

/// <summary>Takes ticket events that come over HTTP, signed as Standard Webhooks has it.</summary>
public interface IEventWebhook
{
    /// <summary>Answers after the event is journaled.</summary>
    /// <exception cref="JournalUnavailableException">Sending the same again is safe.</exception>
    Task<WebhookAnswer> ReceiveAsync(WebhookCall call);
}

/// <param name="Id">Header <c>webhook-id</c>.</param>
/// <param name="Timestamp">Header <c>webhook-timestamp</c>.</param>
/// <param name="Signature">Header <c>webhook-signature</c>.</param>
public sealed record WebhookCall(string? Id, string? Timestamp, string? Signature, ReadOnlyMemory<byte> Body);

public abstract record WebhookAnswer
{
    private WebhookAnswer() { }

    /// <summary>No key is configured: there is no such door.</summary>
    public sealed record Closed : WebhookAnswer;

    /// <summary>The signature, or its time, does not hold. Nothing of the body was looked at.</summary>
    public sealed record Forged(string Detail) : WebhookAnswer;

    public sealed record Heard : WebhookAnswer;

    /// <summary>By rule: a later event is known.</summary>
    public sealed record Ignored : WebhookAnswer;

    /// <summary>It will never be heard, however often it is sent.</summary>
    /// <param name="Reason">A stable word in kebab case.</param>
    public sealed record Refused(string Reason, string Detail) : WebhookAnswer;
}
