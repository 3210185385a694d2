using AksArcJit.Broker.Deadlines;
using AksArcJit.Lifecycle;
using AksArcJit.Lifecycle.Requests;
using AksArcJit.TestKit;
using AksArcJit.TestKit.Brokers;

namespace AksArcJit.Broker.Tests;

public class DeadlineLoopTests
{
    [Fact(Timeout = 20_000)]
    public async Task Run_WhenEveryPlaceForGrantsHangs_StillRemovesWhatIsDue()
    {
        var world = new World();
        var active = await world.GrantAsync(duration: TimeSpan.FromMinutes(10));
        for (var i = 0; i < 100; i++)
        {
            var waiting = await world.AskAsync($"hung-{i}", scope: new Scope.Namespace($"ns-{i}"), startAt: Sample.Start.AddMinutes(5));
            await world.Broker.ApproveAsync(waiting, Sample.Approver);
        }
        var hang = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var hanging = 0;
        world.Cluster.BeforeCreate = () =>
        {
            Interlocked.Increment(ref hanging);
            return hang.Task;
        };

        using var stop = new CancellationTokenSource();
        var loop = world.Broker.Loop.RunAsync(stop.Token);
        world.Time.Advance(TimeSpan.FromMinutes(5));
        await UntilAsync(() => Task.FromResult(Volatile.Read(ref hanging) == DeadlineLoop.OthersAtOnce), TestContext.Current.CancellationToken);
        world.Time.Advance(TimeSpan.FromMinutes(5));
        await UntilAsync(async () => await world.Broker.StateAsync(active) is RequestState.Closed, TestContext.Current.CancellationToken);

        Assert.Empty(world.Cluster.Bindings);
        await stop.CancelAsync();
        hang.SetResult();
        await loop;
    }

    // The loop's own tasks run on the pool; nothing here depends on how long they take.
    private static async Task UntilAsync(Func<Task<bool>> isSo, CancellationToken cancellation)
    {
        while (!await isSo())
        {
            cancellation.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }
}
