using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using AksArcJit.Broker.Ports;
using AksArcJit.Messaging.Notices;
using AksArcJit.Messaging.Webhooks;

namespace AksArcJit.Messaging.Tests.Notices;

public sealed class WebhookChannelTests : IDisposable
{
    private static readonly WebhookKey Key = new(new byte[32]);
    private static readonly WebhookKey OldKey = new([.. Enumerable.Repeat((byte)1, 32)]);
    private readonly HttpListener _receiver = new();
    private readonly Uri _url;
    private HttpStatusCode _answer = HttpStatusCode.OK;
    private readonly Task<(string Body, string Id, string Timestamp, string Signature)> _received;

    public WebhookChannelTests()
    {
        using var probe = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        _url = new Uri($"http://127.0.0.1:{((IPEndPoint)probe.LocalEndpoint).Port}/notices/");
        probe.Stop();
        _receiver.Prefixes.Add(_url.AbsoluteUri);
        _receiver.Start();
        _received = ReceiveAsync();
    }

    public void Dispose() => _receiver.Close();

    [Fact]
    public async Task Deliver_ThenTheReceiverCanCheckWhoSentWhat()
    {
        var notice = SomeNotice.Asking();
        Assert.IsType<NoticeDelivery.Taken>(await DeliverAsync(notice));

        var (body, id, timestamp, signature) = await _received;
        Assert.Equal(notice.Id, id);
        Assert.True(WebhookSignature.Holds(Key, id, timestamp, Encoding.UTF8.GetBytes(body), signature));
        Assert.True(WebhookSignature.Holds(OldKey, id, timestamp, Encoding.UTF8.GetBytes(body), signature));
        Assert.False(WebhookSignature.Holds(Key, id, timestamp, Encoding.UTF8.GetBytes(body + " "), signature));
        var said = JsonNode.Parse(body)!;
        Assert.Equal(("consentAsked", SomeNotice.Link.AbsoluteUri), (said["kind"]!.ToString(), said["link"]!.ToString()));
        Assert.Equal(["ada@contoso.example"], said["to"]!["mails"]!.AsArray().Select(mail => mail!.ToString()));
        Assert.Equal(notice.Letter.Plain, said["text"]!.ToString());
        Assert.DoesNotContain("secretHash", body, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData(HttpStatusCode.Accepted, typeof(NoticeDelivery.Taken))]
    [InlineData(HttpStatusCode.Gone, typeof(NoticeDelivery.Refused))]
    [InlineData(HttpStatusCode.UnprocessableEntity, typeof(NoticeDelivery.Refused))]
    [InlineData(HttpStatusCode.Unauthorized, typeof(NoticeDelivery.Failed))]
    [InlineData(HttpStatusCode.Redirect, typeof(NoticeDelivery.Failed))]
    [InlineData(HttpStatusCode.ServiceUnavailable, typeof(NoticeDelivery.Failed))]
    public async Task Deliver_WhenItAnswers_ThenTheStatusDecides(HttpStatusCode answer, Type delivery)
    {
        _answer = answer;
        Assert.Equal(delivery, (await DeliverAsync(SomeNotice.Lapsed())).GetType());
        Assert.DoesNotContain("link", JsonNode.Parse((await _received).Body)!.AsObject().Select(field => field.Key));
    }

    [Fact]
    public async Task Deliver_WhenNobodyIsThere_ThenItFails()
    {
        _receiver.Stop();
        Assert.IsType<NoticeDelivery.Failed>(await DeliverAsync(SomeNotice.Asking()));
    }

    private async Task<NoticeDelivery> DeliverAsync(OutgoingNotice notice)
    {
        using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false });
        return await new WebhookChannel(_url, [OldKey, Key], http, TimeProvider.System).DeliverAsync(notice, CancellationToken.None);
    }

    private async Task<(string, string, string, string)> ReceiveAsync()
    {
        var context = await _receiver.GetContextAsync();
        using var reader = new StreamReader(context.Request.InputStream);
        var received = (await reader.ReadToEndAsync(), context.Request.Headers["webhook-id"]!, context.Request.Headers["webhook-timestamp"]!, context.Request.Headers["webhook-signature"]!);
        context.Response.StatusCode = (int)_answer;
        if (_answer == HttpStatusCode.Redirect)
            context.Response.RedirectLocation = "/elsewhere";
        context.Response.Close();
        return received;
    }
}
