using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using k8s.KubeConfigModels;

namespace AksArcJit.Kubernetes.Credentials;

/// <summary>What a credential plug-in gave (client.authentication.k8s.io ExecCredential).</summary>
/// <param name="ExpiresAt">UTC; null where it does not say.</param>
internal sealed record ExecCredential(string? Token, string? Certificate, string? Key, DateTimeOffset? ExpiresAt);

/// <summary>Runs a kubeconfig's credential plug-in, off everybody's way and with an end (Kubernetes: Authentication, client-go credential plugins).</summary>
internal static class ExecPlugin
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <exception cref="InvalidOperationException">It failed, took too long, or said nothing of use. The message holds no secret.</exception>
    public static async Task<ExecCredential> RunAsync(ExternalExecution plugin, string directory, TimeProvider time, CancellationToken cancellation)
    {
        var command = plugin.Command.Contains('/', StringComparison.Ordinal) ? Path.Combine(directory, plugin.Command) : plugin.Command;
        var start = new ProcessStartInfo(command, plugin.Arguments ?? [])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (var variable in plugin.EnvironmentVariables ?? [])
            start.Environment[variable["name"]] = variable["value"];
        start.Environment["KUBERNETES_EXEC_INFO"] =
            new JsonObject { ["apiVersion"] = plugin.ApiVersion, ["kind"] = "ExecCredential", ["spec"] = new JsonObject { ["interactive"] = false } }.ToJsonString();
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"the credential plug-in {command} could not be started");
        using var timeout = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, timeout.Token);
        try
        {
            process.StandardInput.Close();
            var said = process.StandardOutput.ReadToEndAsync(either.Token);
            var complained = process.StandardError.ReadToEndAsync(either.Token);
            await process.WaitForExitAsync(either.Token);
            return process.ExitCode == 0
                ? Parse(await said, command)
                : throw new InvalidOperationException($"the credential plug-in {command} ended with {process.ExitCode}: {FirstLine(await complained)}");
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new InvalidOperationException($"the credential plug-in {command} said nothing within {Patience.TotalSeconds:0} s");
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
    }

    private static ExecCredential Parse(string said, string command)
    {
        try
        {
            var status = JsonNode.Parse(said)?["status"];
            var expires = (string?)status?["expirationTimestamp"];
            var credential = new ExecCredential(
                (string?)status?["token"], (string?)status?["clientCertificateData"], (string?)status?["clientKeyData"],
                expires is null ? null : DateTimeOffset.Parse(expires, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal));
            if (credential.Token is not null || (credential.Certificate is not null && credential.Key is not null))
                return credential;
        }
        catch (Exception unreadable) when (unreadable is JsonException or FormatException or InvalidOperationException)
        {
            // Told below, without what was said: it may hold a token.
        }
        throw new InvalidOperationException($"the credential plug-in {command} gave no ExecCredential with a token or a certificate");
    }

    private static string FirstLine(string text) => text.Split('\n', 2)[0].Trim() is { Length: > 200 } line ? line[..200] : text.Split('\n', 2)[0].Trim();
}
