using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using AksArcJit.Broker.Ports;
using AksArcJit.Journal.Checkpoints;
using AksArcJit.Messaging.Anchors;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace AksArcJit.Server.Tests;

public sealed class WebhookAnchorTests
{
    private static readonly byte[] Secret = RandomNumberGenerator.GetBytes(32);

    [Theory]
    [InlineData(204, true)]
    [InlineData(500, false)]
    [InlineData(302, false)]
    public async Task Append_ThenSignsWhatItSendsAndOnlyA2xxAccepts(int status, bool isAccepted)
    {
        using var folder = new TempFolder();
        var file = Path.Combine(folder.Path, "secret");
        await File.WriteAllBytesAsync(file, Secret, TestContext.Current.CancellationToken);
        using var receiver = new HttpListener();
        var url = $"http://127.0.0.1:{FreePort()}/anchor/";
        receiver.Prefixes.Add(url);
        receiver.Start();
        var received = ReceiveAsync(receiver, status);

        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["checkpoints:anchors:webhook:url"] = url,
            ["checkpoints:anchors:webhook:secretFile"] = file,
        }).Build();
        await using var services = new ServiceCollection().AddSingleton<IConfiguration>(configuration).AddSingleton(TimeProvider.System)
            .AddWebhookAnchor(configuration).BuildServiceProvider();
        var anchor = services.GetRequiredService<IAnchor>();
        var checkpoint = new Checkpoint("test", 1, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch, MerkleFrontier.Empty, default, new byte[] { 1 });
        var append = anchor.AppendAsync(new SignedCheckpoint(checkpoint, checkpoint.Encode(), new byte[64]), DateTimeOffset.UnixEpoch, TestContext.Current.CancellationToken);

        var (body, timestamp, signature) = await received;
        Assert.Equal($"sha256={Convert.ToHexStringLower(HMACSHA256.HashData(Secret, Encoding.UTF8.GetBytes($"{timestamp}.{body}")))}", signature);
        Assert.Contains("aksarcjit-checkpoint", body, StringComparison.Ordinal);
        if (isAccepted)
            await append;
        else
            await Assert.ThrowsAsync<AnchorUnavailableException>(() => append);
    }

    private static async Task<(string Body, string? Timestamp, string? Signature)> ReceiveAsync(HttpListener receiver, int status)
    {
        var context = await receiver.GetContextAsync();
        using var reader = new StreamReader(context.Request.InputStream);
        var body = await reader.ReadToEndAsync();
        context.Response.StatusCode = status;
        context.Response.Close();
        return (body, context.Request.Headers["X-AksArcJit-Timestamp"], context.Request.Headers["X-AksArcJit-Signature"]);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private sealed class TempFolder : IDisposable
    {
        public string Path { get; } = Directory.CreateTempSubdirectory("aksarcjit-").FullName;

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }
}
