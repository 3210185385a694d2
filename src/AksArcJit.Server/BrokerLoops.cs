using AksArcJit.Broker.Checkpoints;
using AksArcJit.Broker.Deadlines;
using AksArcJit.Broker.Sweeping;

namespace AksArcJit.Server;

/// <summary>
/// Runs the Broker's loops from start to stop. None of them may end while the process lives, whatever one of them meets: they are what
/// ends access. A stop waits for what they have begun, as long as the host lets it.
/// </summary>
internal sealed class BrokerLoops(
    DeadlineLoop deadlines, Sweeper sweeper, ClusterWatch watch, TimeProvider time, ILogger<BrokerLoops> log,
    Checkpointer? checkpointer = null, Anchoring? anchoring = null)
    : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(
        KeepAsync("deadlines", deadlines.RunAsync, stoppingToken),
        KeepAsync("open index", deadlines.RereadAsync, stoppingToken),
        KeepAsync("sweep", sweeper.RunAsync, stoppingToken),
        KeepAsync("watches", watch.RunAsync, stoppingToken),
        checkpointer is null ? Task.CompletedTask : KeepAsync("checkpoints", checkpointer.RunAsync, stoppingToken),
        anchoring is null ? Task.CompletedTask : KeepAsync("anchors", anchoring.RunAsync, stoppingToken));

    private async Task KeepAsync(string name, Func<CancellationToken, Task> loop, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await loop(stop);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure)
            {
                log.LoopFell(name, failure.Message, failure);
                await Task.Delay(Pause, time, stop).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            }
        }
    }
}
