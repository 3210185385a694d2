using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Azure.Core;
using Azure.Identity;

namespace AksArcJit.Messaging.Amqp;

/// <param name="Type">As put-token wants it: <c>servicebus.windows.net:sastoken</c> or <c>jwt</c>.</param>
internal sealed record Token(string Type, string Text, DateTimeOffset ExpiresAt);

/// <summary>Where the tokens for claims-based security come from.</summary>
internal interface ITokens
{
    /// <param name="audience"><c>amqp://namespace/entity</c>.</param>
    Task<Token> GetAsync(string audience, CancellationToken cancellation);
}

/// <summary>Signed here with a shared access key (Microsoft, "Service Bus access control with Shared Access Signatures").</summary>
internal sealed class SharedAccessTokens(string keyName, string key, TimeProvider time) : ITokens
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);

    public Task<Token> GetAsync(string audience, CancellationToken cancellation)
    {
        var expiresAt = time.GetUtcNow() + Lifetime;
        var resource = WebUtility.UrlEncode(audience);
        var expiry = expiresAt.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var signature = Convert.ToBase64String(HMACSHA256.HashData(Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes($"{resource}\n{expiry}")));
        return Task.FromResult(new Token("servicebus.windows.net:sastoken",
            $"SharedAccessSignature sr={resource}&sig={WebUtility.UrlEncode(signature)}&se={expiry}&skn={WebUtility.UrlEncode(keyName)}", expiresAt));
    }
}

/// <summary>Issued by Entra to the process's own identity.</summary>
internal sealed class EntraTokens(TokenCredential credential) : ITokens
{
    private static readonly TokenRequestContext Scope = new(["https://servicebus.azure.net/.default"]);

    public async Task<Token> GetAsync(string audience, CancellationToken cancellation)
    {
        var token = await credential.GetTokenAsync(Scope, cancellation);
        return new Token("jwt", token.Token, token.ExpiresOn);
    }
}

internal static class ServiceBusTokens
{
    /// <summary>Null where the broker takes no claims.</summary>
    public static ITokens? For(AmqpPeerOptions peer, TimeProvider time) => peer.Kind != AmqpPeerOptions.ServiceBus ? null
        : peer.SasKeyName.Length > 0 ? new SharedAccessTokens(peer.SasKeyName, File.ReadAllText(peer.SasKeyFile).Trim(), time)
        : new EntraTokens(new DefaultAzureCredential());
}
