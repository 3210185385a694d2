using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using AksArcJit.Broker.Ports;
using AksArcJit.Messaging.Webhooks;

namespace AksArcJit.Messaging.Notices;

/// <summary>
/// POSTs a notice as JSON, signed as Standard Webhooks has it; <c>webhook-id</c> is the notice's own, so that one sent again is a
/// duplicate. Any 2xx takes it; 410 and 422 refuse it for good; everything else is tried again.
/// </summary>
/// <param name="keys">With two, both sign, until the receiver has changed its key.</param>
internal sealed class WebhookChannel(Uri url, IReadOnlyList<WebhookKey> keys, HttpClient http, TimeProvider time) : INoticeChannel
{
    public const string ChannelName = "webhook";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Encoder = JavaScriptEncoder.Default,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    public string Name => ChannelName;

    public bool Reaches(Addressee addressee) => true;

    public async Task<NoticeDelivery> DeliverAsync(OutgoingNotice notice, CancellationToken cancellation)
    {
        var body = Body(notice);
        var timestamp = time.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.Add("webhook-id", notice.Id);
        request.Headers.Add("webhook-timestamp", timestamp);
        request.Headers.Add("webhook-signature", WebhookSignature.SignWith(keys, notice.Id, timestamp, body));
        try
        {
            using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
            return answer switch
            {
                { IsSuccessStatusCode: true } => new NoticeDelivery.Taken(),
                { StatusCode: HttpStatusCode.Gone or HttpStatusCode.UnprocessableEntity } => new NoticeDelivery.Refused($"It answers {(int)answer.StatusCode}."),
                _ => new NoticeDelivery.Failed($"It answers {(int)answer.StatusCode}."),
            };
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException || (fault is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            return new NoticeDelivery.Failed($"It does not answer: {fault.Message}");
        }
    }

    private static byte[] Body(OutgoingNotice notice) => JsonSerializer.SerializeToUtf8Bytes(
        new
        {
            id = notice.Id,
            kind = JsonNamingPolicy.CamelCase.ConvertName(notice.Notice.Kind.ToString()),
            at = notice.Since,
            to = new { name = notice.To.Name, mails = notice.To.Mails, person = notice.Notice.To?.ToString() },
            request = notice.State.Request.Id.Text,
            ticket = notice.State.Request.Ticket.Text,
            cluster = notice.State.Terms.Cluster.Text,
            clusterName = notice.Cluster,
            link = notice.Link,
            subject = notice.Letter.Subject,
            text = notice.Letter.Plain,
        },
        Json);
}
