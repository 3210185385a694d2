using AksArcJit.Functions.Requests;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Testing;

namespace AksArcJit.Functions.Tests.Requests;

/// <summary>The orchestration on a real engine in memory, which replays its history with every turn and fails what is not deterministic.</summary>
public sealed class ReplayTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly DateTime Later = new(2100, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    [Fact]
    public async Task Run_WhenHintedAgainAndAgain_ThenEveryHintIsALookAndItEnds()
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(Patience);
        var looks = 0;
        var looked = new SemaphoreSlim(0);
        await using var host = await DurableTaskTestHost.StartAsync(tasks =>
        {
            tasks.AddOrchestratorFunc(AccessRequestOrchestration.Name, AccessRequestOrchestration.RunAsync);
            tasks.AddActivityFunc<string, Turn>(StepActivities.Look, (_, _) =>
            {
                looked.Release();
                return Interlocked.Increment(ref looks) < 4 ? new Turn(null, Later) : new Turn("RemoveBinding", null);
            });
            tasks.AddActivityFunc<string, Turn>("RemoveBinding", (_, _) => new Turn(null, null, IsOver: true));
        }, cancellationToken: patience.Token);

        var id = await host.Client.ScheduleNewOrchestrationInstanceAsync(AccessRequestOrchestration.Name, patience.Token);
        for (var hint = 0; hint < 3; hint++)
        {
            await looked.WaitAsync(patience.Token);
            await host.Client.RaiseEventAsync(id, AccessRequestOrchestration.Hint, "", patience.Token);
        }
        var ended = await host.Client.WaitForInstanceCompletionAsync(id, patience.Token);

        Assert.Equal(OrchestrationRuntimeStatus.Completed, ended.RuntimeStatus);
        Assert.Equal(4, looks);
    }
}
