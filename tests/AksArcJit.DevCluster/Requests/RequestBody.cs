using System.Text.Json.Nodes;
using AksArcJit.DevCluster.Errors;
using AksArcJit.DevCluster.Objects;
using AksArcJit.DevCluster.Protobuf;

namespace AksArcJit.DevCluster.Requests;

/// <summary>The bytes of a request and the media type that they claim.</summary>
internal sealed record RequestBody(ReadOnlyMemory<byte> Bytes, string ContentType)
{
    public const int Maximum = 3 * 1024 * 1024;

    public static async Task<RequestBody> ReadAsync(HttpRequest request, CancellationToken cancellation)
    {
        using var buffer = new MemoryStream();
        try
        {
            await request.Body.CopyToAsync(buffer, cancellation);
        }
        catch (BadHttpRequestException fault) when (fault.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            throw Refusals.TooBig();
        }
        var contentType = (request.ContentType ?? "").Split(';')[0].Trim().ToLowerInvariant();
        return new(buffer.ToArray(), contentType);
    }

    /// <exception cref="StatusException">415: neither JSON nor a protobuf message that this server knows.</exception>
    public JsonObject ReadObject() => ContentType switch
    {
        "" or "application/json" => Json.ParseObject(Bytes.Span),
        ProtobufBody.ContentType => ProtobufBody.Read(Bytes.Span),
        _ => throw Refusals.UnsupportedMediaType(patch: false),
    };
}
