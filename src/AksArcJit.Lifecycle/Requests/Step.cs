namespace AksArcJit.Lifecycle.Requests;

/// <summary>What the lifecycle wants next: wait, or perform one effect and submit its outcome.</summary>
public abstract record Step
{
    private Step() { }

    /// <summary>Nothing to do before <paramref name="At"/>, unless a signal arrives.</summary>
    public sealed record WaitUntil(DateTimeOffset At) : Step;

    /// <summary>Nothing to do ever, unless the sweep finds something.</summary>
    public sealed record Rest : Step;

    /// <summary>A deadline has come: submit <see cref="Signal.DeadlineReached"/>.</summary>
    public sealed record PassDeadline : Step;

    /// <summary>Gather the circumstances and submit <see cref="Signal.GrantDue"/>.</summary>
    public sealed record BeginGrant : Step;

    /// <summary>Re-read the ticket, create the binding (sent no later than the attempt's send window), ask the cluster, re-read the ticket.</summary>
    public sealed record CreateBinding(Grant Grant, Attempt Attempt) : Step;

    /// <summary>Delete by name and uid, read consistently, probe until denied or a bound.</summary>
    public sealed record RemoveBinding(Grant Grant) : Step;
}
