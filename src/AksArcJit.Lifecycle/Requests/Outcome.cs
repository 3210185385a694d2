namespace AksArcJit.Lifecycle.Requests;

/// <summary>How a request ended. Only <see cref="Ended"/> means that access was in force.</summary>
public abstract record Outcome
{
    private Outcome() { }

    public sealed record Refused : Outcome;

    public sealed record Lapsed : Outcome;

    public sealed record Withdrawn : Outcome;

    public sealed record Cancelled(CancelCause Cause) : Outcome;

    /// <param name="Reason">For the engineer and the auditor, in one sentence.</param>
    public sealed record GrantFailed(string Reason) : Outcome;

    public sealed record Ended(EndCause Cause) : Outcome;
}

public enum CancelCause
{
    TicketClosed,
    RoleChanged,
    /// <summary>An operator's order before access was in force (design section 8, kill switch).</summary>
    OperatorRevoked,
    /// <summary>An approver took the consent back before access was in force.</summary>
    CustomerRevoked,
}

public enum EndCause
{
    Expired,
    TicketClosed,
    CustomerRevoked,
    EngineerReleased,
    OperatorRevoked,
    BindingAltered,
    BindingDisappeared,
    RoleChanged,
}
