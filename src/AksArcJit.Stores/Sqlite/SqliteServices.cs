using AksArcJit.Broker.Ports;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace AksArcJit.Stores.Sqlite;

public static class SqliteServices
{
    /// <summary>
    /// The journal and its checkpoints in one SQLite file, named by the section <see cref="SqliteJournalOptions.Section"/> of the host's configuration. Needs
    /// a <see cref="TimeProvider"/>.
    /// </summary>
    public static IServiceCollection AddSqliteJournal(this IServiceCollection services)
    {
        services.AddSingleton<IValidateOptions<SqliteJournalOptions>, SqliteJournalOptionsValidator>();
        services.AddOptions<SqliteJournalOptions>().BindConfiguration(SqliteJournalOptions.Section).ValidateOnStart();
        services.AddSingleton<SqliteJournal>();
        services.AddSingleton<ICheckpointLog>(provider => provider.GetRequiredService<SqliteJournal>().Checkpoints);
        services.AddSingleton(provider => provider.GetRequiredService<SqliteJournal>().Unhashed);
        return services.AddSingleton<IJournal>(provider => provider.GetRequiredService<SqliteJournal>());
    }
}
