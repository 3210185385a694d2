using System.Buffers.Text;
using System.Net;
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
/// <remarks>
/// A vault that asks for a pause (429 and 503 with <c>Retry-After</c>) gets it: until then it is not asked, and every call says so at once.
/// A retry policy in the pipeline would hold the caller for that long, and nobody would learn of the fault.
/// </remarks>
/// <param name="key">The key's identifier with its version.</param>
internal sealed class KeyVaultSigner(Uri key, IReadOnlyList<ReadOnlyMemory<byte>> former, TokenCredential credential, HttpClient http, TimeProvider time) : ISigner
{
    private const string Version = "api-version=7.4";

    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(5);

    private ReadOnlyMemory<byte>? _publicKey;
    private DateTimeOffset _notBefore = DateTimeOffset.MinValue;

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
        if (time.GetUtcNow() < _notBefore)
            throw new SignerUnavailableException($"Key Vault asked for a pause until {_notBefore:HH:mm:ss} UTC.");
        try
        {
            var token = await credential.GetTokenAsync(new TokenRequestContext([ScopeOf(key)]), cancellation);
            using var request = new HttpRequestMessage(method, address) { Content = content };
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token.Token);
            using var answer = await http.SendAsync(request, cancellation);
            var text = await answer.Content.ReadAsStringAsync(cancellation);
            Heed(answer);
            if (!answer.IsSuccessStatusCode)
                throw new SignerUnavailableException($"Key Vault answered {(int)answer.StatusCode} to {method} {address.AbsolutePath}.");
            using var json = JsonDocument.Parse(text);
            return read(json.RootElement);
        }
        catch (Exception fault) when (fault is HttpRequestException or AuthenticationFailedException or JsonException or FormatException
            or KeyNotFoundException or InvalidOperationException or CryptographicException or PlatformNotSupportedException
            || (fault is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            throw new SignerUnavailableException($"Key Vault did not do its work: {fault.Message}", fault);
        }
    }

    private void Heed(HttpResponseMessage answer)
    {
        if (answer.StatusCode is not (HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable) || answer.Headers.RetryAfter is not { } wanted)
            return;
        var now = time.GetUtcNow();
        var pause = wanted.Delta ?? wanted.Date - now ?? TimeSpan.Zero;
        _notBefore = now + (pause < LongestPause ? pause : LongestPause);
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
