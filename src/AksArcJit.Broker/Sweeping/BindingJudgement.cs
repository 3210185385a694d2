using AksArcJit.Broker.Ports;
using AksArcJit.Lifecycle;
using AksArcJit.Lifecycle.Operations;
using AksArcJit.Lifecycle.Requests;

namespace AksArcJit.Broker.Sweeping;

/// <summary>What is wrong with a binding that stands, held against the request that it belongs to. Pure: it reads nothing and does nothing.</summary>
public static class BindingJudgement
{
    /// <summary>Left to the deadline queue first, so that the usual end is recorded by the request itself.</summary>
    public static readonly TimeSpan EndMargin = TimeSpan.FromSeconds(5);

    public static bool IsOverdue(StandingBinding binding, string installation, DateTimeOffset now) =>
        // The time is whatever stands in the cluster, the year 9999 included: nothing is added to it.
        binding.Installation == installation && now - EndMargin >= binding.NotAfter;

    public static SweepFinding Overdue(ClusterId cluster, StandingBinding binding) => new(
        FindingKind.Overdue, cluster, binding.Owner, binding.Name, $"It stands past its own end, {binding.NotAfter:u}.",
        new Remedy.Remove(binding, new ClusterFact.OverdueRemoved(cluster, binding.Name, binding.Uid, binding.NotAfter!.Value)));

    /// <param name="request">Of the binding's owner; missing where it has none, unreadable where its chain is quarantined.</param>
    /// <param name="givesRole">Whether a binding gives the cluster's role to an engineer with an open request there.</param>
    /// <returns>Null where nothing is wrong.</returns>
    public static SweepFinding? Judge(
        ClusterId cluster, StandingBinding binding, Reading<RequestState> request, string installation, Func<StandingBinding, bool> givesRole, DateTimeOffset now)
    {
        var isOurs = binding.Installation == installation;
        SweepFinding Found(FindingKind kind, string what, Remedy remedy) =>
            new(kind, cluster, binding.Owner, binding.Name, what, remedy);

        if (request is Reading<RequestState>.Unreadable)
            return isOurs && (binding.NotAfter is null || now >= binding.NotAfter)
                ? Found(FindingKind.Quarantined, "Its request cannot be read, and it is past its end.",
                    new Remedy.Remove(binding, new ClusterFact.QuarantinedBindingRemoved(cluster, binding.Name, binding.Uid)))
                : null;
        var state = (request as Reading<RequestState>.Found)?.Value;
        return state switch
        {
            // Near its end it is the request's own removal, by this broker's clock or another instance's.
            RequestState.Active active when active.Grant.Uid == binding.Uid && binding.IsBeingDeleted => now >= active.ExpiresAt - EndMargin ? null : Found(
                FindingKind.Deleted, "The grant's binding was deleted by somebody else, and is held by finalizers.",
                new Remedy.Submit(active.Request.Id, new Signal.BindingDisappeared(binding.Uid))),
            RequestState.Active active when active.Grant.Uid == binding.Uid => Alteration(active, binding, installation) is var (kind, what)
                ? Found(kind, $"Not as it was: {what}.", new Remedy.Submit(active.Request.Id, new Signal.BindingAltered(binding.Uid, what)))
                : null,
            RequestState.Active active when active.Grant.Binding == binding.Name => Recreated(cluster, active, binding, installation),
            RequestState.Closed { Grant: { } grant } closed when isOurs && grant.Binding == binding.Name => Found(
                FindingKind.Orphaned, "It stands although its request has ended.", new Remedy.Submit(closed.Request.Id, new Signal.StrayBinding(binding.Uid))),
            // What they are about: the request's own removal or create takes it.
            RequestState.Granting { Grant.Binding: var own } when own == binding.Name => null,
            RequestState.Revoking { Grant.Binding: var own } when own == binding.Name => null,
            RequestState.RevocationUnconfirmed { Grant.Binding: var own } when own == binding.Name => null,
            RequestState.Asked asked when isOurs => Orphan(
                $"It carries the marks of request {asked.Request.Id}, whose binding it is not."),
            _ when isOurs => Orphan("No request of this installation intended it."),
            // Whatever it says of itself: labels of another installation are written as easily as none.
            _ when givesRole(binding) => Found(
                FindingKind.Copied, binding.Installation is { } other
                    ? $"It gives the role to an engineer with an open request, and is labelled for installation {other}, not for this one."
                    : "It gives the role to an engineer with an open request, and is not ours.",
                new Remedy.Journal(new ClusterFact.UnmanagedCopyFound(cluster, binding.Name, binding.Uid))),
            _ => null,
        };

        SweepFinding Orphan(string why) => Found(
            FindingKind.Orphaned, why, new Remedy.Remove(binding, new ClusterFact.OrphanRemoved(cluster, binding.Name, binding.Uid, why)));
    }

    /// <summary>What gives the engineer something under the grant's name goes with the grant, whatever it is: nobody else has a use for that name.</summary>
    public static SweepFinding Recreated(ClusterId cluster, RequestState.Active active, StandingBinding other, string installation) => new(
        FindingKind.Recreated, cluster, active.Request.Id, other.Name,
        $"Another stands under the grant's name, with uid {other.Uid}: {other.RoleRef} for {(other.Subjects.Count > 0 ? string.Join(", ", other.Subjects) : "nobody")}.",
        new Remedy.Submit(active.Request.Id, other.Installation == installation || other.Subjects.Contains($"User/{active.Terms.Subject}")
            ? new Signal.StrayBinding(other.Uid)
            : new Signal.BindingDisappeared(active.Grant.Uid!)));

    private static (FindingKind Kind, string What)? Alteration(RequestState.Active active, StandingBinding binding, string installation) =>
        binding.Installation != installation ? (FindingKind.Relabelled, "its labels")
        : binding.Request != active.Request.Id ? (FindingKind.Altered, "its request annotation")
        : binding.Ticket != active.Request.Ticket ? (FindingKind.Altered, "its ticket annotation")
        : binding.NotAfter?.ToUnixTimeSeconds() != active.Grant.NotAfter.ToUnixTimeSeconds() ? (FindingKind.Altered, "its notAfter annotation")
        : binding.Subjects is not [var subject] || subject != $"User/{active.Terms.Subject}" ? (FindingKind.Altered, "its subjects")
        : binding.RoleRef != $"ClusterRole/{active.Terms.Role}" ? (FindingKind.Altered, "its role")
        : binding.Name != active.Grant.Binding ? (FindingKind.Altered, "its place")
        : null;
}
