using AksArcJit.Broker.Ports;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace AksArcJit.Stores.Tables;

public static class TablesServices
{
    /// <summary>
    /// The journal and its checkpoints in Azure Table Storage, named by the section <see cref="TablesJournalOptions.Section"/> of the host's configuration.
    /// Needs a <see cref="TimeProvider"/>.
    /// </summary>
    public static IServiceCollection AddTablesJournal(this IServiceCollection services)
    {
        services.AddSingleton<IValidateOptions<TablesJournalOptions>, TablesJournalOptionsValidator>();
        services.AddOptions<TablesJournalOptions>().BindConfiguration(TablesJournalOptions.Section).ValidateOnStart();
        services.AddSingleton<TablesJournal>();
        services.AddSingleton<ICheckpointLog>(provider => provider.GetRequiredService<TablesJournal>().Checkpoints);
        services.AddSingleton(provider => provider.GetRequiredService<TablesJournal>().Unhashed);
        return services.AddSingleton<IJournal>(provider => provider.GetRequiredService<TablesJournal>());
    }
}
