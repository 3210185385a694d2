using AksArcJit.Lifecycle.Notices;
using AksArcJit.Lifecycle.Roles;
using AksArcJit.Lifecycle.Rules;

namespace AksArcJit.Lifecycle.Requests;

/// <summary>Everything that can happen to a request. Signals of people may be refused; outcomes of effects are accepted in every state.</summary>
public abstract record Signal
{
    private Signal() { }

    /// <summary>An engineer asks. The proposal's terms carry the hash of the role as gathered.</summary>
    public sealed record Ask(AccessRequest Proposal, Circumstances Circumstances) : Signal;

    /// <param name="SecretHash">SHA-256 of the secret in the link that was used.</param>
    /// <param name="ShownTermsHash">Of the page that was answered.</param>
    /// <param name="Duration">Shorter than shown, or null.</param>
    /// <param name="Scope">Narrower than shown, or null.</param>
    public sealed record Approve(
        Person Approver, string SecretHash, string ShownTermsHash, TimeSpan? Duration, Scope? Scope, string Comment, Circumstances Circumstances) : Signal;

    public sealed record Refuse(Person Approver, string SecretHash, string Comment) : Signal;

    public sealed record Withdraw(Person By) : Signal;

    /// <summary>End it now, on somebody's word. Authority (own request, own cluster, operator) is settled before.</summary>
    public sealed record Revoke(RevokedBy Whose, Person By, string Reason) : Signal;

    public sealed record ConfirmGone(Person Operator, string Reason) : Signal;

    public sealed record TicketClosed(string Reason) : Signal;

    public sealed record DeadlineReached : Signal;

    /// <summary>A scheduled start, or a new attempt, with what was gathered for it.</summary>
    public sealed record GrantDue(Circumstances Circumstances) : Signal;

    /// <summary>Outcome: the effect was not begun, so nothing was sent (paused, or ticket or role not readable).</summary>
    public sealed record CreateWithheld(int Attempt, string Reason) : Signal;

    /// <summary>Outcome: refused by the cluster, certainly not applied.</summary>
    public sealed record CreateFailed(int Attempt, string Reason) : Signal;

    /// <summary>Outcome: sent, no answer.</summary>
    public sealed record CreateUnknown(int Attempt, string Reason) : Signal;

    /// <summary>Outcome: the binding stands and the cluster answered the probes.</summary>
    /// <param name="Unanswered">Why the cluster could not be asked; null where it answered.</param>
    public sealed record BindingCreated(string Uid, DateTimeOffset NotAfter, IReadOnlyList<ProbeAnswer> Answers, string? Unanswered = null) : Signal;

    /// <summary>Outcome: nothing of ours is there under name and uid, read consistently, and the cluster answered the probes.</summary>
    /// <param name="SoughtUid">The uid known when the removal began: an absence says nothing of a binding seen since.</param>
    /// <param name="ObservedAt">When the consistent read was begun.</param>
    public sealed record BindingAbsent(string? SoughtUid, DateTimeOffset ObservedAt, IReadOnlyList<ProbeAnswer> Answers) : Signal;

    /// <summary>Outcome: not removed, or nobody can tell.</summary>
    public sealed record RemovalFailed(string Reason) : Signal;

    /// <summary>The sweep or a watch saw our binding changed: its end is near, whoever changed it.</summary>
    public sealed record BindingAltered(string Uid, string What) : Signal;

    /// <summary>The sweep or a watch saw that our binding is not there, in a read that was consistent.</summary>
    public sealed record BindingDisappeared(string Uid) : Signal;

    /// <summary>The sweep saw a binding of this request that should not be.</summary>
    public sealed record StrayBinding(string Uid) : Signal;

    /// <summary>The role's live rules, and what stands against them on this cluster.</summary>
    /// <param name="Objections">Empty where the guard passes.</param>
    public sealed record RoleObserved(string RulesHash, IReadOnlyList<PolicyRule> Rules, IReadOnlyList<string> Objections) : Signal;

    /// <summary>Outcome: of notices that were owed, those that came together.</summary>
    public sealed record NoticesSettled(IReadOnlyList<NoticeOutcome> Outcomes) : Signal;
}

public enum RevokedBy
{
    Engineer,
    Customer,
    Operator,
}
