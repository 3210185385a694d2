using AksArcJit.Lifecycle;
using AksArcJit.Lifecycle.Requests;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace AksArcJit.Functions.Requests;

/// <summary>
/// Activities named for the lifecycle's steps, so that a history reads as a workflow. Each does the same: it takes whichever step the
/// journal wants now, so that a history that is wrong about it, or an activity that runs twice, does no harm.
/// </summary>
public sealed class StepActivities(Turns turns, Hub hub)
{
    public const string Look = nameof(Look);

    [Function(Look)]
    public Task<Turn> LookAsync([ActivityTrigger] string request, [DurableClient] DurableTaskClient client) => TakeAsync(request, client);

    [Function(nameof(Step.PassDeadline))]
    public Task<Turn> PassDeadlineAsync([ActivityTrigger] string request, [DurableClient] DurableTaskClient client) => TakeAsync(request, client);

    [Function(nameof(Step.BeginGrant))]
    public Task<Turn> BeginGrantAsync([ActivityTrigger] string request, [DurableClient] DurableTaskClient client) => TakeAsync(request, client);

    [Function(nameof(Step.CreateBinding))]
    public Task<Turn> CreateBindingAsync([ActivityTrigger] string request, [DurableClient] DurableTaskClient client) => TakeAsync(request, client);

    [Function(nameof(Step.RemoveBinding))]
    public Task<Turn> RemoveBindingAsync([ActivityTrigger] string request, [DurableClient] DurableTaskClient client) => TakeAsync(request, client);

    private Task<Turn> TakeAsync(string request, DurableTaskClient client)
    {
        hub.Meet(client);
        // An instance that somebody started by hand under a name that is no request's.
        return RequestId.TryParse(request, out var id) ? turns.TakeAsync(id) : Task.FromResult(Turns.Over);
    }
}
