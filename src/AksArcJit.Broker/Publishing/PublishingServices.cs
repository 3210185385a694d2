using AksArcJit.Broker.Following;
using AksArcJit.Broker.Ports;
using Microsoft.Extensions.DependencyInjection;

namespace AksArcJit.Broker.Publishing;

public static class PublishingServices
{
    /// <summary>Events out, where an outlet is registered: so it comes after the outlets. Without any, nothing waits for events.</summary>
    public static IServiceCollection AddPublishing(this IServiceCollection services)
    {
        if (services.All(service => service.ServiceType != typeof(IEventOutlet)))
            return services;
        services.AddMetrics();
        services.AddSingleton<PublishingMetrics>();
        services.AddSingleton(provider => new Unpublished(
            [.. provider.GetServices<IEventOutlet>().Select(outlet => outlet.Name)], provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<IFollower>(provider => provider.GetRequiredService<Unpublished>());
        services.AddSingleton<Publisher>();
        return services;
    }
}
