using AksArcJit.Broker.Options;
using AksArcJit.Broker.Ports;
using AksArcJit.Messaging.Amqp;
using AksArcJit.Messaging.Webhooks;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace AksArcJit.Messaging.Outlets;

public static class OutletServices
{
    private static readonly TimeSpan WebhookPatience = TimeSpan.FromSeconds(15);

    /// <summary>Every outlet of section <c>events.outlets</c>; none where the section names none. Its options are those of <see cref="EventServices.AddTicketEvents"/>.</summary>
    public static IServiceCollection AddEventOutlets(this IServiceCollection services, IConfiguration configuration)
    {
        for (var index = 0; index < configuration.GetSection("events:outlets").GetChildren().Count(); index++)
        {
            var place = index;
            services.AddSingleton<IEventOutlet>(provider => Outlet(provider, provider.GetRequiredService<IOptions<EventOptions>>().Value.Outlets[place]));
        }
        return services;
    }

    private static IEventOutlet Outlet(IServiceProvider services, EventOutletOptions options)
    {
        var writer = new EventWriter(services.GetRequiredService<ClusterBook>().Installation);
        var time = services.GetRequiredService<TimeProvider>();
        return options.Kind == EventOutletOptions.Webhook
            ? new WebhookOutlet(options.Name, new Uri(options.Url), [.. options.KeyFiles.Select(WebhookKey.Read)], writer, Client(), time)
            : new AmqpOutlet(options, writer, ServiceBusTokens.For(options, time), services.GetRequiredService<IEntropy>(), time, services.GetRequiredService<ILogger<AmqpOutlet>>());
    }

    // A redirect would carry events to somebody whom the options do not name.
    private static HttpClient Client() => new(new SocketsHttpHandler { AllowAutoRedirect = false, PooledConnectionLifetime = TimeSpan.FromMinutes(5) }) { Timeout = WebhookPatience };
}
