using System.Text.Json.Nodes;
using AksArcJit.DevCluster.Errors;
using AksArcJit.DevCluster.Objects;

namespace AksArcJit.DevCluster.Requests;

/// <summary>A whole response, decided before a byte of it is sent.</summary>
internal sealed record Answer(int Code, ReadOnlyMemory<byte> Body, string ContentType = "application/json", int? RetryAfterSeconds = null)
{
    public static Answer Ok(JsonNode body) => new(200, Json.Bytes(body));

    public static Answer Ok(StoredObject stored) => new(200, stored.Typed);

    public static Answer Created(StoredObject stored) => new(201, stored.Typed);

    public static Answer Created(JsonNode body) => new(201, Json.Bytes(body));

    public static Answer Text(string text) => new(200, System.Text.Encoding.UTF8.GetBytes(text), "text/plain; charset=utf-8");

    public static Answer Refusal(StatusException refusal) =>
        new(refusal.Code, Json.Bytes(refusal.ToStatus()), RetryAfterSeconds: refusal.RetryAfterSeconds);

    public async Task WriteAsync(HttpResponse response, CancellationToken cancellation)
    {
        response.StatusCode = Code;
        response.ContentType = ContentType;
        response.ContentLength = Body.Length;
        if (RetryAfterSeconds is { } seconds)
            response.Headers.RetryAfter = seconds.ToString();
        if (response.HttpContext.Request.Method != "HEAD")
            await response.Body.WriteAsync(Body, cancellation);
    }
}
