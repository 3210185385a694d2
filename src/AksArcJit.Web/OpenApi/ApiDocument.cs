using System.ComponentModel.DataAnnotations;
using System.Text.Json.Nodes;
using AksArcJit.Contracts;
using AksArcJit.Web.Input;
using AksArcJit.Web.Refusals;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Net.Http.Headers;
using Microsoft.OpenApi;
using Scalar.AspNetCore;

namespace AksArcJit.Web.OpenApi;

/// <summary>The API's description at <c>/openapi/v1.json</c>, and a page to browse it at <c>/docs</c>.</summary>
internal static class ApiDocument
{
    private const string Bearer = "Bearer";

    // Scalar's page starts itself with an inline script and styles itself inline; nothing else of this server may.
    private const string PagePolicy =
        "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; font-src 'self' data:; img-src 'self' data:; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'";

    public static IServiceCollection AddApiDocument(this IServiceCollection services) => services.AddOpenApi("v1", options =>
    {
        options.ShouldInclude = description => description.RelativePath is { } path
            && (path.StartsWith("api/v1/", StringComparison.Ordinal) || path is "healthz" or "readyz");
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new OpenApiInfo
            {
                Title = "AksArcJit",
                Version = "v1",
                Description = "Just-in-time support access to Kubernetes clusters: an active ticket, the customer's consent, and a clock that runs out.",
            };
            // Where it is served is the reader's affair, and the document is the same everywhere.
            document.Servers = [];
            document.Components ??= new OpenApiComponents();
            document.Components.SecuritySchemes ??= new Dictionary<string, IOpenApiSecurityScheme>();
            document.Components.SecuritySchemes[Bearer] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", BearerFormat = "JWT" };
            return Task.CompletedTask;
        });
        options.AddSchemaTransformer(TidyAsync);
        options.AddOperationTransformer(DescribeAsync);
    });

    public static void MapApiDocument(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapOpenApi("/openapi/{documentName}.json").AllowAnonymous();
        endpoints.MapScalarApiReference("/docs", options => options.WithTitle("AksArcJit API").DisableDefaultFonts().DisableTelemetry()
            .DisableAgent().DisableMcp().HideDeveloperTools().HideClientButton())
            .AllowAnonymous()
            .Finally(page =>
            {
                var show = page.RequestDelegate!;
                page.RequestDelegate = context =>
                {
                    context.Response.Headers[HeaderNames.ContentSecurityPolicy] = PagePolicy;
                    return show(context);
                };
            });
    }

    /// <summary>Names an endpoint in the document, with the problems that it may answer.</summary>
    public static RouteHandlerBuilder Says(this RouteHandlerBuilder endpoint, string name, string summary, params int[] problems) =>
        endpoint.WithName(name).WithSummary(summary).WithMetadata(new ProblemMetadata(problems));

    private static async Task DescribeAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellation)
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        if (metadata.OfType<FormMetadata>().LastOrDefault() is { } form)
        {
            operation.RequestBody = new OpenApiRequestBody
            {
                Required = form.Form.GetProperties().Any(property => property.IsDefined(typeof(RequiredAttribute), inherit: false)),
                Content = new Dictionary<string, OpenApiMediaType>
                {
                    ["application/json"] = new() { Schema = await ReferenceAsync(form.Form, context, cancellation) },
                },
            };
        }
        operation.Responses ??= [];
        foreach (var status in metadata.OfType<ProblemMetadata>().SelectMany(problems => problems.Statuses))
            operation.Responses[status.ToString()] = new OpenApiResponse
            {
                Description = Microsoft.AspNetCore.WebUtilities.ReasonPhrases.GetReasonPhrase(status),
                Content = new Dictionary<string, OpenApiMediaType>
                {
                    [ProblemResult.ContentType] = new() { Schema = await ReferenceAsync(typeof(Problem), context, cancellation) },
                },
            };
        if (metadata.OfType<Microsoft.AspNetCore.Authorization.IAllowAnonymous>().Any())
            return;
        operation.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(Bearer, context.Document)] = [] }];
    }

    /// <summary>The type's schema, once in the document and referred to from here.</summary>
    private static async Task<IOpenApiSchema> ReferenceAsync(Type type, OpenApiOperationTransformerContext context, CancellationToken cancellation)
    {
        var document = context.Document!;
        if (document.Components?.Schemas?.ContainsKey(type.Name) != true)
            document.AddComponent(type.Name, await context.GetOrCreateSchemaAsync(type, null, cancellation));
        return new OpenApiSchemaReference(type.Name, document);
    }

    // Forms are nullable inside, so that a missing field is told by name; who fills one in must not send null.
    private static Task TidyAsync(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellation)
    {
        var type = Nullable.GetUnderlyingType(context.JsonTypeInfo.Type) ?? context.JsonTypeInfo.Type;
        if (type.IsEnum)
        {
            schema.Type = JsonSchemaType.String;
            schema.Enum = [.. Enum.GetNames(type).Select(name => (JsonNode)name)];
        }
        foreach (var (name, property) in schema.Properties ?? new Dictionary<string, IOpenApiSchema>())
            if (property is OpenApiSchema { Type: { } kinds } own && schema.Required?.Contains(name) == true)
                own.Type = kinds & ~JsonSchemaType.Null;
        return Task.CompletedTask;
    }

    private sealed record ProblemMetadata(IReadOnlyList<int> Statuses);
}
