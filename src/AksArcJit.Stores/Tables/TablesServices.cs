using AksArcJit.Broker.Ports;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace AksArcJit.Stores.Tables;

public static class TablesServices
{
    /// <summary>
    /// The journal in Azure Table Storage, named by the section <see cref="TablesJournalOptions.Section"/> of the host's configuration.
    /// Needs a <see cref="TimeProvider"/>.
    /// </summary>
    public static IServiceCollection AddTablesJournal(this IServiceCollection services)
    {
        services.AddSingleton<IValidateOptions<TablesJournalOptions>, TablesJournalOptionsValidator>();
        services.AddOptions<TablesJournalOptions>().BindConfiguration(TablesJournalOptions.Section).ValidateOnStart();
        return services.AddSingleton<IJournal, TablesJournal>();
    }
}
