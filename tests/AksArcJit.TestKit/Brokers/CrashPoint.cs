namespace AksArcJit.TestKit.Brokers;

/// <summary>The process died here. Nothing of the product may catch it and go on: every later call through a port dies too.</summary>
public sealed class CrashException() : Exception("the process was killed");

/// <summary>
/// Counts the moments before and after every call through a port, and kills the process at one of them. After the call means: applied,
/// and nobody was told.
/// </summary>
public sealed class CrashPoint(int? at) : IMoment
{
    private int _moments;

    /// <summary>Moments passed so far.</summary>
    public int Moments => _moments;

    public bool IsDead { get; private set; }

    public void Pass()
    {
        if (!IsDead && Interlocked.Increment(ref _moments) == at)
            IsDead = true;
        if (IsDead)
            throw new CrashException();
    }
}
