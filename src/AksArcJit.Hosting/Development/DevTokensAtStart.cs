using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace AksArcJit.Hosting.Development;

/// <summary>Writes fresh development tokens before anything listens.</summary>
internal sealed class DevTokensAtStart(DevIssuer issuer, TimeProvider time, ILogger<DevTokensAtStart> log) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        issuer.WriteTokens(time.GetUtcNow());
        log.DevelopmentIssuer(issuer.TokensFile);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
