using System.Text.Json.Serialization;
using AksArcJit.Contracts;
using AksArcJit.Web.Authentication;
using AksArcJit.Web.Consent;
using AksArcJit.Web.Health;
using AksArcJit.Web.OpenApi;
using AksArcJit.Web.Requests;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace AksArcJit.Web;

public static class WebServices
{
    /// <summary>What <see cref="WebEndpoints.Build"/> needs beside the Broker.</summary>
    public static IServiceCollection AddWeb(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddRouting();
        services.AddSignIn(configuration);
        services.AddConsentPages();
        services.AddApiDocument();
        services.AddSingleton<RequestFinder>();
        services.AddSingleton<RequestList>();
        services.AddSingleton<ReadinessCheck>();
        // In every environment: Faults makes a problem of it that names the parameter.
        services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true);
        services.ConfigureHttpJsonOptions(json =>
        {
            json.SerializerOptions.TypeInfoResolverChain.Insert(0, ContractsJson.Default);
            // As ContractsJson says: these options serialize its types on the way out.
            json.SerializerOptions.NumberHandling = JsonNumberHandling.Strict;
            json.SerializerOptions.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;
        });
        return services;
    }
}
