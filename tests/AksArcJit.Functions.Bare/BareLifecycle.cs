using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;

namespace AksArcJit.Functions.Bare;

/// <summary>
/// A lifecycle as an orchestration alone would have it, with activities that do nothing: what the engine itself costs, for
/// scripts/functions-load.sh to compare with. It keeps no journal, and nothing of it is in the product.
/// </summary>
public static class BareLifecycle
{
    public const string Consent = "Consent";
    private static readonly TimeSpan ConsentLifetime = TimeSpan.FromHours(4);
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(15);

    [Function(nameof(BareLifecycle))]
    public static async Task RunAsync([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        await context.CallActivityAsync<string>(nameof(Ask), context.InstanceId);
        using (var lapse = new CancellationTokenSource())
        {
            var lapsed = context.CreateTimer(context.CurrentUtcDateTime + ConsentLifetime, lapse.Token);
            if (await Task.WhenAny(context.WaitForExternalEvent<string>(Consent), lapsed) == lapsed)
                return;
            lapse.Cancel();
        }
        await context.CallActivityAsync<string>(nameof(CreateBinding), context.InstanceId);
        await context.CreateTimer(context.CurrentUtcDateTime + Window, CancellationToken.None);
        await context.CallActivityAsync<string>(nameof(RemoveBinding), context.InstanceId);
        await context.CallActivityAsync<string>(nameof(ConfirmGone), context.InstanceId);
    }

    [Function(nameof(Ask))]
    public static string Ask([ActivityTrigger] string id) => id;

    [Function(nameof(CreateBinding))]
    public static string CreateBinding([ActivityTrigger] string id) => id;

    [Function(nameof(RemoveBinding))]
    public static string RemoveBinding([ActivityTrigger] string id) => id;

    [Function(nameof(ConfirmGone))]
    public static string ConfirmGone([ActivityTrigger] string id) => id;
}
