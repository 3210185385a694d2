using AksArcJit.Broker.Options;
using AksArcJit.Broker.Ports;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace AksArcJit.Broker.Checkpoints;

public static class CheckpointServices
{
    /// <summary>The key of the <see cref="IJournal"/> that is the store itself, for what must not wait for checkpoints or read through them.</summary>
    public const string Store = "store";

    /// <summary>
    /// Checkpoints over the journal registered last, where a signer is registered: so it comes after the store, the signer and the anchors.
    /// Without a signer there are no checkpoints, and no chain waits for one.
    /// </summary>
    public static IServiceCollection AddCheckpoints(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<CheckpointOptions>().Bind(configuration.GetSection(CheckpointOptions.Section)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<CheckpointOptions>, CheckpointOptionsValidation>();

        var store = services.Last(service => service.ServiceType == typeof(IJournal) && !service.IsKeyedService);
        services.AddKeyedSingleton(Store, (provider, _) => (IJournal)store.ImplementationFactory!(provider));
        if (services.All(service => service.ServiceType != typeof(ISigner)))
            return services;

        services.Remove(store);
        services.AddSingleton(provider => new Coverage(
            provider.GetRequiredService<TimeProvider>(), Iso8601.Parse(provider.GetRequiredService<IOptions<CheckpointOptions>>().Value.Interval)));
        services.AddSingleton<IJournal>(provider => new CoveredJournal(
            provider.GetRequiredKeyedService<IJournal>(Store), provider.GetRequiredService<Coverage>(), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider => new Anchoring(
            provider.GetRequiredService<ClusterBook>().Installation, provider.GetServices<IAnchor>(), provider.GetRequiredService<ICheckpointLog>(),
            provider.GetRequiredService<JournalStanding>(), provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<Anchoring>>()));
        services.AddSingleton(provider => new Checkpointer(
            provider.GetRequiredService<ClusterBook>().Installation, provider.GetRequiredKeyedService<IJournal>(Store), provider.GetRequiredService<ICheckpointLog>(),
            provider.GetRequiredService<ISigner>(), provider.GetRequiredService<Coverage>(), provider.GetRequiredService<Anchoring>(),
            provider.GetRequiredService<JournalStanding>(), provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<Checkpointer>>()));
        return services;
    }
}
