using AksArcJit.Broker.Checkpoints;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace AksArcJit.Hosting.Checks;

/// <summary>
/// Compares the store with what its anchors hold before anything is granted (design section 5), and says plainly what is not configured.
/// A store that contradicts an anchor does not keep the host from starting: what stands must still be ended.
/// </summary>
internal sealed class AnchorsCheck(TimeProvider time, ILogger<AnchorsCheck> log, Anchoring? anchoring = null) : IHostedLifecycleService
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        if (anchoring is null)
        {
            log.NoCheckpoints();
            return;
        }
        if (anchoring.Progress.Count == 0)
            log.NoAnchors();
        using var patience = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            await anchoring.CompareAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            log.AnchorsUncompared();
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
