using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;

namespace AksArcJit.TestKit.Amqp;

/// <summary>
/// RabbitMQ from the system's packages as an ordinary process: directories of its own, loopback, free ports, its own epmd (which would
/// outlive it, and is ended by its id). Started by the first who needs it.
/// </summary>
public sealed class RabbitMq : IAsyncDisposable
{
    public const string User = "aksarcjit";
    private const string Script = "/usr/lib/rabbitmq/bin/rabbitmq-server";
    private const int Queues = 40;
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(120);
    private readonly string _folder = Directory.CreateTempSubdirectory("aksarcjit-rabbit-").FullName;
    private readonly Lock _gate = new();
    private readonly string _password = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
    private Process? _epmd;
    private Process? _server;
    private Task? _started;
    private Dictionary<string, string> _environment = [];
    private int _taken;

    /// <summary>Debian package rabbitmq-server.</summary>
    public static bool IsInstalled => File.Exists(Script) && FindEpmd() is not null;

    public int Port { get; private set; }

    /// <summary>With a certificate for <c>localhost</c> from the authority of <see cref="CaFile"/>.</summary>
    public int TlsPort { get; private set; }

    public string CaFile => At("ca.pem");

    public string PasswordFile => Path.Combine(_folder, "password");

    public string Password => _password;

    /// <summary>A quorum queue that nobody else uses, with <c>&lt;name&gt;.dead</c> for what is rejected or delivered ten times.</summary>
    public async Task<string> QueueAsync()
    {
        lock (_gate)
            _started ??= StartAsync();
        await _started;
        return $"q{Interlocked.Increment(ref _taken)}";
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in new[] { _server, _epmd }.OfType<Process>())
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
            process.Dispose();
        }
        Directory.Delete(_folder, recursive: true);
    }

    private static string? FindEpmd() => new[] { "/usr/bin/epmd", "/usr/local/bin/epmd" }.FirstOrDefault(File.Exists);

    private async Task StartAsync()
    {
        var (epmdPort, distributionPort) = (FreePort(), FreePort());
        (Port, TlsPort) = (FreePort(), FreePort());
        File.WriteAllText(PasswordFile, _password + "\n");
        Certify();
        File.WriteAllText(At("enabled_plugins"), "[rabbitmq_amqp1_0].\n");
        File.WriteAllText(At("definitions.json"), Definitions());
        File.WriteAllText(At("rabbitmq.conf"), $"listeners.tcp.1 = 127.0.0.1:{Port}\nlisteners.ssl.1 = 127.0.0.1:{TlsPort}\n"
            + $"ssl_options.cacertfile = {CaFile}\nssl_options.certfile = {At("server.pem")}\nssl_options.keyfile = {At("server.key")}\n"
            + $"load_definitions = {At("definitions.json")}\nlog.console = true\nlog.file = false\n");

        _epmd = Start(FindEpmd()!, ["-port", $"{epmdPort}", "-address", "127.0.0.1"], []);
        _environment = new Dictionary<string, string>
        {
            ["HOME"] = _folder,
            ["ERL_EPMD_PORT"] = $"{epmdPort}",
            ["ERL_EPMD_ADDRESS"] = "127.0.0.1",
            ["RABBITMQ_NODENAME"] = $"aksarcjit{Environment.ProcessId}@localhost",
            ["RABBITMQ_DIST_PORT"] = $"{distributionPort}",
            ["RABBITMQ_MNESIA_BASE"] = At("mnesia"),
            ["RABBITMQ_LOG_BASE"] = At("log"),
            ["RABBITMQ_ENABLED_PLUGINS_FILE"] = At("enabled_plugins"),
            ["RABBITMQ_PLUGINS_EXPAND_DIR"] = At("plugins"),
            ["RABBITMQ_FEATURE_FLAGS_FILE"] = At("feature_flags"),
            ["RABBITMQ_CONFIG_FILE"] = At("rabbitmq.conf"),
            ["RABBITMQ_ADVANCED_CONFIG_FILE"] = At("advanced.config"),
            ["RABBITMQ_CONF_ENV_FILE"] = "/dev/null",
            ["RABBITMQ_PID_FILE"] = At("pid"),
            ["RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS"] = "-kernel inet_dist_use_interface {127,0,0,1} +sbwt none",
        };
        await StartServerAsync();
    }

    private async Task StartServerAsync()
    {
        _server = Start(Script, [], _environment);
        await ListeningAsync(_server).WaitAsync(StartLimit);
    }

    /// <summary>Ends the server and everything that it started, as a crash of the machine would, and starts it over what it left.</summary>
    public async Task CrashAndRestartAsync()
    {
        _server!.Kill(entireProcessTree: true);
        await _server.WaitForExitAsync();
        _server.Dispose();
        await StartServerAsync();
    }

    private void Certify()
    {
        using var authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var authority = new CertificateRequest("CN=aksarcjit test authority", authorityKey, HashAlgorithmName.SHA256);
        authority.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        authority.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        var (from, until) = (DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        using var root = authority.CreateSelfSigned(from, until);
        using var serverKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var server = new CertificateRequest("CN=localhost", serverKey, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        server.CertificateExtensions.Add(names.Build());
        using var certificate = server.Create(root, from, until, RandomNumberGenerator.GetBytes(8));
        File.WriteAllText(CaFile, root.ExportCertificatePem());
        File.WriteAllText(At("server.pem"), certificate.ExportCertificatePem());
        File.WriteAllText(At("server.key"), serverKey.ExportPkcs8PrivateKeyPem());
    }

    private static async Task ListeningAsync(Process server)
    {
        var said = new StringBuilder();
        while (await server.StandardOutput.ReadLineAsync() is { } line)
        {
            said.AppendLine(line);
            if (!line.Contains("completed with", StringComparison.Ordinal))
                continue;
            // Read on, so that the pipe never fills.
            _ = server.StandardOutput.ReadToEndAsync();
            return;
        }
        throw new InvalidOperationException($"RabbitMQ ended before it listened:\n{said}");
    }

    private string Definitions()
    {
        byte[] salt = [1, 2, 3, 4];
        var hash = Convert.ToBase64String([.. salt, .. SHA256.HashData([.. salt, .. Encoding.UTF8.GetBytes(_password)])]);
        var names = Enumerable.Range(1, Queues).Select(number => $"q{number}").ToList();
        return JsonSerializer.Serialize(new
        {
            users = new[] { new { name = User, password_hash = hash, hashing_algorithm = "rabbit_password_hashing_sha256", tags = "" } },
            vhosts = new[] { new { name = "/" } },
            permissions = new[] { new { user = User, vhost = "/", configure = ".*", write = ".*", read = ".*" } },
            queues = names.Select(name => Queue(name, new Dictionary<string, object>
            {
                ["x-queue-type"] = "quorum",
                ["x-delivery-limit"] = 10,
                ["x-dead-letter-exchange"] = "",
                ["x-dead-letter-routing-key"] = $"{name}.dead",
            })).Concat(names.Select(name => Queue($"{name}.dead", []))),
        });

        static object Queue(string name, Dictionary<string, object> arguments) => new { name, vhost = "/", durable = true, auto_delete = false, arguments };
    }

    private static Process Start(string command, IEnumerable<string> arguments, Dictionary<string, string> environment)
    {
        var start = new ProcessStartInfo(command, arguments) { RedirectStandardOutput = true, WorkingDirectory = Path.GetTempPath() };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        return Process.Start(start)!;
    }

    private string At(string name) => Path.Combine(_folder, name);

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
