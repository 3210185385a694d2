using AksArcJit.Lifecycle;
using AksArcJit.Lifecycle.Notices;
using AksArcJit.Lifecycle.Operations;
using AksArcJit.Lifecycle.Requests;
using AksArcJit.Lifecycle.Roles;
using AksArcJit.Lifecycle.Tickets;
using static AksArcJit.Journal.Wording;
using static AksArcJit.Lifecycle.Operations.ClusterFact;
using static AksArcJit.Lifecycle.Operations.SystemFact;
using static AksArcJit.Lifecycle.Requests.RequestFact;
using static AksArcJit.Lifecycle.Tickets.TicketFact;

namespace AksArcJit.Journal;

/// <summary>One English sentence a fact, for timelines and tables.</summary>
public static class FactSummary
{
    /// <param name="at">When the fact was recorded, UTC; waits and windows are told from here.</param>
    /// <param name="nameOf">How to call a person; null calls them by object id.</param>
    public static string Of(Fact fact, DateTimeOffset at, Func<Person, string>? nameOf = null)
    {
        return fact switch
        {
            RequestFact request => OfRequest(request),
            TicketFact ticket => OfTicket(ticket),
            SystemFact system => OfSystem(system),
            ClusterFact cluster => OfCluster(cluster),
            _ => throw new ArgumentOutOfRangeException(nameof(fact)),
        };

        string Name(Person person) => nameOf?.Invoke(person) ?? person.ObjectId;

        string By(Person? person) => person is null ? "" : $" by {Name(person)}";

        string OfRequest(RequestFact request) => request switch
        {
            AccessRequested { Request: var asked } =>
                $"{asked.EngineerName} asked for {Words(asked.Terms)} under ticket {asked.Ticket}{Start(asked.Terms)}; "
                + $"{Count(asked.Quorum, "consent is", "consents are")} needed within {About(asked.ConsentDeadline - at)}.",
            ConsentGiven given => $"{Name(given.Approver)} consented to {Words(given.Terms)}.{Note(given.Comment)}",
            ConsentRefused refused => $"{Name(refused.Approver)} refused.{Note(refused.Comment)}",
            ConsentLapsed => "Nobody decided in time; the request lapsed.",
            RequestWithdrawn withdrawn => $"Withdrawn by {Name(withdrawn.By)}.",
            RequestCancelled cancelled => $"Cancelled{By(cancelled.By)} before access ({Words(cancelled.Cause)}): {Sentence(cancelled.Reason)}",
            GrantScheduled scheduled => $"Access is scheduled for {Time(scheduled.StartAt)}, in {About(scheduled.StartAt - at)}.",
            GrantHeld held => $"The start waits: {Sentence(held.Reason)}",
            GrantAbandoned abandoned => $"The start could not be made in time: {Sentence(abandoned.Reason)}",
            GrantIntended intended =>
                $"About to create {intended.Binding} (attempt {intended.Attempt}), which ends at {Time(intended.NotAfter)} at the latest.",
            GrantAttemptFailed failed => $"Attempt {failed.Attempt} bound nothing: {Sentence(failed.Reason)}",
            GrantOutcomeUnknown unknown => $"Nobody knows whether attempt {unknown.Attempt} bound anything: {Sentence(unknown.Reason)}",
            BindingObserved seen => $"The binding was seen (uid {seen.Uid}), ending at {Time(seen.NotAfter)}: {Sentence(seen.Reason)}",
            Granted granted => $"Access is in force until {Time(granted.ExpiresAt)}, {About(granted.ExpiresAt - at)} from now; the cluster confirmed it.",
            RoleChangeObserved { Rules.Count: 0 } => "The role is gone, or has no rules: the binding gives nothing for now.",
            RoleChangeObserved changed => $"The role's rules changed to {Count(changed.Rules.Count, "rule", "rules")} that may still be granted.",
            RevocationStarted { Outcome: var outcome, By: var by, Reason: var reason } => $"Removal began{By(by)} ({Words(outcome)}): {Sentence(reason)}",
            RevocationAttemptFailed failed => $"Removing the access failed and goes on: {Sentence(failed.Reason)}",
            RevocationUnconfirmed unconfirmed =>
                $"The end of access is not confirmed; attempts go on: {Sentence(unconfirmed.Reason)}{StillAllowed(unconfirmed.Answers)}",
            AccessGone gone => $"The cluster confirmed that the access is gone.{Residual(gone.Residual)}",
            GoneByWord word => $"Closed on the word of {Name(word.Operator)}, not the cluster's: {Sentence(word.Reason)}",
            StrayBindingFound stray => $"A binding of this request appeared after it had closed (uid {stray.Uid}); it is being removed.",
            NoticeDelivered told => $"{Reader(told.Notice)} told by {told.Channel} {Words(told.Notice.Kind)}.",
            NoticeUndelivered untold => $"{Reader(untold.Notice)} not told {Words(untold.Notice.Kind)}, by any channel: {Sentence(untold.Reason)}",
            _ => throw new ArgumentOutOfRangeException(nameof(fact)),
        };

        string Reader(Notice notice) => notice.To is { } person ? $"{Name(person)} was" : "The operators were";

        string OfTicket(TicketFact ticket) => ticket switch
        {
            TicketRecorded { Ticket: var told, By: var by } =>
                $"Ticket {told.Id} of {told.Customer} is {(told.Status == TicketStatus.Active ? "active" : "closed")}, as told by {Name(by)}: {Sentence(told.Title)}",
            TicketClosed closed => $"Ticket {closed.Id} was closed by {Name(closed.By)}.",
            _ => throw new ArgumentOutOfRangeException(nameof(fact)),
        };

        string OfSystem(SystemFact system) => system switch
        {
            GrantsPaused paused => $"{Name(paused.By)} paused new grants on {Words(paused.Scope)}: {Sentence(paused.Reason)}",
            GrantsResumed resumed => $"{Name(resumed.By)} resumed grants on {Words(resumed.Scope)}: {Sentence(resumed.Reason)}",
            RevocationOrdered ordered => $"{Name(ordered.By)} ordered the end of all access on {Words(ordered.Scope)}: {Sentence(ordered.Reason)}",
            _ => throw new ArgumentOutOfRangeException(nameof(fact)),
        };
    }

