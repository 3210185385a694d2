using System.Net;
using System.Text;
using AksArcJit.DevCluster.Faults;
using AksArcJit.DevCluster.Hosting;
using AksArcJit.DevCluster.Rbac;
using AksArcJit.DevCluster.Requests;
using AksArcJit.DevCluster.Seed;
using AksArcJit.DevCluster.Storage;
using AksArcJit.DevCluster.Tokens;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace AksArcJit.DevCluster;

/// <summary>A Kubernetes RBAC API server in memory, on loopback and TLS, for development and tests only.</summary>
public sealed class DevClusterHost : IAsyncDisposable
{
    /// <summary>The user of the context admin; in system:masters.</summary>
    public const string AdminUser = "devcluster-admin";

    /// <summary>The user of the context broker.</summary>
    public const string BrokerUser = "aksarcjit-broker";

    private readonly DevClusterOptions _options;
    private readonly string _directory;
    private readonly StateFile? _file;
    private readonly ObjectStore _store;
    private readonly PolicyView _policy;
    private readonly TokenDirectory _tokens = new();
    private readonly List<DevClusterUser> _users = [];
    private readonly Connections _connections = new();
    private readonly Certificates _certificates;
    private readonly WebApplication _app;
    private volatile bool _down;

    private DevClusterHost(DevClusterOptions options)
    {
        _options = options;
        _directory = options.DataDirectory is { } kept
            ? Directory.CreateDirectory(kept).FullName
            : Directory.CreateTempSubdirectory("devcluster-").FullName;
        _certificates = Certificates.LoadOrCreate(_directory);
        _file = options.DataDirectory is null ? null : new(Path.Combine(_directory, "state.jsonl"));
        _store = new(options.HistoryLimit, _file);
        var isNew = !_store.Load();
        _policy = new(_store, options.Clock);
        _store.Committed += _policy.Observe;

        var authorizer = new Authorizer(_policy);
        var writes = new ObjectWrites(_store, authorizer, new(authorizer, _policy), options.Clock);
        if (isNew)
            Bootstrap.Apply(writes, options.SeedServiceRole);
        _policy.Lag = options.PropagationLag;

        var tokens = TokensFile.LoadOrCreate(_directory, options);
        (AdminToken, BrokerToken) = (tokens.Admin, tokens.Broker);
        Register(new(tokens.Admin, AdminUser) { Groups = [Identity.Masters], Context = "admin" });
        Register(new(tokens.Broker, BrokerUser) { Context = "broker" });
        foreach (var user in options.Users)
            Register(user);

        var api = new ApiServer(_tokens, authorizer, new(_store, options.Clock), writes, new(_store, options.Clock), new(authorizer), Faults, Requests, options.Clock);
        var control = new ControlEndpoint(this, _tokens);
        _app = Build(context => context.Request.Path.StartsWithSegments(ControlEndpoint.Prefix)
            ? control.HandleAsync(context)
            : _down ? DropAsync(context) : api.HandleAsync(context));
    }

    /// <summary>https://127.0.0.1:port.</summary>
    public Uri Url { get; private set; } = new("https://127.0.0.1");

    /// <summary>A kubeconfig with the contexts admin (current), broker and one for each user; follows <see cref="AddUser(DevClusterUser)"/>.</summary>
    public string KubeconfigPath => Path.Combine(_directory, "kubeconfig");

    /// <summary>The text of <see cref="KubeconfigPath"/>.</summary>
    public string Kubeconfig
    {
        get
        {
            lock (_users)
                return Hosting.Kubeconfig.Write(Url.GetLeftPart(UriPartial.Authority), _certificates.AuthorityPem, _users);
        }
    }

    /// <summary>The certificate that clients are to trust.</summary>
    public string AuthorityPem => _certificates.AuthorityPem;

    public string AdminToken { get; }

    public string BrokerToken { get; }

    public FaultPlan Faults { get; } = new();

    /// <summary>What was asked, by whom, and what was answered.</summary>
    public RequestLog Requests { get; } = new();

    /// <summary>The resourceVersion of the newest write.</summary>
    public long ResourceVersion => _store.Current.ResourceVersion;

    /// <summary>While true, open connections are torn and every new request meets a torn connection.</summary>
    public bool Down
    {
        get => _down;
        set => SetDown(value, spare: null);
    }

    /// <summary>See <see cref="DevClusterOptions.PropagationLag"/>; holds for the changes that follow.</summary>
    public TimeSpan PropagationLag
    {
        get => _policy.Lag;
        set => _policy.Lag = value;
    }

    public static async Task<DevClusterHost> StartAsync(DevClusterOptions? options = null, CancellationToken cancellation = default)
    {
        var host = new DevClusterHost(options ?? new());
        await host._app.StartAsync(cancellation);
        var addresses = host._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!;
        host.Url = new(addresses.Addresses.Single());
        host.WriteKubeconfig();
        return host;
    }

    public DevClusterUser AddUser(
        string token, string name, IReadOnlyList<string>? groups = null, IReadOnlyDictionary<string, IReadOnlyList<string>>? extra = null) =>
        AddUser(new DevClusterUser(token, name) { Groups = groups ?? [], Extra = extra ?? new Dictionary<string, IReadOnlyList<string>>() });

    /// <summary>Adds a user, or replaces the one with the same context; not kept over a restart.</summary>
    public DevClusterUser AddUser(DevClusterUser user)
    {
        Register(user);
        WriteKubeconfig();
        return user;
    }

    /// <summary>Forgets the history of changes: watches from before are answered 410 Expired.</summary>
    public void CompactHistory() => _store.Compact();

    public async ValueTask DisposeAsync()
    {
        Faults.Clear();
        _connections.AbortAll();
        await _app.StopAsync();
        await _app.DisposeAsync();
        _file?.Dispose();
        _certificates.Server.Dispose();
        if (_options.DataDirectory is null)
            Directory.Delete(_directory, recursive: true);
    }

    /// <param name="down">See <see cref="Down"/>.</param>
    /// <param name="spare">The id of the connection that carries the order.</param>
    internal void SetDown(bool down, string? spare)
    {
        _down = down;
        if (down)
            _connections.AbortAll(spare);
    }

    private void Register(DevClusterUser user)
    {
        lock (_users)
        {
            foreach (var replaced in _users.Where(known => (known.Context ?? known.Name) == (user.Context ?? user.Name)).ToArray())
            {
                _users.Remove(replaced);
                _tokens.Remove(replaced.Token);
            }
            _users.Add(user);
            _tokens.Add(user);
        }
    }

    private void WriteKubeconfig() => PrivateFile.Write(KubeconfigPath, Encoding.UTF8.GetBytes(Kubeconfig));

    private Task DropAsync(HttpContext context)
    {
        _connections.Abort(context.Connection.Id);
        return Task.CompletedTask;
    }

    private WebApplication Build(RequestDelegate handle)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = RequestBody.Maximum;
            kestrel.Listen(IPAddress.Loopback, _options.Port, listen =>
            {
                listen.Protocols = HttpProtocols.Http1AndHttp2;
                listen.Use(_connections.Track);
                listen.UseHttps(_certificates.Server);
            });
        });
        builder.Logging.AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace).SetMinimumLevel(LogLevel.Error);
        // Signals belong to the process that hosts this, be it Program or a test runner.
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        var app = builder.Build();
        app.Run(handle);
        return app;
    }

    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
