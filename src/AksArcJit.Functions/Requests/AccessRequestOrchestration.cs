using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;

namespace AksArcJit.Functions.Requests;

/// <summary>
/// One request from asking to ending; its instance id is the request's id. Takes the next step, or waits until a time or a hint, and
/// repeats. What it knows is how to wait: the journal is the truth, every turn asks it anew, and a hint that is lost, late or given twice
/// changes nothing.
/// </summary>
/// <remarks>
/// Replayed from its history, under whichever build runs by then: no clock, no randomness, no I/O and nothing of the lifecycle here. Time,
/// ids and every task come from the context.
/// </remarks>
public static class AccessRequestOrchestration
{
    public const string Name = "AccessRequest";
    public const string Hint = "Hint";

    // A history is read whole with every turn.
    private const int TurnsPerHistory = 100;
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(60);

    [Function(Name)]
    public static async Task RunAsync([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        // Never cancelled, renewed only after it completes: a waiter that is dropped would swallow the next hint.
        var hint = context.WaitForExternalEvent<string>(Hint);
        var step = StepActivities.Look;
        for (var turns = 0; turns < TurnsPerHistory; turns++)
        {
            var turn = await TakeAsync(context, step);
            if (turn.IsOver)
                return;
            if (turn.Until is { } until && await IsHintedAsync(context, until, hint))
                hint = context.WaitForExternalEvent<string>(Hint);
            step = turn.Step ?? StepActivities.Look;
        }
        // Hints carry nothing, and the new history begins with a look: none need be carried over.
        context.ContinueAsNew(preserveUnprocessedEvents: false);
    }

    private static async Task<Turn> TakeAsync(TaskOrchestrationContext context, string step)
    {
        try
        {
            return await context.CallActivityAsync<Turn>(step, context.InstanceId);
        }
        catch (TaskFailedException)
        {
            return new Turn(null, context.CurrentUtcDateTime + AfterFailure);
        }
    }

    private static async Task<bool> IsHintedAsync(TaskOrchestrationContext context, DateTime until, Task hint)
    {
        using var cancellation = new CancellationTokenSource();
        await Task.WhenAny(hint, context.CreateTimer(until, cancellation.Token));
        // Not CancelAsync: its task is no durable one, and to await it would leave the orchestrator's thread.
        cancellation.Cancel();
        return hint.IsCompleted;
    }
}
