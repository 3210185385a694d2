using AksArcJit.Broker.Ports;
using AksArcJit.Hosting.Verification;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace AksArcJit.Functions.Timers;

/// <summary>Verifies the whole journal each hour, slowly, on one instance.</summary>
public sealed class Verification(ContinuousVerification verification, ILogger<Verification> log)
{
    [Function(nameof(Verification))]
    public async Task RunAsync([TimerTrigger("0 30 * * * *")] TimerInfo timer, CancellationToken cancellation)
    {
        try
        {
            await verification.RoundAsync(cancellation);
        }
        catch (Exception broken) when (broken is JournalUnavailableException or SignerUnavailableException)
        {
            log.VerificationBroken(broken.Message);
        }
    }
}
