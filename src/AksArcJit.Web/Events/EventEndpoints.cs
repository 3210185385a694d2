using AksArcJit.Broker.Ports;
using AksArcJit.Contracts.Events;
using AksArcJit.Web.Input;
using AksArcJit.Web.OpenApi;
using AksArcJit.Web.Refusals;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace AksArcJit.Web.Events;

/// <summary>Ticket events as a signed webhook: the signature is the sign-in.</summary>
internal static class EventEndpoints
{
    private const string MediaType = "application/cloudevents+json";

    public static void MapEvents(this IEndpointRouteBuilder api) =>
        api.MapPost("/events", ReceiveAsync).AllowAnonymous().WithTags("Tickets").Accepts<object>(MediaType)
            .Says("receiveEvent", "Tell a ticket event (CloudEvents 1.0, structured mode, signed as Standard Webhooks has it)", 400, 401, 404, 413, 415, 422, 503);

    private static async Task<Results<Ok<EventReceipt>, ProblemResult>> ReceiveAsync(HttpRequest request, IEventWebhook webhook, CancellationToken cancellation)
    {
        var body = await JsonBody.ReadAsync(request, cancellation, MediaType) ?? ReadOnlyMemory<byte>.Empty;
        var call = new WebhookCall(Header("webhook-id"), Header("webhook-timestamp"), Header("webhook-signature"), body);
        return await webhook.ReceiveAsync(call) switch
        {
            WebhookAnswer.Heard => TypedResults.Ok(new EventReceipt { Outcome = "heard" }),
            WebhookAnswer.Ignored => TypedResults.Ok(new EventReceipt { Outcome = "ignored" }),
            WebhookAnswer.Refused refused => Problems.EventRefused(refused.Reason, refused.Detail),
            WebhookAnswer.Forged forged => Problems.SignatureInvalid(forged.Detail),
            WebhookAnswer.Closed => Problems.NoSuchPath(),
            var other => throw new InvalidOperationException(other.GetType().Name),
        };

        // Given twice, a header says nothing that can be checked.
        string? Header(string name) => request.Headers[name] is [{ } one] ? one : null;
    }
}
