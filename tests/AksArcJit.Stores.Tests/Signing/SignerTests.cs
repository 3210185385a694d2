using System.Buffers.Text;
using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json;
using AksArcJit.Broker.Ports;
using AksArcJit.Journal.Checkpoints;
using AksArcJit.Stores.Signing;
using AksArcJit.Stores.Tests.Sqlite;
using AksArcJit.TestKit;
using Azure.Core;
using Microsoft.Extensions.Time.Testing;

namespace AksArcJit.Stores.Tests.Signing;

public sealed class SignerTests : IDisposable
{
    private static readonly byte[] Body = "{\"number\":1}"u8.ToArray();

    private readonly Folder _folder = new();
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly FakeTimeProvider _time = new(Sample.Start);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _key.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task PemSigner_ThenItsSignatureVerifies()
    {
        using var signer = new PemSigner(Write(_key.ExportECPrivateKeyPem()), []);
        using var key = CheckpointKey.Of((await signer.PublicKeyAsync(Cancellation)).Span);
        var signature = await signer.SignAsync(Body, Cancellation);
        Assert.True(key.Verifies(Body, signature.Span));
        Assert.False(key.Verifies([.. Body, 0], signature.Span));
    }

    [Fact]
    public void Options_WhenTheFileIsUnusable_ThenSayHowToMakeOne()
    {
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        foreach (var text in new[] { "no key", other.ExportECPrivateKeyPem(), _key.ExportSubjectPublicKeyInfoPem() })
        {
            var faults = new CheckpointKeyOptionsValidation().Validate(null, new CheckpointKeyOptions { File = Write(text) });
            Assert.Contains("openssl ecparam", faults.FailureMessage, StringComparison.Ordinal);
        }
        var several = new CheckpointKeyOptionsValidation().Validate(null, new CheckpointKeyOptions { File = "/nowhere", Vault = new Uri("http://vault"), Former = ["/nowhere"] });
        Assert.Equal(4, several.Failures!.Count());
    }

    /// <summary>The vault's own words, from its REST reference: the request must be one that it takes, the answer one that it gives.</summary>
    [Theory]
    [InlineData("https://v.vault.azure.net/keys/k/1", "https://vault.azure.net/.default")]
    [InlineData("https://v.vault.azure.cn/keys/k/1", "https://vault.azure.cn/.default")]
    [InlineData("https://v.vault.usgovcloudapi.net/keys/k/1", "https://vault.usgovcloudapi.net/.default")]
    [InlineData("https://h.managedhsm.azure.net/keys/k/1", "https://managedhsm.azure.net/.default")]
    public void KeyVaultSigner_WhateverTheCloud_ThenAsksForItsOwnScope(string key, string scope) =>
        Assert.Equal(scope, KeyVaultSigner.ScopeOf(new Uri(key)));

    [Fact]
    public async Task KeyVaultSigner_ThenAsksTheVaultForTheDigestAlone()
    {
        using var http = new HttpClient(new Vault(_key));
        var signer = new KeyVaultSigner(new Uri("https://v.vault.azure.net/keys/checkpoints/0123"), [], new FixedToken(), http, _time);
        using var key = CheckpointKey.Of((await signer.PublicKeyAsync(Cancellation)).Span);
        var signature = await signer.SignAsync(Body, Cancellation);
        Assert.True(key.Verifies(Body, signature.Span));
    }

    [Theory]
    [InlineData(403)]
    [InlineData(503)]
    public async Task KeyVaultSigner_WhenTheVaultRefuses_ThenIsUnavailable(int status)
    {
        using var http = new HttpClient(new Vault(_key) { Status = (HttpStatusCode)status });
        var signer = new KeyVaultSigner(new Uri("https://v.vault.azure.net/keys/checkpoints/0123"), [], new FixedToken(), http, _time);
        var fault = await Assert.ThrowsAsync<SignerUnavailableException>(() => signer.SignAsync(Body, Cancellation));
        Assert.DoesNotContain("secret-token", fault.ToString(), StringComparison.Ordinal);
        await Assert.ThrowsAsync<SignerUnavailableException>(() => signer.PublicKeyAsync(Cancellation));
    }

