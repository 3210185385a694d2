using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;
using AksArcJit.Broker;
using AksArcJit.Broker.Ports;
using AksArcJit.DevCluster;
using AksArcJit.Journal;
using AksArcJit.Server.Options;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace AksArcJit.Server.Tests.Harness;

/// <summary>
/// The Server as it is shipped, on a free loopback port, with SQLite in a directory of its own, a DevCluster in process and development
/// tokens. Only the clock is the test's, and the journal is watched.
/// </summary>
public class BrokerHarness : IAsyncLifetime
{
    public const string DevIssuer = "https://dev.aksarcjit.invalid";
    public const string Engineer = "11111111-1111-1111-1111-111111111111";
    public const string SecondEngineer = "66666666-6666-6666-6666-666666666666";
    public const string Approver = "22222222-2222-2222-2222-222222222222";
    private const string EngineerOnCluster = "the-engineers-token";

    private static int _tickets;

    private IHost? _host;
    private JsonObject _tokens = [];

    public HarnessClock Clock { get; } = new();

    public string Directory { get; } = System.IO.Directory.CreateTempSubdirectory("aksarcjit-server-").FullName;

    public string Outbox => Path.Combine(Directory, "outbox");

    public string ConfigFile => Path.Combine(Directory, "options.json");

    public DevClusterHost Cluster { get; private set; } = null!;

    public ClusterAdmin Admin { get; private set; } = null!;

    public WatchedJournal Journal { get; private set; } = null!;

    /// <summary>What the journal's next <see cref="WatchedJournal.Unreadable"/> is from the start on.</summary>
    public StreamId? UnreadableAtStart { get; set; }

    public Uri Url { get; private set; } = null!;

    /// <summary>Everything that the server logged.</summary>
    public LoggedLines Logs { get; } = new();

    public HttpClient Anonymous { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Cluster = await DevClusterHost.StartAsync(new DevClusterOptions
        {
            SeedServiceRole = true,
            Users = [new DevClusterUser(EngineerOnCluster, Engineer)],
        });
        Admin = new ClusterAdmin(Cluster);
        await Admin.PutRoleAsync("escalating", new { verbs = new[] { "create" }, apiGroups = new[] { "rbac.authorization.k8s.io" }, resources = new[] { "clusterrolebindings" } });
        await Admin.PutRoleAsync("changing", new { verbs = new[] { "list" }, apiGroups = new[] { "" }, resources = new[] { "pods" } });
        await File.WriteAllBytesAsync(Path.Combine(Directory, "consent.key"), new byte[32]);
        await File.WriteAllTextAsync(ConfigFile, Options().ToJsonString());
        await StartAsync();
    }

