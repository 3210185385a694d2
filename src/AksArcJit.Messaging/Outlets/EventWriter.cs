using System.Text.Json;
using AksArcJit.Broker.Options;
using AksArcJit.Broker.Ports;
using AksArcJit.Contracts;
using AksArcJit.Contracts.Events;
using AksArcJit.Lifecycle;
using AksArcJit.Lifecycle.Operations;
using AksArcJit.Lifecycle.Requests;
using static AksArcJit.Lifecycle.Requests.RequestFact;
using EndCause = AksArcJit.Contracts.EndCause;

namespace AksArcJit.Messaging.Outlets;

/// <summary>From the internal fact to the public event. What is told is decided in the Broker; here, in which words.</summary>
internal sealed class EventWriter(string installation)
{
    public OutgoingEvent Write(Announcement announcement)
    {
        var (type, data) = announcement.Fact switch
        {
            RequestFact fact => (TypeOf(fact), JsonSerializer.SerializeToUtf8Bytes(
                Access(announcement.Record.Version, fact, announcement.State ?? throw new InvalidOperationException($"{fact.GetType().Name} without its request.")),
                ContractsJson.Default.AccessEvent)),
            SystemFact fact => (TypeOf(fact), JsonSerializer.SerializeToUtf8Bytes(Order(fact), ContractsJson.Default.OrderEvent)),
            ClusterFact fact => (BrokerEventTypes.FindingRecorded, JsonSerializer.SerializeToUtf8Bytes(Finding(fact), ContractsJson.Default.FindingEvent)),
            _ => throw new ArgumentOutOfRangeException(nameof(announcement)),
        };
        return new OutgoingEvent(
            announcement.Record.FactId, $"urn:aksarcjit:{installation}", type, OutgoingEvent.SubjectOf(announcement.Record.Stream), announcement.Record.At, data);
    }

    private static string TypeOf(RequestFact fact) => fact switch
    {
        AccessRequested => BrokerEventTypes.AccessRequested,
        ConsentGiven => BrokerEventTypes.ConsentGiven,
        ConsentRefused => BrokerEventTypes.ConsentRefused,
        ConsentLapsed => BrokerEventTypes.ConsentLapsed,
        RequestWithdrawn => BrokerEventTypes.AccessWithdrawn,
        RequestCancelled => BrokerEventTypes.AccessCancelled,
        GrantScheduled => BrokerEventTypes.AccessScheduled,
        GrantAbandoned => BrokerEventTypes.AccessFailed,
        Granted => BrokerEventTypes.AccessGranted,
        RoleChangeObserved => BrokerEventTypes.RoleChanged,
        RequestFact.RevocationStarted => BrokerEventTypes.RevocationStarted,
        RequestFact.RevocationUnconfirmed => BrokerEventTypes.RevocationUnconfirmed,
        AccessGone or GoneByWord => BrokerEventTypes.AccessEnded,
        StrayBindingFound => BrokerEventTypes.AccessReappeared,
        _ => throw new ArgumentOutOfRangeException(nameof(fact)),
    };

    private static AccessEvent Access(long version, RequestFact fact, RequestState.Asked state)
    {
        var (request, terms) = (state.Request, state.Terms);
        var told = new AccessEvent
        {
            RequestId = request.Id.Text,
            Version = version,
            State = Enum.Parse<AccessRequestState>(state.GetType().Name),
            TicketId = request.Ticket.Text,
            ClusterId = terms.Cluster.Text,
            Customer = request.Customer,
            Engineer = new PersonView { Person = terms.Engineer.ToString(), Name = request.EngineerName },
            Role = terms.Role,
            Scope = ScopeOf(terms.Scope),
            Duration = Iso8601.Write(terms.Duration),
            Continues = request.Continues?.Text,
            Outcome = OutcomeOf(state) is { } outcome ? Word(outcome) : null,
            Reason = (OutcomeOf(state) as Outcome.GrantFailed)?.Reason,
            Cause = OutcomeOf(state) is Outcome.Ended ended ? Enum.Parse<EndCause>(ended.Cause.ToString()) : null,
        };
        return fact switch
        {
            AccessRequested => told with { ConsentDeadline = request.ConsentDeadline },
            ConsentGiven given => told with { By = View(given.Approver, request) },
            ConsentRefused refused => told with { By = View(refused.Approver, request) },
            ConsentLapsed => told,
            RequestWithdrawn withdrawn => told with { By = View(withdrawn.By, request) },
            RequestCancelled cancelled => told with { By = View(cancelled.By, request) },
            GrantScheduled scheduled => told with { StartsAt = scheduled.StartAt },
            GrantAbandoned abandoned => told with { Reason = abandoned.Reason },
            Granted granted => told with { ExpiresAt = granted.ExpiresAt, NotAfter = granted.NotAfter },
            RoleChangeObserved => told,
            RequestFact.RevocationStarted started => told with { By = View(started.By, request) },
            RequestFact.RevocationUnconfirmed unconfirmed => told with { Reason = unconfirmed.Reason },
            AccessGone gone => told with { ConfirmedBy = EndConfirmation.Cluster, ResidualAccess = [.. gone.Residual.Select(Residual)] },
            GoneByWord word => told with { ConfirmedBy = EndConfirmation.Operator, By = View(word.Operator, request) },
            StrayBindingFound => told,
            _ => throw new ArgumentOutOfRangeException(nameof(fact)),
        };
    }

