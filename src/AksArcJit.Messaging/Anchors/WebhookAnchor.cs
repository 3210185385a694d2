using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using AksArcJit.Broker.Ports;
using AksArcJit.Journal.Checkpoints;
using AksArcJit.Journal.Exports;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace AksArcJit.Messaging.Anchors;

/// <summary>Section <c>Checkpoints:Anchors:Webhook</c>: somebody who keeps checkpoints for you.</summary>
public sealed class WebhookAnchorOptions
{
    public const string Section = "Checkpoints:Anchors:Webhook";

    /// <summary>Absolute; https, or http on loopback.</summary>
    public string Url { get; set; } = "";

    /// <summary>A file with at least 32 random bytes, known to the receiver: the key of the signature header.</summary>
    public string SecretFile { get; set; } = "";
}

internal sealed class WebhookAnchorOptionsValidation : IValidateOptions<WebhookAnchorOptions>
{
    private const int LeastBytes = 32;

    public ValidateOptionsResult Validate(string? name, WebhookAnchorOptions options)
    {
        var faults = Faults(options).ToList();
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    private static IEnumerable<string> Faults(WebhookAnchorOptions options)
    {
        if (!Uri.TryCreate(options.Url, UriKind.Absolute, out var url) || !(url.Scheme == Uri.UriSchemeHttps || (url.Scheme == Uri.UriSchemeHttp && url.IsLoopback)))
            yield return "checkpoints.anchors.webhook.url: an absolute https address (http only on loopback).";
        if (!File.Exists(options.SecretFile) || new FileInfo(options.SecretFile).Length < LeastBytes)
            yield return $"checkpoints.anchors.webhook.secretFile: '{options.SecretFile}' is missing or shorter than {LeastBytes} bytes (head -c 32 /dev/urandom > FILE).";
    }
}

/// <summary>
/// POSTs each checkpoint as one NDJSON line (<c>application/x-ndjson</c>) with <c>X-AksArcJit-Timestamp</c> (Unix seconds) and
/// <c>X-AksArcJit-Signature</c>: <c>sha256=</c> and HMAC-SHA256 in hexadecimal over the timestamp, a dot and the body. Any 2xx accepts it.
/// </summary>
/// <remarks>
/// A receiver may get a checkpoint twice, and after a restart of the broker miss some: each names its number, and speaks for all before it.
/// </remarks>
internal sealed class WebhookAnchor(Uri url, byte[] secret, HttpClient http, TimeProvider time) : IAnchor
{
    // Without the query: it may hold a secret.
    public string Name => $"webhook {url.GetLeftPart(UriPartial.Path)}";

    public bool IsBlind => true;

    public Task<SignedCheckpoint?> ReadNewestAsync(CancellationToken cancellation) => Task.FromResult<SignedCheckpoint?>(null);

    public async Task<long?> AppendAsync(SignedCheckpoint checkpoint, DateTimeOffset at, CancellationToken cancellation)
    {
        var body = AnchorText.Line(checkpoint, at);
        var timestamp = time.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/x-ndjson");
        request.Headers.Add("X-AksArcJit-Timestamp", timestamp);
        request.Headers.Add("X-AksArcJit-Signature", $"sha256={Signature(timestamp, body)}");
        try
        {
            using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
            if (!answer.IsSuccessStatusCode)
                throw new AnchorUnavailableException($"It answered {(int)answer.StatusCode} to checkpoint {checkpoint.Checkpoint.Number}.");
            return null;
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException || (fault is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            throw new AnchorUnavailableException($"It did not answer: {fault.Message}", fault);
        }
    }

    private string Signature(string timestamp, byte[] body) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(secret, (byte[])[.. Encoding.ASCII.GetBytes(timestamp), (byte)'.', .. body]));
}

public static class WebhookAnchorServices
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>The webhook that the options name; none where they name none.</summary>
    public static IServiceCollection AddWebhookAnchor(this IServiceCollection services, IConfiguration configuration)
    {
        if (!configuration.GetSection(WebhookAnchorOptions.Section).Exists())
            return services;
        services.AddOptions<WebhookAnchorOptions>().BindConfiguration(WebhookAnchorOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<WebhookAnchorOptions>, WebhookAnchorOptionsValidation>();
        return services.AddSingleton<IAnchor>(provider =>
        {
            var options = provider.GetRequiredService<IOptions<WebhookAnchorOptions>>().Value;
            // A redirect would carry checkpoints to somebody whom the options do not name.
            var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { Timeout = Patience };
            return new WebhookAnchor(new Uri(options.Url), File.ReadAllBytes(options.SecretFile), http, provider.GetRequiredService<TimeProvider>());
        });
    }
}
