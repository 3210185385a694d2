using AksArcJit.Broker;
using AksArcJit.Broker.Ports;
using AksArcJit.Journal;
using AksArcJit.Lifecycle;
using AksArcJit.Lifecycle.Operations;
using AksArcJit.Lifecycle.Requests;
using AksArcJit.Lifecycle.Roles;
using AksArcJit.TestKit;
using AksArcJit.TestKit.Brokers;

namespace AksArcJit.Messaging.Tests.Outlets;

/// <summary>Facts as the Broker hands them to an outlet.</summary>
internal static class EventSamples
{
    private static readonly BindingName Binding = new("aks-service-rolebinding-x", "shop");
    private static readonly ProbeAnswer Answer = new(new Probe("get", "", "pods", "", "", "shop", ""), true, "RBAC: allowed by another", new BindingName("another", ""));

    public static Announcement Of(Fact fact, RequestState.Asked? state = null)
    {
        var stream = fact switch
        {
            SystemFact => StreamId.System,
            ClusterFact => StreamId.Of(Sample.ClusterId),
            _ => StreamId.Of(state!.Request.Id),
        };
        return new Announcement(new Sealing(new SeededEntropy(7), TestBroker.Key).Seal(stream, 0, HashChain.Start, [fact], Sample.Start)[0], fact, state);
    }

    /// <summary>Everything that is announced, once.</summary>
    public static IReadOnlyList<Announcement> All(AccessRequest request)
    {
        var terms = request.Terms;
        var grant = new Grant(terms, Binding, "uid", Sample.Start, Sample.Start, [], terms.RulesHash, Sample.Start);
        RequestState.Asked asked = new RequestState.AwaitingConsent(request, []);
        RequestState.Asked active = new RequestState.Active(request, grant, Sample.Start, Sample.Start);
        RequestState.Closed Closed(Outcome outcome) => new(request, grant, outcome);
        var removal = new Removal(new Outcome.Ended(EndCause.TicketClosed), Sample.Start, 0, Sample.Start, null);
        var ended = Closed(new Outcome.Ended(EndCause.Expired));
        return
        [
            Of(new RequestFact.AccessRequested(request, []), asked),
            Of(new RequestFact.ConsentGiven(Sample.Approver, "hash", terms, [], "fine"), asked),
            Of(new RequestFact.ConsentRefused(Sample.Approver, "no"), Closed(new Outcome.Refused())),
            Of(new RequestFact.ConsentLapsed(), Closed(new Outcome.Lapsed())),
            Of(new RequestFact.RequestWithdrawn(Sample.Engineer), Closed(new Outcome.Withdrawn())),
            Of(new RequestFact.RequestCancelled(CancelCause.RoleChanged, null, "changed"), Closed(new Outcome.Cancelled(CancelCause.RoleChanged))),
            Of(new RequestFact.GrantScheduled(terms, Sample.Start), new RequestState.Scheduled(request, terms, Sample.Start, null)),
            Of(new RequestFact.GrantAbandoned("paused"), Closed(new Outcome.GrantFailed("paused"))),
            Of(new RequestFact.Granted("uid", Sample.Start, Sample.Start, []), active),
            Of(new RequestFact.RoleChangeObserved("hash", []), active),
            Of(new RequestFact.RevocationStarted(removal.Outcome, Sample.Operator, "words of a person"), new RequestState.Revoking(request, grant, removal)),
            Of(new RequestFact.RevocationUnconfirmed("no answer", []), new RequestState.RevocationUnconfirmed(request, grant, removal)),
            Of(new RequestFact.AccessGone([Answer], [Answer]), ended),
            Of(new RequestFact.GoneByWord(Sample.Operator, "looked myself"), ended),
            Of(new RequestFact.StrayBindingFound("uid"), new RequestState.Revoking(request, grant, removal)),
            Of(new SystemFact.GrantsPaused(new PauseScope.Everything(), Sample.Operator, "audit")),
            Of(new SystemFact.GrantsResumed(new PauseScope.OfCluster(Sample.ClusterId), Sample.Operator, "done")),
            Of(new SystemFact.RevocationOrdered(new PauseScope.OfCustomer("contoso"), RevokedBy.Operator, Sample.Operator, "breach")),
            Of(new ClusterFact.OrphanRemoved(Sample.ClusterId, Binding, "uid", "no request")),
            Of(new ClusterFact.OverdueRemoved(Sample.ClusterId, Binding, "uid", Sample.Start)),
            Of(new ClusterFact.QuarantinedBindingRemoved(Sample.ClusterId, Binding, "uid")),
            Of(new ClusterFact.UnmanagedCopyFound(Sample.ClusterId, Binding, "uid")),
        ];
    }
}
