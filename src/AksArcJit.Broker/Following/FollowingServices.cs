using AksArcJit.Broker.Ports;
using Microsoft.Extensions.DependencyInjection;

namespace AksArcJit.Broker.Following;

public static class FollowingServices
{
    /// <summary>The key of the <see cref="IJournal"/> that is the store itself, for what must not be told to followers.</summary>
    public const string Store = "store";

    /// <summary>
    /// Has whatever is registered as <see cref="IFollower"/>, before or after this, follow the journal registered last; so it comes after
    /// the store. Without followers the store itself is the journal, and nothing costs more.
    /// </summary>
    public static IServiceCollection AddFollowing(this IServiceCollection services)
    {
        var store = services.Last(service => service.ServiceType == typeof(IJournal) && !service.IsKeyedService);
        services.Remove(store);
        services.AddKeyedSingleton(Store, (provider, _) => (IJournal)store.ImplementationFactory!(provider));
        services.AddSingleton(provider =>
        {
            var journal = provider.GetRequiredKeyedService<IJournal>(Store);
            return provider.GetServices<IFollower>().ToList() is { Count: > 0 } followers
                ? new FollowedJournal(journal, followers, provider.GetRequiredService<TimeProvider>())
                : journal;
        });
        return services;
    }
}
