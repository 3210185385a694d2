using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace AksArcJit.Server.Tests.Harness;

/// <summary>A broker that hears ticket events over a signed webhook, and sends its own to one that is played here.</summary>
public sealed class EventedHarness : BrokerHarness
{
    private static readonly byte[] Key = RandomNumberGenerator.GetBytes(32);
    private readonly HttpListener _receiver = new();
    private readonly string _url;

    public EventedHarness()
    {
        using (var free = new TcpListener(IPAddress.Loopback, 0))
        {
            free.Start();
            _url = $"http://127.0.0.1:{((IPEndPoint)free.LocalEndpoint).Port}/facts/";
        }
        _receiver.Prefixes.Add(_url);
        _receiver.Start();
        _ = ReceiveAsync();
        File.WriteAllText(Path.Combine(Directory, "webhook.key"), $"whsec_{Convert.ToBase64String(Key)}\n");
    }

    /// <summary>What was taken, in order.</summary>
    public ConcurrentQueue<JsonObject> Received { get; } = [];

    /// <summary>What the receiver answers.</summary>
    public int Status { get; set; } = 204;

    public override JsonObject Options()
    {
        var options = base.Options();
        options["events"] = new JsonObject
        {
            ["webhook"] = new JsonObject { ["keys"] = new JsonArray(new JsonObject { ["name"] = "servicenow", ["keyFile"] = "webhook.key", ["customers"] = new JsonArray("contoso") }) },
            ["outlets"] = new JsonArray(new JsonObject { ["name"] = "siem", ["kind"] = "webhook", ["url"] = _url, ["keyFiles"] = new JsonArray("webhook.key") }),
        };
        return options;
    }

    /// <summary>Tells an event as a ticket system does.</summary>
    public async Task<Answer> TellAsync(string verb, JsonObject data, string id, bool isForged = false)
    {
        var body = Encoding.UTF8.GetBytes(new JsonObject
        {
            ["specversion"] = "1.0",
            ["id"] = id,
            ["source"] = "https://tickets.test/",
            ["type"] = $"com.aksarcjit.ticket.{verb}.v1",
            ["data"] = data,
        }.ToJsonString());
        var timestamp = $"{Clock.Time.GetUtcNow().ToUnixTimeSeconds()}";
        var key = isForged ? new byte[32] : Key;
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/events") { Content = new ByteArrayContent(body) };
        request.Content.Headers.TryAddWithoutValidation("Content-Type", "application/cloudevents+json");
        request.Headers.Add("webhook-id", $"msg-{id}");
        request.Headers.Add("webhook-timestamp", timestamp);
        request.Headers.Add("webhook-signature", $"v1,{Convert.ToBase64String(HMACSHA256.HashData(key, (byte[])[.. Encoding.UTF8.GetBytes($"msg-{id}.{timestamp}."), .. body]))}");
        using var response = await Anonymous.SendAsync(request);
        return new Answer((int)response.StatusCode, await response.Content.ReadAsStringAsync(), response.Headers, response.Content.Headers.ContentType?.MediaType);
    }

    /// <summary>Events about a request, once so many came.</summary>
    public async Task<IReadOnlyList<JsonObject>> ReceivedAsync(string request, int least)
    {
        var about = () => Received.Where(told => (string)told["subject"]! == $"access-requests/{request}").ToList();
        for (var attempt = 0; attempt < 800 && about().Count < least; attempt++)
            await Task.Delay(25);
        return about();
    }

    private async Task ReceiveAsync()
    {
        while (_receiver.IsListening)
        {
            HttpListenerContext context;
            try
            {
                context = await _receiver.GetContextAsync();
            }
            catch (Exception end) when (end is HttpListenerException or ObjectDisposedException or InvalidOperationException)
            {
                return;
            }
            using var body = new MemoryStream();
            await context.Request.InputStream.CopyToAsync(body);
            var (id, timestamp) = (context.Request.Headers["webhook-id"], context.Request.Headers["webhook-timestamp"]);
            var mac = Convert.ToBase64String(HMACSHA256.HashData(Key, (byte[])[.. Encoding.UTF8.GetBytes($"{id}.{timestamp}."), .. body.ToArray()]));
            context.Response.StatusCode = context.Request.Headers["webhook-signature"] == $"v1,{mac}" ? Status : 401;
            if (context.Response.StatusCode == 204)
                Received.Enqueue(JsonNode.Parse(body.ToArray())!.AsObject());
            context.Response.Close();
        }
    }
}