    public async Task StartAsync()
    {
        _host = ServerHost.Build(new ServerArguments(ConfigFile, IsDevelopment: true, Directory), Adjust);
        await _host.StartAsync();
        Url = new Uri(_host.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
        Journal = (WatchedJournal)_host.Services.GetRequiredService<IJournal>();
        _tokens = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(Directory, "dev-tokens.json")))!.AsObject();
        Anonymous = Client(null);
    }

    public async Task StopAsync()
    {
        if (_host is null)
            return;
        Anonymous.Dispose();
        await _host.StopAsync();
        _host.Dispose();
        _host = null;
    }

    public string Token(string who) => _tokens[who]!["token"]!.GetValue<string>();

    public string Person(string who) => _tokens[who]!["person"]!.GetValue<string>();

    /// <param name="token">Null: nobody.</param>
    public HttpClient Client(string? token)
    {
        var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = Url };
        if (token is not null)
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return client;
    }

    public Api As(string who) => new(Client(Token(who)));

    public Task<bool> EngineerMayListPodsAsync(string ns) => Admin.MayListPodsAsync(EngineerOnCluster, ns);

    /// <summary>Opens a ticket with an id of its own.</summary>
    public async Task<string> OpenTicketAsync(string customer = "contoso", params string[] clusters)
    {
        var id = $"CASE-{Interlocked.Increment(ref _tickets)}";
        using var tickets = As("ticketSystem");
        await tickets.OkAsync(HttpMethod.Put, $"/api/v1/tickets/{id}", Forms.Ticket(customer, clusters.Length > 0 ? clusters : ["edge-01"]));
        return id;
    }

    /// <summary>Asks for an hour in namespace default, as the engineer.</summary>
    public async Task<string> AskAsync(string? ticket = null, string cluster = "edge-01", string duration = "PT1H", string who = "engineer")
    {
        ticket ??= await OpenTicketAsync();
        using var engineer = As(who);
        var accepted = await engineer.SendAsync(HttpMethod.Post, "/api/v1/access-requests", Forms.Ask(ticket, cluster, duration));
        Assert.True(accepted.Status == 202, accepted.Text);
        return accepted.Json["id"]!.GetValue<string>();
    }

    public async Task<string> GrantAsync(string? ticket = null, string duration = "PT1H", string who = "engineer")
    {
        var id = await AskAsync(ticket, duration: duration, who: who);
        var page = await ConsentPage.OpenAsync(this, id);
        var answer = await page.PostAsync(page.Approval());
        Assert.True(answer.Status == 303, answer.Text);
        return id;
    }

    /// <summary>The link in the notice to the approver, which comes a moment after the request.</summary>
    public async Task<Uri> LinkAsync(string id)
    {
        string[] notices = [];
        for (var attempt = 0; attempt < 400 && notices.Length == 0; attempt++)
        {
            notices = System.IO.Directory.Exists(Outbox) ? System.IO.Directory.GetFiles(Outbox, $"{id}-*.json") : [];
            if (notices.Length == 0)
                await Task.Delay(25);
        }
        var notice = Assert.Single(notices);
        var link = new Uri(JsonNode.Parse(await File.ReadAllTextAsync(notice))!["link"]!.GetValue<string>());
        return new Uri(Url, link.PathAndQuery);
    }

    /// <summary>Polls until the request is as wanted; fails after 10 s of wall time.</summary>
    public async Task<JsonObject> UntilAsync(string id, Func<JsonObject, bool> isSo)
    {
        using var auditor = As("auditor");
        JsonObject seen = [];
        for (var attempt = 0; attempt < 400; attempt++)
        {
            seen = await auditor.OkAsync(HttpMethod.Get, $"/api/v1/access-requests/{id}");
            if (isSo(seen))
                return seen;
            await Task.Delay(25);
        }
        Assert.Fail($"Not as wanted in time: {seen}");
        return seen;
    }

    public Task<JsonObject> UntilStateAsync(string id, string state) => UntilAsync(id, seen => seen["state"]!.GetValue<string>() == state);

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await StopAsync();
        Admin.Dispose();
        await Cluster.DisposeAsync();
        await Clock.DisposeAsync();
        System.IO.Directory.Delete(Directory, recursive: true);
    }

    public virtual JsonObject Options() => JsonSerializer.SerializeToNode(new
    {
        installation = "harness",
        publicUrl = "http://127.0.0.1:7480",
        listen = "http://127.0.0.1:0",
        journal = new { kind = "sqlite", sqlite = new { file = "journal.db" } },
        notices = new { directory = "outbox" },
        consent = new { keyFile = "consent.key" },
        clusters = new[]
        {
            ClusterOptions("edge-01", "aks-service", "contoso", Approver),
            ClusterOptions("edge-02", "escalating", "contoso", Approver),
            ClusterOptions("edge-03", "no-such-role", "contoso", Approver),
            ClusterOptions("edge-04", "aks-service", "fabrikam", "99999999-9999-9999-9999-999999999999"),
            ClusterOptions("edge-05", "changing", "contoso", Approver),
        },
    })!.AsObject();

    private object ClusterOptions(string id, string role, string customer, string approver) => new
    {
        id,
        displayName = $"Plant {id}",
        customer,
        kubeconfig = Cluster.KubeconfigPath,
        context = "broker",
        role,
        maximumDuration = "PT8H",
        consentLifetime = "PT4H",
        scopes = new[] { "Namespace" }.Concat(id == "edge-04" ? ["Cluster"] : Array.Empty<string>()),
        namespaces = new[] { "default", "kube-system", "ghost" },
        approvers = new[] { new { issuer = DevIssuer, objectId = approver, name = "Anna Approver", mail = "anna@customer.example" } },
    };

    private void Adjust(IServiceCollection services)
    {
        services.AddSingleton<TimeProvider>(new ForwardClock(Clock.Time));
        services.AddSingleton<IHostLifetime, NoSignals>();
        services.AddLogging(logging => logging.ClearProviders().AddProvider(Logs));
        var store = services.Last(service => service.ServiceType == typeof(IJournal) && !service.IsKeyedService);
        services.AddSingleton<IJournal>(provider => new WatchedJournal((IJournal)store.ImplementationFactory!(provider)) { Unreadable = UnreadableAtStart });
    }

    // Signals belong to the test runner.
    private sealed class NoSignals : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
