using AksArcJit.Broker.Ports;
using AksArcJit.Stores.Anchors;
using AksArcJit.Stores.Sqlite;
using AksArcJit.Stores.Tables;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace AksArcJit.Stores.Tests;

public class ServicesTests
{
    [Fact]
    public async Task AddSqliteJournal_WhenConfigured_ThenIsTheJournal()
    {
        await using var services = Services(s => s.AddSqliteJournal(), ("Journal:Sqlite:File", "/nowhere/journal.db"));
        Assert.IsType<SqliteJournal>(services.GetRequiredService<IJournal>());
    }

    [Fact]
    public async Task AddTablesJournal_WhenConfigured_ThenIsTheJournal()
    {
        await using var services = Services(s => s.AddTablesJournal(), ("Journal:Tables:Endpoint", "https://x.table.core.windows.net"));
        Assert.IsType<TablesJournal>(services.GetRequiredService<IJournal>());
    }

    [Fact]
    public async Task AddSqliteJournal_WhenTheFileIsMissing_ThenNamesTheOption()
    {
        await using var services = Services(s => s.AddSqliteJournal());
        Assert.Contains("Journal:Sqlite:File", Assert.Throws<OptionsValidationException>(services.GetRequiredService<IJournal>).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, null, "")]
    [InlineData("UseDevelopmentStorage=true", "https://x.table.core.windows.net", "")]
    [InlineData(null, "http://x.table.core.windows.net", "")]
    [InlineData("UseDevelopmentStorage=true", null, "1bad")]
    [InlineData("UseDevelopmentStorage=true", null, "a-b")]
    public async Task AddTablesJournal_WhenTheOptionsDoNotFit_ThenNamesThem(string? connection, string? endpoint, string prefix)
    {
        await using var services = Services(
            s => s.AddTablesJournal(), ("Journal:Tables:ConnectionString", connection), ("Journal:Tables:Endpoint", endpoint), ("Journal:Tables:Prefix", prefix));
        Assert.Contains("Journal:Tables:", Assert.Throws<OptionsValidationException>(services.GetRequiredService<IJournal>).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("DefaultEndpointsProtocol=https;AccountName=;AccountKey=")]
    public async Task AStorageAccountsConnectionString_WhenUnusable_ThenIsAFaultOfTheOptionsWithItsRemedy(string text)
    {
        await using var tables = Services(s => s.AddTablesJournal(), ("Journal:Tables:ConnectionString", text));
        Assert.Contains("UseDevelopmentStorage=true", Assert.Throws<OptionsValidationException>(tables.GetRequiredService<IJournal>).Message, StringComparison.Ordinal);
        var fault = new AnchorOptionsValidation().Validate(null, new AnchorOptions { Blob = new BlobAnchorOptions { ConnectionString = text, ContainerName = "c" } });
        Assert.Contains("checkpoints.anchors.blob.connectionString", fault.FailureMessage, StringComparison.Ordinal);
        Assert.Contains("access keys", fault.FailureMessage, StringComparison.Ordinal);
    }

    private static ServiceProvider Services(Action<IServiceCollection> add, params (string Key, string? Value)[] settings)
    {
        var services = new ServiceCollection();
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<IConfiguration>(
            new ConfigurationBuilder().AddInMemoryCollection(settings.ToDictionary(s => s.Key, s => s.Value)).Build());
        add(services);
        return services.BuildServiceProvider();
    }
}
