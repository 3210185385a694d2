using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;

namespace AksArcJit.Server.Tests.Harness;

/// <summary>The Server as a process of its own, so that it can be killed.</summary>
public sealed class ServerProcess : IDisposable
{
    private readonly Process _process;

    private ServerProcess(Process process, Uri url) => (_process, Url) = (process, url);

    public Uri Url { get; }

    /// <summary>Starts it and waits until it answers.</summary>
    /// <param name="environment">Variables beside its own.</param>
    public static async Task<ServerProcess> StartAsync(string directory, JsonObject options, string name, params (string Name, string Value)[] environment)
    {
        var url = new Uri($"http://127.0.0.1:{FreePort()}");
        options = (JsonObject)options.DeepClone();
        options["listen"] = url.GetLeftPart(UriPartial.Authority);
        var config = Path.Combine(directory, $"{name}.json");
        await File.WriteAllTextAsync(config, options.ToJsonString());
        var process = Start(config, directory, null, environment);
        // Its log is drained, so that it never waits for a reader.
        process.BeginOutputReadLine();
        var server = new ServerProcess(process, url);
        using var http = new HttpClient { BaseAddress = url };
        for (var attempt = 0; attempt < 600; attempt++)
        {
            if (process.HasExited)
                break;
            try
            {
                if ((await http.GetAsync("/healthz")).IsSuccessStatusCode)
                    return server;
            }
            catch (HttpRequestException) when (!process.HasExited)
            {
                // Not listening yet.
            }
            await Task.Delay(50);
        }
        server.Dispose();
        throw new InvalidOperationException("The server did not start.");
    }

    /// <summary>Runs the verb <c>verify</c> over the same journal and returns its exit code and words.</summary>
    public static async Task<(int Code, string Words)> VerifyAsync(string directory, string name)
    {
        using var process = Start(Path.Combine(directory, $"{name}.json"), directory, "verify");
        var words = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, words);
    }

    /// <summary>Runs it until it ends by itself, which it is to do at once, and returns its exit code and what it said as an error.</summary>
    public static async Task<(int Code, string Words)> RunAsync(string directory, JsonObject options, string name)
    {
        var config = Path.Combine(directory, $"{name}.json");
        await File.WriteAllTextAsync(config, options.ToJsonString());
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "AksArcJit.Server.dll"));
        start.ArgumentList.Add("--config");
        start.ArgumentList.Add(config);
        using var process = Process.Start(start)!;
        process.BeginOutputReadLine();
        var words = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, words);
    }

    /// <summary>SIGKILL: no farewell.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            Kill();
        _process.Dispose();
    }

    private static Process Start(string config, string directory, string? verb = null, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, UseShellExecute = false };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "AksArcJit.Server.dll"));
        foreach (var word in new[] { verb, "--config", config, "--dev", "--data", directory }.OfType<string>())
            start.ArgumentList.Add(word);
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        return Process.Start(start)!;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
