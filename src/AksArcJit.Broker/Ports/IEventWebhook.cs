namespace AksArcJit.Broker.Ports;

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
