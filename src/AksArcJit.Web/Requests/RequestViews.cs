using AksArcJit.Broker.Options;
using AksArcJit.Broker.Requests;
using AksArcJit.Contracts;
using AksArcJit.Journal;
using AksArcJit.Journal.Notices;
using AksArcJit.Lifecycle;
using AksArcJit.Lifecycle.Requests;
using AksArcJit.Lifecycle.Roles;
using EndCause = AksArcJit.Contracts.EndCause;

namespace AksArcJit.Web.Requests;

/// <summary>Requests as the API shows them.</summary>
internal static class RequestViews
{
    public static AccessRequestView View(SeenRequest seen)
    {
        var (history, state) = (seen.History, seen.State);
        var facts = new RequestFacts(history, state);
        var rules = facts.Rules;
        return new AccessRequestView
        {
            Id = history.Id.Text,
            Version = history.Version,
            TicketId = state.Request.Ticket.Text,
            ClusterId = state.Terms.Cluster.Text,
            Engineer = Engineer(state.Request),
            Scope = Scope(state.Terms.Scope),
            Duration = Iso8601.Write(state.Terms.Duration),
            Justification = state.Request.Justification,
            State = State(state),
            Outcome = Outcome(state),
            Cause = Cause(state),
            RequestedAt = state.Request.RequestedAt,
            ConsentDeadline = state.Request.ConsentDeadline,
            StartsAt = state.Terms.StartAt,
            GrantedAt = facts.Granted?.At,
            ExpiresAt = facts.Granted?.ExpiresAt,
            EndedAt = facts.EndedAt,
            ConfirmedGoneAt = facts.Gone?.At,
            ResidualAccess = [.. (facts.Gone?.Residual ?? []).Select(Residual)],
            Terms = new TermsView
            {
                Role = state.Terms.Role,
                RulesHash = state.Terms.RulesHash,
                Warnings = [.. RoleGuard.Inspect(rules).Select(finding => finding.Sentence).Distinct()],
            },
            Binding = Binding(state),
            Kubectl = state is RequestState.Active ? Kubectl.Line(rules, state.Terms.Scope) : null,
            Continues = state.Request.Continues?.Text,
            Timeline = [.. history.Facts.Select(fact => Entry(fact.Record, fact.Fact, facts))],
            Notices = [.. history.Facts.Select(fact => Notice(fact.Record, fact.Fact, facts)).OfType<NoticeView>()],
            Links = RequestLinks.For(seen),
        };
    }

    public static AccessRequestSummary Summary(RequestHistory history, RequestState.Asked state)
    {
        var facts = new RequestFacts(history, state);
        return new AccessRequestSummary
        {
            Id = history.Id.Text,
            Version = history.Version,
            TicketId = state.Request.Ticket.Text,
            ClusterId = state.Terms.Cluster.Text,
            Engineer = Engineer(state.Request),
            Scope = Scope(state.Terms.Scope),
            Duration = Iso8601.Write(state.Terms.Duration),
            State = State(state),
            Outcome = Outcome(state),
            Cause = Cause(state),
            RequestedAt = state.Request.RequestedAt,
            ConsentDeadline = state.Request.ConsentDeadline,
            StartsAt = state.Terms.StartAt,
            GrantedAt = facts.Granted?.At,
            ExpiresAt = facts.Granted?.ExpiresAt,
            EndedAt = facts.EndedAt,
            Self = RequestLinks.Self(history.Id),
        };
    }

    public static AccessRequestState State(RequestState.Asked state) => state switch
    {
        RequestState.AwaitingConsent => AccessRequestState.AwaitingConsent,
        RequestState.Scheduled => AccessRequestState.Scheduled,
        RequestState.Granting => AccessRequestState.Granting,
        RequestState.Active => AccessRequestState.Active,
        RequestState.Revoking => AccessRequestState.Revoking,
        RequestState.RevocationUnconfirmed => AccessRequestState.RevocationUnconfirmed,
        RequestState.Closed => AccessRequestState.Closed,
        _ => throw new ArgumentOutOfRangeException(nameof(state)),
    };