    /// <summary>Until the vault's time is over it is not asked, and every call says so at once: the checkpointer's fault must show.</summary>
    [Theory]
    [InlineData(429, 30, 30)]
    [InlineData(503, 30, 30)]
    [InlineData(429, 86400, 300)]
    [InlineData(500, 30, 0)]
    public async Task KeyVaultSigner_WhenTheVaultAsksForAPause_ThenGetsIt(int status, int asked, int kept)
    {
        var vault = new Vault(_key) { Status = (HttpStatusCode)status, RetryAfter = TimeSpan.FromSeconds(asked) };
        using var http = new HttpClient(vault);
        var signer = new KeyVaultSigner(new Uri("https://v.vault.azure.net/keys/checkpoints/0123"), [], new FixedToken(), http, _time);
        await Assert.ThrowsAsync<SignerUnavailableException>(() => signer.SignAsync(Body, Cancellation));
        vault.Status = HttpStatusCode.OK;
        if (kept > 0)
        {
            _time.Advance(TimeSpan.FromSeconds(kept - 1));
            Assert.Contains("pause", (await Assert.ThrowsAsync<SignerUnavailableException>(() => signer.SignAsync(Body, Cancellation))).Message, StringComparison.Ordinal);
            Assert.Equal(1, vault.Asked);
            _time.Advance(TimeSpan.FromSeconds(1));
        }
        Assert.Equal(64, (await signer.SignAsync(Body, Cancellation)).Length);
        Assert.Equal(2, vault.Asked);
    }

    private string Write(string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_folder.File)!);
        File.WriteAllText(_folder.File, text);
        return _folder.File;
    }

    private sealed class Vault(ECDsa key) : HttpMessageHandler
    {
        public HttpStatusCode Status { get; set; } = HttpStatusCode.OK;

        public TimeSpan? RetryAfter { get; init; }

        public int Asked { get; private set; }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Assert.Equal("Bearer secret-token", request.Headers.Authorization?.ToString());
            Assert.Equal("?api-version=7.4", request.RequestUri!.Query);
            Asked++;
            if (Status != HttpStatusCode.OK)
            {
                var refusal = new HttpResponseMessage(Status);
                refusal.Headers.RetryAfter = RetryAfter is { } wait ? new(wait) : null;
                return refusal;
            }
            if (request.Method == HttpMethod.Get)
            {
                Assert.Equal("/keys/checkpoints/0123", request.RequestUri.AbsolutePath);
                var point = key.ExportParameters(false).Q;
                return Answer(new { key = new { kty = "EC", crv = "P-256", x = Base64Url.EncodeToString(point.X), y = Base64Url.EncodeToString(point.Y) } });
            }
            Assert.Equal("/keys/checkpoints/0123/sign", request.RequestUri.AbsolutePath);
            var asked = await request.Content!.ReadFromJsonAsync<JsonElement>(cancellationToken);
            Assert.Equal("ES256", asked.GetProperty("alg").GetString());
            var digest = Base64Url.DecodeFromChars(asked.GetProperty("value").GetString());
            Assert.Equal(32, digest.Length);
            return Answer(new { kid = "https://v.vault.azure.net/keys/checkpoints/0123", value = Base64Url.EncodeToString(key.SignHash(digest)) });
        }

        private static HttpResponseMessage Answer<T>(T body) => new(HttpStatusCode.OK) { Content = JsonContent.Create(body) };
    }

    private sealed class FixedToken : TokenCredential
    {
        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken) => throw new NotSupportedException();

        public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken)
        {
            Assert.Equal(["https://vault.azure.net/.default"], requestContext.Scopes);
            return new(new AccessToken("secret-token", DateTimeOffset.MaxValue));
        }
    }
}
