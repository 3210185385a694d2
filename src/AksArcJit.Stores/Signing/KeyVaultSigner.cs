using System.Buffers.Text;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json;
using AksArcJit.Broker.Ports;
using Azure.Core;
using Azure.Identity;

namespace AksArcJit.Stores.Signing;

/// <summary>
/// Signs with Azure Key Vault's sign operation (learn.microsoft.com, Key Vault REST API 7.4, "Sign"): ES256 over the digest; the key never
/// leaves the vault.
/// </summary>
/// <param name="key">The key's identifier with its version.</param>
internal sealed class KeyVaultSigner(Uri key, IReadOnlyList<ReadOnlyMemory<byte>> former, TokenCredential credential, HttpClient http) : ISigner
{
    private const string Version = "api-version=7.4";

    private ReadOnlyMemory<byte>? _publicKey;

    public IReadOnlyList<ReadOnlyMemory<byte>> FormerKeys => former;

    public async Task<ReadOnlyMemory<byte>> PublicKeyAsync(CancellationToken cancellation) =>
        _publicKey ??= await AskAsync(HttpMethod.Get, new Uri($"{key}?{Version}"), null, PublicKey, cancellation);

    public async Task<ReadOnlyMemory<byte>> SignAsync(ReadOnlyMemory<byte> body, CancellationToken cancellation)
    {
        var request = new { alg = "ES256", value = Base64Url.EncodeToString(SHA256.HashData(body.Span)) };
        return await AskAsync(HttpMethod.Post, new Uri($"{key}/sign?{Version}"), JsonContent.Create(request),
            answer => (ReadOnlyMemory<byte>)Bytes(answer, "value"), cancellation);
    }

    /// <summary>The vault's service in its own cloud: its host without the vault's name (vault.azure.net, managedhsm.azure.net, vault.azure.cn …).</summary>
    internal static string ScopeOf(Uri key) => $"https://{key.Host[(key.Host.IndexOf('.', StringComparison.Ordinal) + 1)..]}/.default";

    private async Task<T> AskAsync<T>(HttpMethod method, Uri address, HttpContent? content, Func<JsonElement, T> read, CancellationToken cancellation)
    {
        try
        {
            var token = await credential.GetTokenAsync(new TokenRequestContext([ScopeOf(key)]), cancellation);
            using var request = new HttpRequestMessage(method, address) { Content = content };
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token.Token);
            using var answer = await http.SendAsync(request, cancellation);
            var text = await answer.Content.ReadAsStringAsync(cancellation);
            if (!answer.IsSuccessStatusCode)
                throw new SignerUnavailableException($"Key Vault answered {(int)answer.StatusCode} to {method} {address.AbsolutePath}.");
            using var json = JsonDocument.Parse(text);
            return read(json.RootElement);
        }
        catch (Exception fault) when (fault is HttpRequestException or AuthenticationFailedException or JsonException or FormatException
            or KeyNotFoundException or InvalidOperationException or CryptographicException
            || (fault is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            throw new SignerUnavailableException($"Key Vault did not do its work: {fault.Message}", fault);
        }
    }

    private static ReadOnlyMemory<byte> PublicKey(JsonElement answer)
    {
        var json = answer.GetProperty("key");
        if (json.GetProperty("crv").GetString() != "P-256")
            throw new FormatException("The key is not on the curve P-256.");
        using var key = ECDsa.Create(new ECParameters
        {
            Curve = ECCurve.NamedCurves.nistP256,
            Q = new ECPoint { X = Bytes(json, "x"), Y = Bytes(json, "y") },
        });
        return key.ExportSubjectPublicKeyInfo();
    }

    private static byte[] Bytes(JsonElement json, string name) => Base64Url.DecodeFromChars(json.GetProperty(name).GetString());
}
