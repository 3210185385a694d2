namespace AksArcJit.Broker.Checkpoints;

/// <summary>What the verification in the background last found; for metrics and health.</summary>
public sealed class VerificationState
{
    private volatile Round? _last;

    /// <summary>The last whole round; null before the first.</summary>
    public Round? Last => _last;

    public void Complete(Round round) => _last = round;

    /// <param name="At">UTC, when it ended.</param>
    /// <param name="Damages">How many places; 0 where the journal is clean.</param>
    public sealed record Round(DateTimeOffset At, long Facts, long Checkpoints, long Damages);
}
