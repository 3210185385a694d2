using AksArcJit.TestKit.Brokers;
using Azure.Core;

namespace AksArcJit.Messaging.Tests.Amqp;

internal sealed class FixedCredential(DateTimeOffset expiresAt) : TokenCredential
{
    public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
        new($"token for {string.Join(' ', requestContext.Scopes)}", expiresAt);

    public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
        ValueTask.FromResult(GetToken(requestContext, cancellationToken));
}

/// <summary>A bug, not an outage: every call through a guarded port meets it.</summary>
internal sealed class Bug : IMoment
{
    public void Pass() => throw new InvalidOperationException("broken");
}
