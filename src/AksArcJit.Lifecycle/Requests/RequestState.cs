using AksArcJit.Lifecycle.Roles;

namespace AksArcJit.Lifecycle.Requests;

/// <summary>Where a request stands: one record per state, so that no field exists where it means nothing.</summary>
public abstract record RequestState
{
    private RequestState() { }

    /// <summary>No fact yet.</summary>
    public sealed record Unasked : RequestState;

    /// <summary>Something was asked.</summary>
    public abstract record Asked(AccessRequest Request) : RequestState
    {
        /// <summary>The terms as they stand: asked, then narrowed by each consent.</summary>
        public abstract Terms Terms { get; }
    }

    public sealed record AwaitingConsent(AccessRequest Request, IReadOnlyList<Consent> Consents) : Asked(Request)
    {
        public override Terms Terms => Consents.Count == 0 ? Request.Terms : Consents[^1].Terms;
    }

    /// <param name="HeldFor">Why the start waits although its time has come; null before.</param>
    public sealed record Scheduled(AccessRequest Request, Terms Final, DateTimeOffset StartAt, string? HeldFor) : Asked(Request)
    {
        public override Terms Terms => Final;
    }

    public sealed record Granting(AccessRequest Request, Grant Grant, Attempt Attempt) : Asked(Request)
    {
        public override Terms Terms => Grant.Terms;

        /// <summary>Granting is over then: it gives up, or what may stand comes to its own end, whichever is first.</summary>
        public DateTimeOffset EndsAt => Attempt.GiveUpAt < Grant.EndsBy ? Attempt.GiveUpAt : Grant.EndsBy;
    }

    public sealed record Active(AccessRequest Request, Grant Grant, DateTimeOffset GrantedAt, DateTimeOffset ExpiresAt) : Asked(Request)
    {
        public override Terms Terms => Grant.Terms;
    }

    public sealed record Revoking(AccessRequest Request, Grant Grant, Removal Removal) : Asked(Request)
    {
        public override Terms Terms => Grant.Terms;
    }

    public sealed record RevocationUnconfirmed(AccessRequest Request, Grant Grant, Removal Removal) : Asked(Request)
    {
        public override Terms Terms => Grant.Terms;
    }

    /// <param name="Grant">Null where nothing was ever intended.</param>
    public sealed record Closed(AccessRequest Request, Grant? Grant, Outcome Outcome) : Asked(Request)
    {
        public override Terms Terms => Grant?.Terms ?? Request.Terms;
    }
}

/// <summary>Everything needed to find and remove what was intended.</summary>
/// <param name="Uid">The binding's uid once seen; null before.</param>
/// <param name="NotAfter">The binding's own end, whatever happens to us.</param>
/// <param name="MayAppearUntil">Until then a create that was sent may still take effect: absence proves nothing.</param>
/// <param name="RulesHash">The role's rules as last accepted during the grant.</param>
/// <param name="EndsBy">The earliest notAfter of any attempt so far, since what one of them made may stand untold; once a binding was seen, its own.</param>
public sealed record Grant(
    Terms Terms,
    BindingName Binding,
    string? Uid,
    DateTimeOffset NotAfter,
    DateTimeOffset MayAppearUntil,
    IReadOnlyList<Probe> Probes,
    string RulesHash,
    DateTimeOffset EndsBy);

/// <summary>The current attempt to bind.</summary>
/// <param name="Pending">True until an outcome of this attempt is recorded.</param>
/// <param name="AppearedBefore">What <see cref="Grant.MayAppearUntil"/> was before this attempt, to return to when it certainly failed.</param>
public sealed record Attempt(
    int Number, DateTimeOffset FirstIntentAt, DateTimeOffset IntendedAt, bool Pending, DateTimeOffset RetryAt, string? HeldFor, DateTimeOffset AppearedBefore)
{
    public DateTimeOffset SendBy => IntendedAt + Timing.SendWindow;

    public DateTimeOffset GiveUpAt => FirstIntentAt + Timing.GrantingLimit;
}

/// <summary>The effort to remove, since <paramref name="StartedAt"/>.</summary>
/// <param name="Failures">Recorded failures.</param>
/// <param name="Reason">Of the last recorded failure; null before the first.</param>
public sealed record Removal(Outcome Outcome, DateTimeOffset StartedAt, int Failures, DateTimeOffset LastFailureAt, string? Reason);
