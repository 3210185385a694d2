using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using AksArcJit.Broker.Ports;
using AksArcJit.Messaging.Webhooks;

namespace AksArcJit.Messaging.Outlets;

/// <summary>
/// POSTs each event as structured JSON, signed as Standard Webhooks 1.0 has it: <c>webhook-id</c> is the event's id, on every try the same;
/// the time, and so the signature, is each try's own. Any 2xx takes it; 410 ends it; 429 and 503 may say when to come again.
/// </summary>
/// <param name="keys">With two, both sign, until the receiver has changed its key.</param>
internal sealed class WebhookOutlet(string name, Uri url, IReadOnlyList<WebhookKey> keys, EventWriter writer, HttpClient http, TimeProvider time) : IEventOutlet
{
    public string Name => name;

    public async Task<Delivery> SendAsync(Announcement announcement, CancellationToken cancellation)
    {
        var told = writer.Write(announcement);
        var body = told.Structured();
        var timestamp = time.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(OutgoingEvent.StructuredContentType);
        request.Headers.Add("webhook-id", told.Id);
        request.Headers.Add("webhook-timestamp", timestamp);
        request.Headers.Add("webhook-signature", WebhookSignature.SignWith(keys, told.Id, timestamp, body));
        try
        {
            using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
            var said = $"it answered {(int)answer.StatusCode}";
            return answer.StatusCode switch
            {
                >= HttpStatusCode.OK and < HttpStatusCode.MultipleChoices => new Delivery.Taken(),
                HttpStatusCode.Gone => new Delivery.Gone(said),
                HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError => new Delivery.Away(said, PauseOf(answer)),
                _ => new Delivery.Refused(said),
            };
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException || (fault is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            return new Delivery.Away($"it did not answer: {fault.Message}");
        }
    }

    private TimeSpan? PauseOf(HttpResponseMessage answer) => answer.Headers.RetryAfter switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } when date > time.GetUtcNow() => date - time.GetUtcNow(),
        _ => null,
    };
}
