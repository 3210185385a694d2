using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace AksArcJit.Hosting.Development;

/// <summary>Tells that a checkpoint key was missing and was made: one that should have been there is missed by nobody else.</summary>
internal sealed class DevCheckpointKeyAtStart(string file, ILogger<DevCheckpointKeyAtStart> log) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        log.DevelopmentCheckpointKey(file);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
