using AksArcJit.Broker;
using AksArcJit.Broker.Checkpoints;
using AksArcJit.Broker.Following;
using AksArcJit.Broker.Notices;
using AksArcJit.Broker.Options;
using AksArcJit.Broker.Ports;
using AksArcJit.Broker.Publishing;
using AksArcJit.Broker.Requests;
using AksArcJit.Hosting.Checks;
using AksArcJit.Hosting.Development;
using AksArcJit.Hosting.Options;
using AksArcJit.Kubernetes;
using AksArcJit.Lifecycle;
using AksArcJit.Messaging;
using AksArcJit.Messaging.Anchors;
using AksArcJit.Messaging.Notices;
using AksArcJit.Messaging.Outlets;
using AksArcJit.Stores.Checkpoints;
using AksArcJit.Stores.Sqlite;
using AksArcJit.Stores.Tables;
using AksArcJit.Web;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace AksArcJit.Hosting;

/// <summary>What every host is made of: the Broker, its adapters, the HTTP edge and the checks at start. Said here and nowhere else.</summary>
public static class BrokerHost
{
    /// <summary>Needs from the host: IWakeUps, and what drives the Broker (<see cref="BrokerLoopServices.AddBrokerLoop"/>, or its timers).</summary>
    /// <param name="configuration">As <see cref="OptionsFile.Read"/> gives it; <see cref="OptionsFaults.Require"/> says what is wrong with it.</param>
    /// <param name="developmentDirectory">
    /// Where the development issuer keeps its key and writes its tokens; null for none. A host that gives it sees to it that nobody beyond
    /// this machine reaches it.
    /// </param>
    public static IServiceCollection AddBrokerHost(this IServiceCollection services, IConfiguration configuration, string? developmentDirectory)
    {
        services.AddSingleton<TimeProvider>(new ForwardClock(TimeProvider.System));
        services.AddSingleton<IEntropy, RandomEntropy>();
        services.AddBroker(configuration);
        services.AddBrokerLoop("ends", provider => provider.GetRequiredService<Endings>().RunAsync);
        services.AddJournal(configuration);
        services.AddFollowing();
        services.AddCheckpointStores(configuration);
        services.AddWebhookAnchor(configuration);
        services.AddCheckpoints(configuration);
        services.AddKubernetesClusters(Connections);
        services.AddNoticeChannels(configuration);
        services.AddNotices(configuration);
        services.AddBrokerLoop("notices", provider => provider.GetRequiredService<NoticeLoop>().RunAsync);
        services.AddTicketEvents(configuration);
        services.AddEventOutlets(configuration);
        services.AddPublishing();
        services.AddBrokerLoop("events out", provider => provider.GetService<Publisher>() is { } publisher ? publisher.RunAsync : null);
        if (developmentDirectory is not null)
            services.AddDevelopment(configuration, developmentDirectory);
        services.AddWeb(configuration);
        services.AddHostedService<AnchorsCheck>();
        services.AddHostedService<OpenRequestsCheck>();
        services.AddMetrics();
        services.AddHostedService<JournalMetrics>();
        services.AddHostedService<NoticeMetrics>();
        services.AddHostedService<BrokerLoops>();
        return services;
    }

    private static void AddJournal(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<JournalOptions>().Bind(configuration.GetSection(JournalOptions.Section)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<JournalOptions>, JournalOptionsValidation>();
        if (configuration["journal:kind"] == JournalOptions.Tables)
            services.AddTablesJournal();
        else
            services.AddSqliteJournal();
    }

    private static void AddDevelopment(this IServiceCollection services, IConfiguration configuration, string directory)
    {
        if (configuration["checkpoints:key:file"] is { Length: > 0 } key && DevCheckpointKey.Ensure(key))
            services.AddHostedService(provider => new DevCheckpointKeyAtStart(key, provider.GetRequiredService<ILogger<DevCheckpointKeyAtStart>>()));
        services.AddSingleton(new DevIssuer(directory));
        services.AddSingleton(provider => provider.GetRequiredService<DevIssuer>().Local);
        services.AddHostedService<DevTokensAtStart>();
    }

    private static List<ClusterConnection> Connections(IServiceProvider services)
    {
        var options = services.GetRequiredService<IOptions<BrokerOptions>>().Value;
        return [.. options.Clusters.Select(cluster =>
            new ClusterConnection(ClusterId.Parse(cluster.Id), cluster.Kubeconfig, options.Installation)
            {
                Context = cluster.Context, Role = cluster.Role, IsInCluster = cluster.InCluster, Uid = cluster.Uid.Length > 0 ? cluster.Uid : null,
            })];
    }
}
