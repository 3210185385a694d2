using Microsoft.Azure.Functions.Worker;

namespace AksArcJit.Functions.Timers;

/// <summary>Covers what processes that are gone have left uncovered, and brings anchors up to date.</summary>
/// <param name="loop">Null where no key is configured.</param>
public sealed class Checkpoints(CheckpointLoop? loop = null)
{
    [Function(nameof(Checkpoints))]
    public Task RunAsync([TimerTrigger("40 * * * * *")] TimerInfo timer, CancellationToken cancellation) =>
        loop?.SurveyAsync().WaitAsync(cancellation) ?? Task.CompletedTask;
}
