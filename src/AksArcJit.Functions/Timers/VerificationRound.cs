using AksArcJit.Hosting.Verification;

namespace AksArcJit.Functions.Timers;

/// <summary>
/// A round of the verification in as many invocations as it takes: each lets it go on for a while, and then holds it where it is. What it has
/// read so far stays in this process: in the store, whoever can write the journal could write it too. A process that ends takes its round with
/// it, and the next begins anew.
/// </summary>
public sealed class VerificationRound(ContinuousVerification verification, TimeProvider time)
{
    /// <summary>Below the <c>functionTimeout</c> of host.json, which would end the process, and the round with it.</summary>
    public static readonly TimeSpan Stay = TimeSpan.FromMinutes(27);

    // The timer that calls is not to the second.
    private static readonly TimeSpan Between = ContinuousVerification.Interval - TimeSpan.FromMinutes(5);

    private int _isInHand;
    private TaskCompletionSource _held = Held();
    private Task? _round;
    private DateTimeOffset _roundBegunAt;
    private DateTimeOffset? _verifiedFrom;

    /// <summary>Returns when the journal is verified, or <see cref="Stay"/> is over; at once where a verification that held began within the last hour.</summary>
    public async Task GoOnAsync(CancellationToken cancellation)
    {
        // The platform runs one at a time; somebody with the key may run another.
        if (Interlocked.Exchange(ref _isInHand, 1) == 1)
            return;
        try
        {
            if (_round is null && time.GetUtcNow() - _verifiedFrom < Between)
                return;
            if (_round is null)
                _roundBegunAt = time.GetUtcNow();
            _held.TrySetResult();
            _round ??= verification.RoundAsync(CancellationToken.None, () => Volatile.Read(ref _held).Task);
            await StayAsync(_round, cancellation);
        }
        finally
        {
            _held = Held();
            Volatile.Write(ref _isInHand, 0);
        }
    }

    private async Task StayAsync(Task round, CancellationToken cancellation)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var stay = Task.Delay(Stay, time, over.Token);
        if (await Task.WhenAny(round, stay) == stay)
            return;
        await over.CancelAsync();
        _round = null;
        await round;
        _verifiedFrom = _roundBegunAt;
    }

    private static TaskCompletionSource Held() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
