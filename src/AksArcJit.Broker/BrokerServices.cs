using AksArcJit.Broker.Alerts;
using AksArcJit.Broker.Checkpoints;
using AksArcJit.Broker.Consents;
using AksArcJit.Broker.Deadlines;
using AksArcJit.Broker.Effects;
using AksArcJit.Broker.Evidence;
using AksArcJit.Broker.Operations;
using AksArcJit.Broker.Options;
using AksArcJit.Broker.Ports;
using AksArcJit.Broker.Requests;
using AksArcJit.Broker.Sweeping;
using AksArcJit.Broker.Tickets;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace AksArcJit.Broker;

public static class BrokerServices
{
    /// <summary>The use cases. Needs from the host: IJournal, ICheckpointLog, IClusters, IWakeUps, IEntropy, TimeProvider (a <see cref="ForwardClock"/>).</summary>
    public static IServiceCollection AddBroker(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<BrokerOptions>().Bind(configuration).ValidateOnStart();
        services.AddSingleton<IValidateOptions<BrokerOptions>, BrokerOptionsValidation>();
        services.AddSingleton(provider => new ClusterBook(provider.GetRequiredService<IOptions<BrokerOptions>>().Value));
        services.AddSingleton(provider => new ConsentKey(File.ReadAllBytes(provider.GetRequiredService<IOptions<BrokerOptions>>().Value.Consent.KeyFile)));
        services.AddSingleton<Sealing>();
        services.AddSingleton<JournalStanding>();
        services.AddSingleton<VerificationState>();
        services.AddSingleton(provider => new JournalHealth(
            provider.GetRequiredService<JournalStanding>(), provider.GetRequiredService<VerificationState>(),
            provider.GetService<Checkpointer>(), provider.GetService<Anchoring>()));
        services.AddSingleton<OpenGrants>();
        services.AddSingleton<Circumstancer>();
        services.AddSingleton<EffectPerformer>();
        services.AddSingleton<ResidualAccess>();
        services.AddSingleton<UnrecordedEnds>();
        services.AddSingleton<RequestEngine>();
        services.AddSingleton<Endings>();
        services.AddSingleton<RequestDesk>();
        services.AddSingleton<ConsentSecrets>();
        services.AddSingleton<ConsentDesk>();
        services.AddSingleton<TicketDesk>();
        services.AddSingleton<OperationsDesk>();
        services.AddSingleton<EvidenceDesk>();
        services.AddMetrics();
        services.AddSingleton<AlertMetrics>();
        services.AddSingleton<OverdueCheck>();
        services.AddSingleton<ClusterFindings>();
        services.AddSingleton<BindingSweep>();
        services.AddSingleton<RequestSweep>();
        services.AddSingleton<Remedies>();
        services.AddSingleton<ClusterSweep>();
        services.AddSingleton<Sweeper>();
        services.AddSingleton<ClusterWatch>();
        return services;
    }

    /// <summary>The loops of a host that stays: one queue of deadlines in memory.</summary>
    public static IServiceCollection AddDeadlineLoop(this IServiceCollection services)
    {
        services.AddSingleton<DeadlineQueue>();
        services.AddSingleton<IWakeUps>(provider => provider.GetRequiredService<DeadlineQueue>());
        services.AddSingleton<DeadlineLoop>();
        return services;
    }
}
