using AksArcJit.Broker.Checkpoints;
using AksArcJit.Broker.Deadlines;
using AksArcJit.Broker.Ports;
using AksArcJit.Functions.Http;
using AksArcJit.Functions.Requests;
using AksArcJit.Functions.Timers;
using AksArcJit.Hosting;
using AksArcJit.Hosting.Options;
using AksArcJit.Hosting.Verification;
using AksArcJit.Messaging;
using AksArcJit.Web;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;

namespace AksArcJit.Functions;

/// <summary>Composes host 2: an isolated worker whose triggers drive the Broker (design section 3).</summary>
internal static class FunctionsHost
{
    /// <exception cref="StartRefusedException">Settings or options have faults; the message tells all of them.</exception>
    public static IHost Build(HostSettings settings, string[] args)
    {
        var configuration = OptionsFile.Read(settings.ConfigFile);
        var builder = FunctionsApplication.CreateBuilder(args);
        builder.ConfigureFunctionsWebApplication();
        // What the file says goes before what the environment says.
        builder.Configuration.AddConfiguration(configuration);
        // ASP.NET tells request paths at Information, and the path of a consent page is a secret.
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        // The platform takes a worker's log entries only while one of its invocations runs; its loops speak at other times too, and what it
        // prints is taken always.
        builder.Logging.AddConsoleFormatter<EventLines, ConsoleFormatterOptions>();
        builder.Logging.AddConsole(console => console.FormatterName = EventLines.FormatterName);
        builder.Logging.AddFilter<ConsoleLoggerProvider>(null, LogLevel.Warning);
        builder.Services.AddFunctionsHost(configuration, settings);
        var host = builder.Build();
        try
        {
            OptionsFaults.Require(host.Services, configuration, settings.ConfigFile);
            return host;
        }
        catch
        {
            host.Dispose();
            throw;
        }
    }

    public static void AddFunctionsHost(this IServiceCollection services, IConfiguration configuration, HostSettings settings)
    {
        services.AddBrokerHost(configuration, settings.DevelopmentDirectory);
        services.AddSingleton<IValidateOptions<JournalOptions>, SharedJournalValidation>();
        services.AddSingleton<DeadlineQueue>();
        services.AddSingleton<DeadlineLoop>();
        services.AddBrokerLoop("deadlines", provider => provider.GetRequiredService<DeadlineLoop>().RunAsync);
        services.AddSingleton<Deadlines>();
        services.AddBrokerLoop("open index", provider => provider.GetRequiredService<Deadlines>().WatchAsync);
        services.AddSingleton<Hub>();
        services.AddHostedService(provider => provider.GetRequiredService<Hub>());
        services.AddSingleton<IWakeUps, HubWakeUps>();
        services.AddSingleton<Turns>();
        if (services.Any(service => service.ServiceType == typeof(Checkpointer)))
            services.AddSingleton<CheckpointLoop>();
        services.AddBrokerLoop("checkpoints", provider => provider.GetService<CheckpointLoop>() is { } loop ? loop.RunAsync : null);
        services.AddBrokerLoop("anchors", provider => provider.GetService<CheckpointLoop>() is { } loop ? loop.CarryAsync : null);
        services.AddSingleton<ContinuousVerification>();
        services.AddSingleton<VerificationRound>();
        services.AddTicketQueue(settings.TicketQueue ?? "ticket-events");
        services.AddSharedKeys(settings.DataProtection);
        services.AddSingleton(WebEndpoints.Build);
    }
}

/// <summary>Instances of this host share no machine.</summary>
internal sealed class SharedJournalValidation : IValidateOptions<JournalOptions>
{
    public ValidateOptionsResult Validate(string? name, JournalOptions options) => options.Kind == JournalOptions.Tables
        ? ValidateOptionsResult.Success
        : ValidateOptionsResult.Fail($"journal.kind: \"{JournalOptions.Tables}\"; instances of this host share no disk.");
}
