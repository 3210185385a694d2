using AksArcJit.Broker.Following;
using AksArcJit.Broker.Options;
using AksArcJit.Broker.Ports;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace AksArcJit.Broker.Checkpoints;

public static class CheckpointServices
{
    /// <summary>
    /// Checkpoints over the followed journal (<see cref="FollowingServices.AddFollowing"/>), where a signer is registered: so it comes after
    /// the signer and the anchors. Without a signer there are no checkpoints, and no chain waits for one.
    /// </summary>
    public static IServiceCollection AddCheckpoints(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<CheckpointOptions>().Bind(configuration.GetSection(CheckpointOptions.Section)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<CheckpointOptions>, CheckpointOptionsValidation>();
        services.AddSingleton(provider => new CheckpointTrust(provider.GetService<ISigner>()));
        if (services.All(service => service.ServiceType != typeof(ISigner)))
            return services;

        services.AddSingleton(provider => new Coverage(
            provider.GetRequiredService<TimeProvider>(), Iso8601.Parse(provider.GetRequiredService<IOptions<CheckpointOptions>>().Value.Interval)));
        services.AddSingleton<IFollower>(provider => provider.GetRequiredService<Coverage>());
        services.AddSingleton(provider => new Anchoring(
            provider.GetRequiredService<ClusterBook>().Installation, provider.GetServices<IAnchor>(), provider.GetRequiredService<ICheckpointLog>(),
            provider.GetRequiredService<JournalStanding>(), provider.GetRequiredService<CheckpointTrust>(), provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<Anchoring>>()));
        services.AddSingleton(provider => new Checkpointer(
            provider.GetRequiredService<ClusterBook>().Installation, provider.GetRequiredService<IJournal>(), provider.GetRequiredService<ICheckpointLog>(),
            provider.GetRequiredService<ISigner>(), provider.GetRequiredService<Coverage>(), provider.GetRequiredService<Anchoring>(),
            provider.GetRequiredService<JournalStanding>(), provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<Checkpointer>>()));
        return services;
    }
}
