using AksArcJit.Broker.Options;
using AksArcJit.Lifecycle;
using AksArcJit.Lifecycle.Requests;
using AksArcJit.Web.Authentication;

namespace AksArcJit.Web.Requests;

/// <summary>How somebody stands to a request; nothing at all means that for them it does not exist.</summary>
[Flags]
internal enum Standing
{
    None = 0,
    Engineer = 1,
    Approver = 2,
    Operator = 4,
    Auditor = 8,
}

/// <summary>The object-level rules: who may see what (design section 1).</summary>
internal static class Sight
{
    public static Standing Of(Caller caller, AccessRequest request, ClusterBook book) =>
        // By person, not by role: who lost the role must still be able to hand access back.
        (caller.Person == request.Terms.Engineer ? Standing.Engineer : Standing.None)
        | (ApprovesFor(caller, request.Terms.Cluster, book) ? Standing.Approver : Standing.None)
        | (caller.Is(RoleNames.Operator) ? Standing.Operator : Standing.None)
        | (caller.Is(RoleNames.Auditor) ? Standing.Auditor : Standing.None);

    public static bool SeesAll(Caller caller) => caller.Is(RoleNames.Operator) || caller.Is(RoleNames.Auditor);

    public static bool ApprovesFor(Caller caller, ClusterId cluster, ClusterBook book) =>
        caller.Is(RoleNames.Approver) && book.Find(cluster) is { } entry && entry.Approvers.Any(approver => approver.Person == caller.Person);

    public static bool SeesCluster(Caller caller, ClusterId cluster, ClusterBook book) =>
        SeesAll(caller) || caller.Is(RoleNames.Engineer) || ApprovesFor(caller, cluster, book);
}
