using AksArcJit.Lifecycle.Notices;
using AksArcJit.Lifecycle.Roles;

namespace AksArcJit.Lifecycle.Requests;

/// <summary>What happened to a request. Every record is kept readable for ever: a field is added, never changed or removed.</summary>
public abstract record RequestFact : Fact
{
    private RequestFact() { }

    /// <param name="Rules">The role's rules at this moment, for those who read the evidence.</param>
    public sealed record AccessRequested(AccessRequest Request, IReadOnlyList<PolicyRule> Rules) : RequestFact;

    /// <summary>An approver's yes to exact terms; their secret is spent.</summary>
    /// <param name="ShownTermsHash">The terms on the page that was answered.</param>
    /// <param name="Terms">The terms as narrowed by this answer.</param>
    /// <param name="Rules">The rules that were shown, where they differ from those recorded before; else empty.</param>
    public sealed record ConsentGiven(Person Approver, string ShownTermsHash, Terms Terms, IReadOnlyList<PolicyRule> Rules, string Comment) : RequestFact;

    public sealed record ConsentRefused(Person Approver, string Comment) : RequestFact;

    public sealed record ConsentLapsed : RequestFact;

    public sealed record RequestWithdrawn(Person By) : RequestFact;

    /// <param name="By">Null where nobody ordered it (a role that changed).</param>
    public sealed record RequestCancelled(CancelCause Cause, Person? By, string Reason) : RequestFact;

    public sealed record GrantScheduled(Terms Terms, DateTimeOffset StartAt) : RequestFact;

    /// <summary>The start came while grants were paused or the ticket or role could not be read. Recorded once a reason.</summary>
    public sealed record GrantHeld(string Reason) : RequestFact;

    /// <summary>The start could not be made in time, and nothing was ever intended.</summary>
    public sealed record GrantAbandoned(string Reason) : RequestFact;

    /// <summary>The journaled intent: before any create, and the intent of every later removal.</summary>
    /// <param name="Attempt">From 1; a retry is a new intent with the same binding name.</param>
    /// <param name="NotAfter">Carried by the binding: intent + 30 s + duration.</param>
    public sealed record GrantIntended(int Attempt, Terms Terms, BindingName Binding, DateTimeOffset NotAfter, IReadOnlyList<Probe> Probes) : RequestFact;

    /// <summary>The attempt certainly bound nothing.</summary>
    public sealed record GrantAttemptFailed(int Attempt, string Reason) : RequestFact;

    /// <summary>Nobody knows whether the attempt bound anything (a timeout after a write).</summary>
    public sealed record GrantOutcomeUnknown(int Attempt, string Reason) : RequestFact;

    /// <summary>A binding of ours was seen, and access is not (or no longer) to be counted as in force by it.</summary>
    public sealed record BindingObserved(string Uid, DateTimeOffset NotAfter, string Reason) : RequestFact;

    /// <summary>The cluster itself confirmed that the access is in force. The window starts here.</summary>
    /// <param name="NotAfter">The binding's own, which an adopted binding brings along.</param>
    /// <param name="ExpiresAt">min(confirmed + duration, NotAfter).</param>
    public sealed record Granted(string Uid, DateTimeOffset NotAfter, DateTimeOffset ExpiresAt, IReadOnlyList<ProbeAnswer> Answers) : RequestFact;

    /// <summary>The role's rules changed while the grant was open, and still pass the guard.</summary>
    public sealed record RoleChangeObserved(string RulesHash, IReadOnlyList<PolicyRule> Rules) : RequestFact;

    /// <param name="Outcome">What the request closes with once the access is proven gone.</param>
    /// <param name="By">Null where no person ordered it.</param>
    public sealed record RevocationStarted(Outcome Outcome, Person? By, string Reason) : RequestFact;

    /// <summary>An attempt to remove failed. Recorded when the reason is new and at doubling intervals; the attempts never stop.</summary>
    public sealed record RevocationAttemptFailed(string Reason) : RequestFact;

    /// <summary>Gone from our side, or unreachable for long, without the cluster's confirmation. The attempts go on.</summary>
    public sealed record RevocationUnconfirmed(string Reason, IReadOnlyList<ProbeAnswer> Answers) : RequestFact;

    /// <summary>The cluster confirmed: our binding is absent and nothing of ours allows the probes.</summary>
    /// <param name="Residual">What still allows, by a reason that names another binding, or an Azure role assignment.</param>
    public sealed record AccessGone(IReadOnlyList<ProbeAnswer> Answers, IReadOnlyList<ProbeAnswer> Residual) : RequestFact;

    /// <summary>Closed on an operator's word, not the cluster's.</summary>
    public sealed record GoneByWord(Person Operator, string Reason) : RequestFact;

    /// <summary>A binding of this request was seen after the request had closed: a create that was still in flight.</summary>
    public sealed record StrayBindingFound(string Uid) : RequestFact;

    /// <summary>Somebody was told, or could not be: possible in every state once something was asked, and it changes none.</summary>
    public abstract record OfNotice : RequestFact
    {
        private protected OfNotice(Notice notice) => Notice = notice;

        public Notice Notice { get; init; }
    }

    /// <summary>A channel took the notice. What the channel makes of it later is not known here.</summary>
    public sealed record NoticeDelivered(Notice Notice, string Channel) : OfNotice(Notice);

    /// <summary>Every channel failed for as long as the options allow; nobody tries any more.</summary>
    public sealed record NoticeUndelivered(Notice Notice, string Reason) : OfNotice(Notice);
}
