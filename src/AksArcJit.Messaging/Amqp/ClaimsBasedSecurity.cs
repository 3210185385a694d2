using Amqp;
using Amqp.Framing;

namespace AksArcJit.Messaging.Amqp;

/// <summary>
/// Shows Service Bus who we are: <c>put-token</c> on <c>$cbs</c> within 20 s of the connection, and again ahead of each expiry (AMQP
/// Claims-based Security 1.0).
/// </summary>
internal sealed class ClaimsBasedSecurity(RequestLink cbs, ITokens tokens, IReadOnlyList<string> audiences, TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Again = TimeSpan.FromSeconds(10);

    /// <returns>When the first of the tokens expires, UTC.</returns>
    public async Task<DateTimeOffset> ShowAsync(CancellationToken cancellation)
    {
        var expiresAt = DateTimeOffset.MaxValue;
        foreach (var audience in audiences)
        {
            var token = await tokens.GetAsync(audience, cancellation);
            await cbs.AskAsync(new Message(token.Text)
            {
                BodySection = new AmqpValue { Value = token.Text },
                ApplicationProperties = new ApplicationProperties
                {
                    ["operation"] = "put-token",
                    ["type"] = token.Type,
                    ["name"] = audience,
                    ["expiration"] = token.ExpiresAt.UtcDateTime,
                },
            }, Patience, cancellation);
            expiresAt = token.ExpiresAt < expiresAt ? token.ExpiresAt : expiresAt;
        }
        return expiresAt;
    }

    /// <summary>Shows a new token when four fifths of the old one's time are over; one that cannot be had is tried again every 10 s.</summary>
    public async Task KeepShowingAsync(DateTimeOffset expiresAt, Action<Exception> failed, CancellationToken cancellation)
    {
        var hasFailed = false;
        while (true)
        {
            var left = expiresAt - time.GetUtcNow();
            await Task.Delay(left > Again * 5 && !hasFailed ? left * 0.8 : Again, time, cancellation);
            try
            {
                expiresAt = await ShowAsync(cancellation);
                hasFailed = false;
            }
            catch (Exception failure) when (failure is not OperationCanceledException || !cancellation.IsCancellationRequested)
            {
                hasFailed = true;
                failed(failure);
            }
        }
    }
}