    private static AccessRequestOutcome? Outcome(RequestState.Asked state) => (state as RequestState.Closed)?.Outcome switch
    {
        null => null,
        Lifecycle.Requests.Outcome.Refused => AccessRequestOutcome.Refused,
        Lifecycle.Requests.Outcome.Lapsed => AccessRequestOutcome.Lapsed,
        Lifecycle.Requests.Outcome.Withdrawn => AccessRequestOutcome.Withdrawn,
        Lifecycle.Requests.Outcome.Cancelled => AccessRequestOutcome.Cancelled,
        Lifecycle.Requests.Outcome.GrantFailed => AccessRequestOutcome.GrantFailed,
        Lifecycle.Requests.Outcome.Ended => AccessRequestOutcome.Ended,
        _ => throw new ArgumentOutOfRangeException(nameof(state)),
    };

    private static EndCause? Cause(RequestState.Asked state) => Coming(state) switch
    {
        Lifecycle.Requests.Outcome.Cancelled cancelled => Enum.Parse<EndCause>(cancelled.Cause.ToString()),
        Lifecycle.Requests.Outcome.Ended ended => Enum.Parse<EndCause>(ended.Cause.ToString()),
        _ => null,
    };

    // What a removal under way closes with is known before it has closed.
    private static Outcome? Coming(RequestState.Asked state) => state switch
    {
        RequestState.Closed closed => closed.Outcome,
        RequestState.Revoking revoking => revoking.Removal.Outcome,
        RequestState.RevocationUnconfirmed unconfirmed => unconfirmed.Removal.Outcome,
        _ => null,
    };

    private static PersonView Engineer(AccessRequest request) => new() { Person = request.Terms.Engineer.ToString(), Name = request.EngineerName };

    private static ScopeView Scope(Scope scope) => scope is Scope.Namespace one
        ? new ScopeView { Kind = ScopeKind.Namespace, Namespace = one.Name }
        : new ScopeView { Kind = ScopeKind.Cluster };

    private static BindingView? Binding(RequestState.Asked state)
    {
        var grant = state switch
        {
            RequestState.Granting granting => granting.Grant,
            RequestState.Active active => active.Grant,
            RequestState.Revoking revoking => revoking.Grant,
            RequestState.RevocationUnconfirmed unconfirmed => unconfirmed.Grant,
            RequestState.Closed closed => closed.Grant,
            _ => null,
        };
        return grant is null ? null : new BindingView
        {
            Kind = grant.Binding.Kind,
            Name = grant.Binding.Name,
            Namespace = grant.Binding.Namespace.Length > 0 ? grant.Binding.Namespace : null,
            NotAfter = grant.NotAfter,
        };
    }

    private static ResidualAccess Residual(ProbeAnswer answer) =>
        new() { Access = answer.Probe.ToString(), AllowedBy = answer.Grantor, Reason = answer.Reason };

    private static NoticeView? Notice(FactRecord record, RequestFact fact, RequestFacts facts) => fact is not RequestFact.OfNotice of ? null : new NoticeView
    {
        Kind = Enum.Parse<NoticeKind>(of.Notice.Kind.ToString()),
        About = of.Notice.About,
        To = of.Notice.To is { } person ? new PersonView { Person = person.ToString(), Name = facts.NameOf(person) } : null,
        At = record.At,
        Channel = (fact as RequestFact.NoticeDelivered)?.Channel,
        Failure = (fact as RequestFact.NoticeUndelivered)?.Reason,
    };

    private static TimelineEntry Entry(FactRecord record, RequestFact fact, RequestFacts facts) => new()
    {
        Version = record.Version,
        Kind = record.Kind,
        At = record.At,
        By = RequestFacts.ActorOf(fact) is { } person ? new PersonView { Person = person.ToString(), Name = facts.NameOf(person) } : null,
        Summary = FactSummary.Of(fact, record.At, person => facts.NameOf(person) ?? person.ObjectId),
    };
}
