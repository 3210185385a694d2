using AksArcJit.Broker.Ports;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace AksArcJit.Functions.Timers;

/// <summary>
/// Verifies the whole journal, slowly, on one instance, and again an hour after that. A journal that takes longer than an invocation may last
/// is verified by several, each of which goes on where the one before was held.
/// </summary>
public sealed class Verification(VerificationRound round, ILogger<Verification> log)
{
    [Function(nameof(Verification))]
    public async Task RunAsync([TimerTrigger("0 */30 * * * *")] TimerInfo timer, CancellationToken cancellation)
    {
        try
        {
            await round.GoOnAsync(cancellation);
        }
        catch (Exception broken) when (broken is JournalUnavailableException or SignerUnavailableException)
        {
            log.VerificationBroken(broken.Message);
        }
    }
}
