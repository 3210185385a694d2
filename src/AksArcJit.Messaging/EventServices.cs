using AksArcJit.Broker.Options;
using AksArcJit.Broker.Ports;
using AksArcJit.Messaging.Amqp;
using AksArcJit.Messaging.Events;
using AksArcJit.Messaging.Webhooks;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace AksArcJit.Messaging;

public static class EventServices
{
    /// <summary>Ticket events in, by webhook and by whatever hands over messages, as section <c>events</c> says. Needs the Broker, IEntropy and TimeProvider.</summary>
    public static IServiceCollection AddTicketEvents(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<EventOptions>().Bind(configuration.GetSection("events")).ValidateOnStart();
        services.AddSingleton<IValidateOptions<EventOptions>, EventOptionsValidation>();
        services.AddMetrics();
        services.AddSingleton<EventSources>();
        services.AddSingleton<IEventSources>(provider => provider.GetRequiredService<EventSources>());
        services.AddSingleton(provider => new EventMetrics(
            provider.GetRequiredService<System.Diagnostics.Metrics.IMeterFactory>(), provider.GetRequiredService<EventSources>().All));
        services.AddSingleton<TicketEvents>();
        services.AddSingleton<IEventWebhook>(Webhook);
        return services;
    }

    /// <summary>One queue that the host receives from: <see cref="ITicketQueue"/>.</summary>
    /// <param name="queue">Its name in health, metrics, logs and the journal, where section <c>events</c> gives no other.</param>
    public static IServiceCollection AddTicketQueue(this IServiceCollection services, string queue)
    {
        services.AddSingleton(new QueueName(queue));
        services.AddSingleton<IValidateOptions<EventOptions>, QueueOptionsValidation>();
        services.AddSingleton<ITicketQueue>(provider => Queue(provider.GetRequiredService<EventSources>().All[0], provider));
        return services;
    }

    /// <summary>Hears the AMQP sources of the options as long as the host runs.</summary>
    public static IServiceCollection AddEventLoops(this IServiceCollection services) => services.AddHostedService<EventLoops>();

    private static TicketQueue Queue(EventSourceState source, IServiceProvider services) => new(source, new PatientHearing(
        source, services.GetRequiredService<TicketEvents>(), services.GetRequiredService<EventMetrics>(), services.GetRequiredService<IEntropy>(),
        services.GetRequiredService<TimeProvider>(), services.GetRequiredService<ILogger<TicketQueue>>()));

    private static EventWebhook Webhook(IServiceProvider services)
    {
        var options = services.GetRequiredService<IOptions<EventOptions>>().Value.Webhook;
        var sources = services.GetRequiredService<EventSources>();
        return new EventWebhook(
            [.. options.Keys.GroupBy(key => key.Name, StringComparer.Ordinal).Select(sender => (sources.Find(sender.Key), Keys(sender)))],
            Iso8601.Parse(options.Tolerance), services.GetRequiredService<TicketEvents>(), services.GetRequiredService<TimeProvider>());

        static IReadOnlyList<WebhookKey> Keys(IEnumerable<WebhookKeyOptions> keys) =>
            [.. keys.Select(key => WebhookKey.Read(key.KeyFile))];
    }
}

/// <summary>Every source of the options with its state.</summary>
/// <param name="queue">Of a host whose platform connects; null where the process does.</param>
internal sealed class EventSources(IOptions<EventOptions> options, QueueName? queue = null) : IEventSources
{
    public IReadOnlyList<EventSourceState> All { get; } =
    [
        .. options.Value.Sources.Select(source => new EventSourceState(source.Name, [.. source.Customers], isAlwaysConnected: queue is not null)),
        .. queue is null || options.Value.Sources.Count > 0 ? [] : (EventSourceState[])[new EventSourceState(queue.Text, [], isAlwaysConnected: true)],
        .. options.Value.Webhook.Keys.DistinctBy(key => key.Name).Select(key => new EventSourceState(key.Name, [.. key.Customers], isAlwaysConnected: true)),
    ];

    public EventSourceState Find(string name) => All.Single(state => state.Name == name);

    public IReadOnlyList<EventSourceStatus> Read() => [.. All.Select(state => state.Status)];
}

/// <summary>Hears every AMQP source from start to stop.</summary>
internal sealed class EventLoops(
    IOptions<EventOptions> options, EventSources sources, TicketEvents events, EventMetrics metrics, IEntropy entropy, TimeProvider time, ILogger<AmqpEventSource> log)
    : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(options.Value.Sources.Select(source =>
        new AmqpEventSource(source, sources.Find(source.Name), ServiceBusTokens.For(source, time), events, metrics, entropy, time, log).RunAsync(stoppingToken)));
}
