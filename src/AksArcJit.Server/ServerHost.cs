using AksArcJit.Broker;
using AksArcJit.Broker.Alerts;
using AksArcJit.Broker.Checkpoints;
using AksArcJit.Broker.Deadlines;
using AksArcJit.Broker.Sweeping;
using AksArcJit.Hosting;
using AksArcJit.Hosting.Options;
using AksArcJit.Hosting.Verification;
using AksArcJit.Messaging;
using AksArcJit.Server.Options;
using AksArcJit.Web;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace AksArcJit.Server;

/// <summary>Composes host 1: one process with the HTTP edge, the Broker's loops and every adapter (design section 3).</summary>
public static class ServerHost
{
    private static readonly TimeSpan GracefulStop = TimeSpan.FromSeconds(30);

    /// <param name="adjust">For tests: replaces what was registered.</param>
    /// <exception cref="StartRefusedException">The options have faults; the message tells all of them.</exception>
    public static IHost Build(ServerArguments arguments, Action<IServiceCollection>? adjust = null)
    {
        var configuration = OptionsFile.Read(arguments.ConfigFile);
        var environment = Environment.GetEnvironmentVariables();
        var host = new HostBuilder()
            .ConfigureAppConfiguration(builder => builder.AddConfiguration(configuration).AddInMemoryCollection(MetricsExport.Settings(environment)))
            .ConfigureLogging(Log)
            .ConfigureServices(services => services.AddMetricsExport(environment))
            .ConfigureServices(services => AddServer(services, configuration, arguments))
            .ConfigureWebHost(
                web => web.UseKestrelCore().ConfigureServices(services => services.AddOptions<KestrelServerOptions>().Configure<IOptions<ServerOptions>>(Listen))
                    .Configure(app => app.UseMetrics().Run(WebEndpoints.Build(app.ApplicationServices))),
                // Addresses come from the options file alone.
                web => web.SuppressEnvironmentConfiguration = true)
            .ConfigureServices(services => adjust?.Invoke(services))
            .Build();
        try
        {
            host.Services.StartMeasuring();
            OptionsFaults.Require(host.Services, configuration, arguments.ConfigFile, typeof(ServerOptions));
            return host;
        }
        catch
        {
            host.Dispose();
            throw;
        }
    }

    private static void AddServer(IServiceCollection services, IConfiguration configuration, ServerArguments arguments)
    {
        services.AddSingleton(arguments);
        services.AddOptions<ServerOptions>().Bind(configuration).ValidateOnStart();
        services.AddSingleton<IValidateOptions<ServerOptions>, ServerOptionsValidation>();
        services.Configure<HostOptions>(options => options.ShutdownTimeout = GracefulStop);

        services.AddBrokerHost(configuration, arguments.IsDevelopment ? arguments.DataDirectory : null);
        services.AddDeadlineLoop();
        services.AddBrokerLoop("deadlines", provider => provider.GetRequiredService<DeadlineLoop>().RunAsync);
        services.AddBrokerLoop("open index", provider => provider.GetRequiredService<DeadlineLoop>().RereadAsync);
        services.AddBrokerLoop("sweep", provider => provider.GetRequiredService<Sweeper>().RunAsync);
        services.AddBrokerLoop("watches", provider => provider.GetRequiredService<ClusterWatch>().RunAsync);
        services.AddBrokerLoop("checkpoints", provider => provider.GetService<Checkpointer>() is { } checkpointer ? checkpointer.RunAsync : null);
        services.AddBrokerLoop("anchors", provider => provider.GetService<Anchoring>() is { } anchoring ? anchoring.RunAsync : null);
        services.AddBrokerLoop("overdue", provider => provider.GetRequiredService<OverdueCheck>().RunAsync);
        services.AddEventLoops();
        services.AddHostedService<ContinuousVerification>();
    }

    private static void Listen(KestrelServerOptions kestrel, IOptions<ServerOptions> options)
    {
        // Parsed before: the options are validated by then.
        if (ListenAddress.TryParse(options.Value.Listen, out var address))
            kestrel.Listen(address.Address, address.Port);
        kestrel.AddServerHeader = false;
        // Longer than any id may be, so that a wrong one is answered with a problem and not with a torn connection.
        kestrel.Limits.MaxRequestLineSize = 32 * 1024;
        kestrel.Limits.MaxRequestBodySize = 256 * 1024;
    }

    private static void Log(ILoggingBuilder logging)
    {
        logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.UseUtcTimestamp = true;
            console.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z' ";
        });
        logging.SetMinimumLevel(LogLevel.Information);
        // ASP.NET tells request paths at Information, and the path of a consent page is a secret.
        logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.Warning);
    }
}
