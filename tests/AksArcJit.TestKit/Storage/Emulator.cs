using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace AksArcJit.TestKit.Storage;

/// <summary>One service of Azurite, in memory, on a free loopback port; started when it is first needed.</summary>
public abstract class Emulator(string service) : IDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    private Process? _process;
    private Task<string>? _started;

    /// <summary>The connection string; the account and key are the emulator's well-known ones.</summary>
    public Task<string> ConnectionAsync()
    {
        lock (_gate)
            return _started ??= StartAsync();
    }

    public void Dispose()
    {
        GC.SuppressFinalize(this);
        _process?.Kill(entireProcessTree: true);
        _process?.Dispose();
    }

    private async Task<string> StartAsync([CallerFilePath] string here = "")
    {
        var folder = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "azurite"));
        var script = Path.Combine(folder, "node_modules", "azurite", "dist", "src", service, "main.js");
        if (!File.Exists(script))
            throw new InvalidOperationException($"Azurite is not installed in {folder}. Run ./scripts/test.sh, which installs what tests need.");
        var port = FreePort();
        _process = Process.Start(new ProcessStartInfo("node",
            [script, "--inMemoryPersistence", "--disableTelemetry", "--skipApiVersionCheck", "--silent", $"--{service}Host", "127.0.0.1", $"--{service}Port", $"{port}"])
        {
            WorkingDirectory = Path.GetTempPath(),
            RedirectStandardOutput = true,
        })!;
        await ListeningAsync(_process.StandardOutput).WaitAsync(StartLimit);
        return "DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;"
            + "AccountKey=Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==;"
            + $"{char.ToUpperInvariant(service[0])}{service[1..]}Endpoint=http://127.0.0.1:{port}/devstoreaccount1;";
    }

    private static async Task ListeningAsync(StreamReader output)
    {
        while (await output.ReadLineAsync() is { } line)
            if (line.Contains("successfully", StringComparison.Ordinal))
                return;
        throw new InvalidOperationException("Azurite ended before it listened.");
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