    private static string OfCluster(ClusterFact fact) => fact switch
    {
        OrphanRemoved orphan => $"Removed {orphan.Binding} on cluster {orphan.Cluster}, which no open grant explains: {Sentence(orphan.Why)}",
        OverdueRemoved overdue => $"Removed {overdue.Binding} on cluster {overdue.Cluster}, which stood past its end at {Time(overdue.NotAfter)}.",
        QuarantinedBindingRemoved quarantined => $"Removed {quarantined.Binding} on cluster {quarantined.Cluster}; its request cannot be read, or its end not recorded.",
        UnmanagedCopyFound copy => $"{copy.Binding} on cluster {copy.Cluster} gives the role outside this broker's control.",
        _ => throw new ArgumentOutOfRangeException(nameof(fact)),
    };

    private static string Words(Terms terms) =>
        $"{terms.Role} on {(terms.Scope is Scope.Namespace one ? $"namespace {one.Name} of " : "")}cluster {terms.Cluster} for {Span(terms.Duration)}";

    private static string Words(PauseScope scope) => scope switch
    {
        PauseScope.Everything => "every cluster",
        PauseScope.OfCustomer of => $"the clusters of {of.Customer}",
        PauseScope.OfCluster of => $"cluster {of.Cluster}",
        _ => throw new ArgumentOutOfRangeException(nameof(scope)),
    };

    private static string Words(Outcome outcome) => outcome switch
    {
        Outcome.Refused => "refused",
        Outcome.Lapsed => "lapsed",
        Outcome.Withdrawn => "withdrawn",
        Outcome.Cancelled cancelled => Words(cancelled.Cause),
        Outcome.GrantFailed => "the grant failed",
        Outcome.Ended ended => Words(ended.Cause),
        _ => throw new ArgumentOutOfRangeException(nameof(outcome)),
    };

    private static string Words(CancelCause cause) => cause switch
    {
        CancelCause.TicketClosed => "the ticket was closed",
        CancelCause.RoleChanged => "the role changed",
        CancelCause.OperatorRevoked => "an operator's order",
        CancelCause.CustomerRevoked => "the customer's order",
        _ => throw new ArgumentOutOfRangeException(nameof(cause)),
    };

    private static string Words(EndCause cause) => cause switch
    {
        EndCause.Expired => "the window ended",
        EndCause.TicketClosed => "the ticket was closed",
        EndCause.CustomerRevoked => "the customer's order",
        EndCause.EngineerReleased => "handed back by the engineer",
        EndCause.OperatorRevoked => "an operator's order",
        EndCause.BindingAltered => "the binding was altered",
        EndCause.BindingDisappeared => "the binding disappeared",
        EndCause.RoleChanged => "the role changed",
        _ => throw new ArgumentOutOfRangeException(nameof(cause)),
    };

    private static string Words(NoticeKind kind) => kind switch
    {
        NoticeKind.ConsentAsked => "that consent is asked",
        NoticeKind.Decided => "of the decision",
        NoticeKind.EndedWithoutAccess => "that there is no access",
        NoticeKind.Granted => "that access is in force",
        NoticeKind.ExpiringSoon => "that the window ends soon",
        NoticeKind.Ended => "that access has ended",
        NoticeKind.RevocationUnconfirmed => "that the end of access is not confirmed",
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    private static string Start(Terms terms) => terms.StartAt is { } start ? $", starting at {Time(start)}" : "";

    private static string Note(string comment) => comment.Length == 0 ? "" : $" Comment: {Sentence(comment)}";

    private static string StillAllowed(IReadOnlyList<ProbeAnswer> answers) => answers.Any(answer => answer.Allowed)
        ? $" Still allowed: {string.Join(", ", answers.Where(answer => answer.Allowed).Select(answer => answer.Probe))}."
        : "";

    private static string Residual(IReadOnlyList<ProbeAnswer> residual) => residual.Count == 0
        ? ""
        : $" Allowed by other means: {string.Join(", ", residual.Select(answer => answer.Grantor is { } by ? $"{answer.Probe} (by {by})" : $"{answer.Probe}"))}.";

    private static string Count(int number, string one, string many) => $"{number} {(number == 1 ? one : many)}";

    // Reasons come as sentences, titles and comments as they were typed.
    private static string Sentence(string text) => text.Length > 0 && text[^1] is '.' or '!' or '?' ? text : text + ".";
}
