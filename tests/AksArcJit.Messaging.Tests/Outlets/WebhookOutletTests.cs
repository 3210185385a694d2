using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using AksArcJit.Broker.Ports;
using AksArcJit.Journal;
using AksArcJit.Messaging.Events;
using AksArcJit.Messaging.Outlets;
using AksArcJit.Messaging.Webhooks;
using AksArcJit.TestKit.Brokers;
using AksArcJit.TestKit.Publishing;

namespace AksArcJit.Messaging.Tests.Outlets;

public sealed class WebhookOutletTests : IDisposable
{
    private static readonly WebhookKey Old = new([.. Enumerable.Range(0, 32).Select(i => (byte)i)]);
    private static readonly WebhookKey New = new([.. Enumerable.Range(1, 32).Select(i => (byte)i)]);

    private readonly World _world = new();
    private readonly Receiver _receiver = new();
    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false }) { Timeout = TimeSpan.FromSeconds(15) };

    public void Dispose()
    {
        _receiver.Dispose();
        _http.Dispose();
    }

    [Fact]
    public async Task ALifecycle_ThenIsPostedInOrderAndSignedWithBothKeys()
    {
        await using var process = new PublishingBroker(_world, 60, [Outlet()]);
        var id = await WholeLife.LiveAsync(process);
        await Waiting.UntilAsync(() => _receiver.Calls.Count == 5, Pass);
        var facts = await _world.Journal.ReadAsync(StreamId.Of(id), CancellationToken.None);
        foreach (var call in _receiver.Calls)
        {
            Assert.Equal("application/cloudevents+json; charset=utf-8", call.ContentType);
            Assert.True(WebhookSignature.Holds(Old, call.Id, call.Timestamp, call.Body, call.Signature));
            Assert.True(WebhookSignature.Holds(New, call.Id, call.Timestamp, call.Body, call.Signature));
            var told = Assert.IsType<Parsed<CloudEvent>.Of>(CloudEventReader.Structured(call.Body)).Value;
            Assert.Equal(call.Id, told.Id);
            Assert.Contains(facts, fact => fact.FactId == told.Id);
        }
        Assert.Equal(_receiver.Calls.Count, _receiver.Calls.Select(call => call.Id).Distinct().Count());
    }

    [Theory]
    [InlineData(500)]
    [InlineData(429)]
    [InlineData(408)]
    public async Task AReceiverThatIsOverrun_ThenIsTriedAgainUntilItAnswers2xx(int status)
    {
        _receiver.Status = number => number < 3 ? status : 204;
        await using var process = new PublishingBroker(_world, 60, [Outlet()]);
        await WholeLife.LiveAsync(process);
        await Waiting.UntilAsync(() => _receiver.Calls.Count == 7, Pass);
        Assert.Single(_receiver.Calls.Take(3).Select(call => call.Id).Distinct());
        await Waiting.UntilAsync(() => process.Publisher.Outlets[0] is { Waiting: 0, Fault: null }, Pass);
        Assert.Equal(2, process.Meters.Read("aksarcjit.outlets.retries/hook"));
    }

    [Theory]
    [InlineData(301)]
    [InlineData(400)]
    [InlineData(404)]
    public async Task AnAnswerThatIsNoYes_ThenIsARefusalAndNobodyIsFollowed(int status)
    {
        _receiver.Status = _ => status;
        Assert.Contains($"{status}", Assert.IsType<Delivery.Refused>(await SendAsync()).Reason, StringComparison.Ordinal);
        Assert.Single(_receiver.Calls);
    }

    [Fact]
    public async Task AnAnswer410_ThenIsTheEnd()
    {
        _receiver.Status = _ => 410;
        Assert.IsType<Delivery.Gone>(await SendAsync());
    }

    [Fact]
    public async Task RetryAfter_WhenGiven_ThenIsTheReceiversOwn()
    {
        (_receiver.Status, _receiver.RetryAfter) = (_ => 503, "120");
        Assert.Equal(TimeSpan.FromMinutes(2), Assert.IsType<Delivery.Away>(await SendAsync()).RetryAfter);
        _receiver.RetryAfter = (_world.Clock.GetUtcNow() + TimeSpan.FromMinutes(5)).ToString("R");
        Assert.Equal(TimeSpan.FromMinutes(5), Assert.IsType<Delivery.Away>(await SendAsync()).RetryAfter);
        _receiver.RetryAfter = "soon";
        Assert.Null(Assert.IsType<Delivery.Away>(await SendAsync()).RetryAfter);
    }

    [Fact]
    public async Task NobodyThere_ThenItIsAway()
    {
        _receiver.Dispose();
        Assert.IsType<Delivery.Away>(await SendAsync());
    }

    private void Pass() => _world.Time.Advance(TimeSpan.FromMilliseconds(200));

    private WebhookOutlet Outlet() => new("hook", _receiver.Url, [Old, New], new EventWriter("test"), _http, _world.Clock);

    private Task<Delivery> SendAsync() => Outlet().SendAsync(EventSamples.Of(new Lifecycle.Operations.SystemFact.GrantsPaused(
        new Lifecycle.Operations.PauseScope.Everything(), TestKit.Sample.Operator, "audit")), CancellationToken.None);

    private sealed record Call(string Id, string Timestamp, string Signature, string? ContentType, byte[] Body);

    private sealed class Receiver : IDisposable
    {
        private readonly HttpListener _listener = new();

        public Receiver()
        {
            using (var free = new TcpListener(IPAddress.Loopback, 0))
            {
                free.Start();
                Url = new Uri($"http://127.0.0.1:{((IPEndPoint)free.LocalEndpoint).Port}/facts?tenant=1");
            }
            _listener.Prefixes.Add(Url.GetLeftPart(UriPartial.Authority) + "/");
            _listener.Start();
            _ = ListenAsync();
        }

        public Uri Url { get; }

        public ConcurrentQueue<Call> Calls { get; } = [];

        /// <summary>By the number of the call, from 1.</summary>
        public Func<int, int> Status { get; set; } = _ => 200;

        public string? RetryAfter { get; set; }

        public void Dispose() => _listener.Close();

        private async Task ListenAsync()
        {
            while (_listener.IsListening)
            {
                HttpListenerContext context;
                try
                {
                    context = await _listener.GetContextAsync();
                }
                catch (Exception end) when (end is HttpListenerException or ObjectDisposedException or InvalidOperationException)
                {
                    return;
                }
                using var body = new MemoryStream();
                await context.Request.InputStream.CopyToAsync(body);
                var headers = context.Request.Headers;
                Calls.Enqueue(new Call(headers["webhook-id"]!, headers["webhook-timestamp"]!, headers["webhook-signature"]!, context.Request.ContentType, body.ToArray()));
                context.Response.StatusCode = Status(Calls.Count);
                if (context.Response.StatusCode == 301)
                    context.Response.RedirectLocation = Url.ToString();
                if (RetryAfter is { } pause)
                    context.Response.Headers["Retry-After"] = pause;
                context.Response.Close();
            }
        }
    }
}
