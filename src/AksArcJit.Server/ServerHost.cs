using AksArcJit.Broker;
using AksArcJit.Broker.Checkpoints;
using AksArcJit.Broker.Options;
using AksArcJit.Broker.Ports;
using AksArcJit.Kubernetes;
using AksArcJit.Lifecycle;
using AksArcJit.Messaging;
using AksArcJit.Messaging.Anchors;
using AksArcJit.Server.Development;
using AksArcJit.Server.Hosting;
using AksArcJit.Server.Options;
using AksArcJit.Server.Verification;
using AksArcJit.Stores.Checkpoints;
using AksArcJit.Stores.Sqlite;
using AksArcJit.Stores.Tables;
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
        var madeKey = arguments.IsDevelopment && configuration["checkpoints:key:file"] is { Length: > 0 } key && DevCheckpointKey.Ensure(key) ? key : null;
        var host = new HostBuilder()
            .ConfigureAppConfiguration(builder => builder.AddConfiguration(configuration))
            .ConfigureLogging(Log)
            .ConfigureServices(services => AddServer(services, configuration, arguments))
            .ConfigureWebHost(
                web => web.UseKestrelCore().ConfigureServices(services => services.AddOptions<KestrelServerOptions>().Configure<IOptions<ServerOptions>>(Listen))
                    .Configure(app => app.Run(WebEndpoints.Build(app.ApplicationServices))),
                // Addresses come from the options file alone.
                web => web.SuppressEnvironmentConfiguration = true)
            .ConfigureServices(services => adjust?.Invoke(services))
            .Build();
        try
        {
            if (madeKey is not null)
                host.Services.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(DevCheckpointKey).FullName!).DevelopmentCheckpointKey(madeKey);
            OptionsFaults.Require(host.Services, configuration, arguments.ConfigFile);
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

        services.AddSingleton<TimeProvider>(new ForwardClock(TimeProvider.System));
        services.AddSingleton<IEntropy, RandomEntropy>();
        services.AddBroker(configuration);
        services.AddDeadlineLoop();
        if (configuration["journal:kind"] == JournalOptions.Tables)
            services.AddTablesJournal();
        else
            services.AddSqliteJournal();
        services.AddCheckpointStores(configuration);
        services.AddWebhookAnchor(configuration);
        services.AddCheckpoints(configuration);
        services.AddKubernetesClusters(Connections);
        services.AddFileOutbox(configuration);
        services.AddTicketEvents(configuration);

        if (arguments.IsDevelopment)
        {
            services.AddSingleton(new DevIssuer(arguments.DataDirectory));
            services.AddSingleton(provider => provider.GetRequiredService<DevIssuer>().Local);
            services.AddHostedService<DevTokensAtStart>();
        }
        services.AddWeb(configuration);
        services.AddHostedService<AnchorsCheck>();
        services.AddHostedService<OpenRequestsCheck>();
        services.AddHostedService<BrokerLoops>();
        services.AddHostedService<ContinuousVerification>();
        services.AddMetrics();
        services.AddHostedService<JournalMetrics>();
    }

    private static List<ClusterConnection> Connections(IServiceProvider services)
    {
        var options = services.GetRequiredService<IOptions<BrokerOptions>>().Value;
        return [.. options.Clusters.Select(cluster =>
            new ClusterConnection(ClusterId.Parse(cluster.Id), cluster.Kubeconfig, options.Installation) { Context = cluster.Context, Role = cluster.Role, IsInCluster = cluster.InCluster })];
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
