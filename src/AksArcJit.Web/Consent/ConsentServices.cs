using Microsoft.Extensions.DependencyInjection;

namespace AksArcJit.Web.Consent;

public static class ConsentServices
{
    /// <summary>What the consent page needs beside the Broker.</summary>
    public static IServiceCollection AddConsentPages(this IServiceCollection services) => services.AddSingleton<PageRenderer>();
}
