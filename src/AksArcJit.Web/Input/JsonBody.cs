using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using AksArcJit.Contracts;
using AksArcJit.Web.Refusals;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Net.Http.Headers;

namespace AksArcJit.Web.Input;

internal static class JsonBody
{
    /// <summary>Bytes; held here, because a host's own limit may be another.</summary>
    public const int Largest = 64 * 1024;

    /// <summary>Null where there is no body.</summary>
    /// <exception cref="UnreadableBodyException">It is too large, or not of a type that is read.</exception>
    public static async Task<ReadOnlyMemory<byte>?> ReadAsync(HttpRequest request, CancellationToken cancellation, string mediaType = "application/json")
    {
        if (request.ContentLength > Largest)
            throw new UnreadableBodyException(Problems.TooLarge(Largest));
        var buffer = new byte[Math.Min(Largest, request.ContentLength ?? Largest) + 1];
        var length = await request.Body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellation);
        if (length > Largest)
            throw new UnreadableBodyException(Problems.TooLarge(Largest));
        if (length == 0)
            return null;
        if (!IsOf(request, mediaType))
            throw new UnreadableBodyException(Problems.OtherContentType(mediaType));
        return buffer.AsMemory(0, length);
    }

    /// <exception cref="UnreadableBodyException">It is no JSON, or JSON of another shape.</exception>
    public static T Parse<T>(ReadOnlySpan<byte> body, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(body, type)
                ?? throw new UnreadableBodyException(Problems.Malformed(null, "The body is null.", "Send an object; see /docs for its fields."));
        }
        catch (JsonException fault)
        {
            throw new UnreadableBodyException(Tell(fault, type));
        }
    }

    private static ProblemResult Tell(JsonException fault, JsonTypeInfo type)
    {
        if (fault.Path is not { Length: > 2 } path)
            return Problems.Malformed(null, fault.LineNumber is { } line ? $"The body is not an object of JSON that is understood here (line {line + 1})." : "The body is not an object of JSON.",
                "Send one object of JSON, each field once; see /docs for its fields.");
        var field = path[2..];
        var known = type.Properties.Select(property => property.Name).ToList();
        return known.Any(name => field == name || field.StartsWith($"{name}.", StringComparison.Ordinal) || field.StartsWith($"{name}[", StringComparison.Ordinal))
            ? Problems.Malformed(field, $"The value of {field} is not of the kind that is expected.", "See /docs for its form; give each field once, and no field that is not there.")
            : Problems.Malformed(field.Length <= 64 ? field : null, "The body has a field that is not known here.", $"Send only these fields: {string.Join(", ", known)}.");
    }

    private static bool IsOf(HttpRequest request, string mediaType) =>
        MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
        && type.MediaType.Equals(mediaType, StringComparison.OrdinalIgnoreCase)
        && (!type.Charset.HasValue || type.Charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase) || type.Charset.Equals("\"utf-8\"", StringComparison.OrdinalIgnoreCase));
}

/// <summary>A form of the contracts, read from the body. No body at all is a form with nothing filled in.</summary>
public sealed class Body<T>(T form) : IEndpointParameterMetadataProvider
    where T : class, new()
{
    public T Form { get; } = form;

#pragma warning disable CA1000 // What minimal APIs look for on the type of a parameter.
    public static async ValueTask<Body<T>?> BindAsync(HttpContext context) =>
        await JsonBody.ReadAsync(context.Request, context.RequestAborted) is { } body
            ? new Body<T>(JsonBody.Parse(body.Span, (JsonTypeInfo<T>)ContractsJson.Default.GetTypeInfo(typeof(T))!))
            : new Body<T>(new T());

    public static void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder) => builder.Metadata.Add(new FormMetadata(typeof(T)));
#pragma warning restore CA1000
}

/// <summary>Tells the API document which form an endpoint reads.</summary>
internal sealed record FormMetadata(Type Form);
