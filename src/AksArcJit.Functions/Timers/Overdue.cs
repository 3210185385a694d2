using AksArcJit.Broker.Alerts;
using Microsoft.Azure.Functions.Worker;

namespace AksArcJit.Functions.Timers;

/// <summary>Says each minute what is late, for the alerts.</summary>
public sealed class Overdue(OverdueCheck check)
{
    [Function(nameof(Overdue))]
    public Task RunAsync([TimerTrigger("50 * * * * *")] TimerInfo timer, CancellationToken cancellation) => check.CheckAsync(cancellation);
}
