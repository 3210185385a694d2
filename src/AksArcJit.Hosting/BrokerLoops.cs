using AksArcJit.Broker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace AksArcJit.Hosting;

/// <summary>One loop of the Broker.</summary>
/// <param name="RunAsync">Runs until it is cancelled.</param>
public sealed record BrokerLoop(string Name, Func<CancellationToken, Task> RunAsync);

/// <summary>
/// Runs the Broker's loops from start to stop. None of them may end while the process lives, whatever one of them meets: they are what
/// ends access. A stop waits for what they have begun, as long as the host lets it.
/// </summary>
internal sealed class BrokerLoops(IEnumerable<BrokerLoop> loops, TimeProvider time, ILogger<BrokerLoops> log) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(loops.Select(loop => KeepAsync(loop, stoppingToken)));

    private async Task KeepAsync(BrokerLoop loop, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await loop.RunAsync(stop);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure)
            {
                log.LoopFell(loop.Name, failure.Message, failure);
                await time.PauseAsync(Pause, stop);
            }
        }
    }
}

public static class BrokerLoopServices
{
    /// <summary>A loop that runs as long as the host does.</summary>
    /// <param name="loopOf">What it runs; null for nothing, as where a part is not configured.</param>
    public static IServiceCollection AddBrokerLoop(this IServiceCollection services, string name, Func<IServiceProvider, Func<CancellationToken, Task>?> loopOf)
    {
        services.AddSingleton(provider => new BrokerLoop(name, loopOf(provider) ?? (stop => Task.Delay(Timeout.InfiniteTimeSpan, stop))));
        return services;
    }
}