    private static Outcome? OutcomeOf(RequestState.Asked state) => state switch
    {
        RequestState.Revoking revoking => revoking.Removal.Outcome,
        RequestState.RevocationUnconfirmed unconfirmed => unconfirmed.Removal.Outcome,
        RequestState.Closed closed => closed.Outcome,
        _ => null,
    };

    private static AccessRequestOutcome Word(Outcome outcome) => Enum.Parse<AccessRequestOutcome>(outcome.GetType().Name);

    private static PersonView? View(Person? person, AccessRequest request) => person is null ? null : new PersonView
    {
        Person = person.ToString(),
        Name = person == request.Terms.Engineer ? request.EngineerName : request.Approvers.FirstOrDefault(approver => approver.Person == person)?.Name,
    };

    private static ScopeView ScopeOf(Scope scope) => scope switch
    {
        Scope.Cluster => new ScopeView { Kind = ScopeKind.Cluster },
        Scope.Namespace one => new ScopeView { Kind = ScopeKind.Namespace, Namespace = one.Name },
        _ => throw new ArgumentOutOfRangeException(nameof(scope)),
    };

    private static ResidualAccess Residual(Lifecycle.Roles.ProbeAnswer answer) =>
        new() { Access = answer.Probe.ToString(), AllowedBy = answer.Grantor, Reason = answer.Reason };

    private static string TypeOf(SystemFact fact) => fact switch
    {
        SystemFact.GrantsPaused => BrokerEventTypes.GrantsPaused,
        SystemFact.GrantsResumed => BrokerEventTypes.GrantsResumed,
        SystemFact.RevocationOrdered => BrokerEventTypes.RevocationOrdered,
        _ => throw new ArgumentOutOfRangeException(nameof(fact)),
    };

    private static OrderEvent Order(SystemFact fact)
    {
        var (scope, by) = fact switch
        {
            SystemFact.GrantsPaused paused => (paused.Scope, paused.By),
            SystemFact.GrantsResumed resumed => (resumed.Scope, resumed.By),
            SystemFact.RevocationOrdered ordered => (ordered.Scope, ordered.By),
            _ => throw new ArgumentOutOfRangeException(nameof(fact)),
        };
        return new OrderEvent
        {
            By = new PersonView { Person = by.ToString() },
            Scope = scope switch
            {
                PauseScope.Everything => new OperationScope { All = true },
                PauseScope.OfCustomer one => new OperationScope { Customer = one.Customer },
                PauseScope.OfCluster one => new OperationScope { ClusterId = one.Cluster.Text },
                _ => throw new ArgumentOutOfRangeException(nameof(fact)),
            },
        };
    }

    private static FindingEvent Finding(ClusterFact fact) => fact switch
    {
        ClusterFact.OrphanRemoved found => Finding(found.Cluster, FoundBinding.Orphaned, found.Binding, found.Uid),
        ClusterFact.OverdueRemoved found => Finding(found.Cluster, FoundBinding.Overdue, found.Binding, found.Uid),
        ClusterFact.QuarantinedBindingRemoved found => Finding(found.Cluster, FoundBinding.Quarantined, found.Binding, found.Uid),
        ClusterFact.UnmanagedCopyFound found => Finding(found.Cluster, FoundBinding.Copied, found.Binding, found.Uid),
        _ => throw new ArgumentOutOfRangeException(nameof(fact)),
    };

    private static FindingEvent Finding(ClusterId cluster, FoundBinding kind, Lifecycle.Roles.BindingName binding, string uid) =>
        new() { ClusterId = cluster.Text, Kind = kind, Binding = binding.ToString(), Uid = uid, Removed = kind != FoundBinding.Copied };
}
