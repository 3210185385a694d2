using System.Reflection;
using AksArcJit.Lifecycle;
using AksArcJit.Lifecycle.Notices;
using AksArcJit.Lifecycle.Operations;
using AksArcJit.Lifecycle.Requests;
using AksArcJit.Lifecycle.Roles;
using AksArcJit.Lifecycle.Tickets;
using AksArcJit.TestKit;

namespace AksArcJit.Journal.Tests;

/// <summary>One full sample of every kind of fact: no field empty that can be filled.</summary>
internal static class FactSamples
{
    private static readonly RequestId Id = Sample.Id(1);
    private static readonly Terms Terms = Sample.Terms(Id, TimeSpan.FromMinutes(95), new Scope.Namespace("web"), Sample.Start.AddTicks(1234567));
    private static readonly BindingName Binding = BindingName.For(Id, Terms.Scope);
    private static readonly IReadOnlyList<Probe> Probes = Probe.Of(Sample.Rules, Terms.Scope);
    private static readonly ProbeAnswer Denied = new(Probes[0], false, "", null);
    private static readonly ProbeAnswer Allowed = new(Probes[1], true, "RBAC: allowed by RoleBinding \"web/other\"", new BindingName("other", "web"));

    private static readonly ProbeAnswer AllowedByAzure = new(Probes[0], true, "Access allowed by Azure RBAC", null, new AzureRoleAssignment("a-1", "r-1"));

    public static readonly IReadOnlyList<Fact> All =
    [
        new RequestFact.AccessRequested(
            Sample.Request(Id, 2, TimeSpan.FromHours(2), null, Sample.Start.AddHours(1)) with { Justification = "Größe <prüfen> & „neu“ 🚀", Continues = Sample.Id(2), Membership = new Membership(["11111111-aaaa-1111-1111-111111111111", "support"], true, Sample.Engineer.ObjectId), EngineerMail = "erika@support.example" },
            Sample.Rules.Rules),
        new RequestFact.ConsentGiven(Sample.Approver, Sample.Terms(Id).Hash(), Terms, Sample.Rules.Rules, "Only web"),
        new RequestFact.ConsentRefused(Sample.Approver, "Not today"),
        new RequestFact.ConsentLapsed(),
        new RequestFact.RequestWithdrawn(Sample.Engineer),
        new RequestFact.RequestCancelled(CancelCause.TicketClosed, Sample.Operator, "Ticket CASE-1001 was closed."),
        new RequestFact.GrantScheduled(Terms, Sample.Start.AddHours(1)),
        new RequestFact.GrantHeld("Grants are paused."),
        new RequestFact.GrantAbandoned("Grants stayed paused."),
        new RequestFact.GrantIntended(1, Terms, Binding, Sample.Start.AddHours(3), Probes),
        new RequestFact.GrantAttemptFailed(1, "403 Forbidden"),
        new RequestFact.GrantOutcomeUnknown(2, "No answer within 10 s."),
        new RequestFact.BindingObserved("uid-1", Sample.Start.AddHours(3), "The ticket was closed meanwhile."),
        new RequestFact.Granted("uid-1", Sample.Start.AddHours(3), Sample.Start.AddHours(2), [Allowed]),
        new RequestFact.RoleChangeObserved(Sample.Rules.Hash, Sample.Rules.Rules),
        new RequestFact.RevocationStarted(new Outcome.Ended(EndCause.CustomerRevoked), Sample.Approver, "Enough."),
        new RequestFact.RevocationAttemptFailed("503 Service Unavailable"),
        new RequestFact.RevocationUnconfirmed("The cluster does not answer.", [Allowed]),
        new RequestFact.AccessGone([Denied, Allowed, AllowedByAzure], [Allowed, AllowedByAzure]),
        new RequestFact.GoneByWord(Sample.Operator, "The cluster was scrapped."),
        new RequestFact.StrayBindingFound("uid-2"),
        new RequestFact.NoticeDelivered(new Notice(NoticeKind.ConsentAsked, 1, Sample.Approver), "smtp"),
        new RequestFact.NoticeUndelivered(new Notice(NoticeKind.Granted, 7, Sample.Engineer), "smtp: no answer within 15 s"),
        new TicketFact.TicketRecorded(Sample.Ticket() with { Sequence = 7 }, Sample.Operator),
        new TicketFact.TicketClosed(Sample.TicketId, 8, Sample.Operator, SpeaksFor: ["contoso"]),
        new SystemFact.GrantsPaused(new PauseScope.Everything(), Sample.Operator, "Incident 7"),
        new SystemFact.GrantsResumed(new PauseScope.OfCustomer(Sample.Customer), Sample.Operator, "Incident 7 is over"),
        new SystemFact.RevocationOrdered(new PauseScope.OfCluster(Sample.ClusterId), RevokedBy.Operator, Sample.Operator, "Incident 8"),
        new ClusterFact.OrphanRemoved(Sample.ClusterId, Binding, "uid-3", "No open grant."),
        new ClusterFact.OverdueRemoved(Sample.ClusterId, Binding, "uid-6", Sample.Start.AddHours(3)),
        new ClusterFact.QuarantinedBindingRemoved(Sample.ClusterId, Binding, "uid-4"),
        new ClusterFact.UnmanagedCopyFound(Sample.ClusterId, new BindingName("copy", ""), "uid-5"),
    ];

    /// <summary>Every record that is a fact, found by reflection, so that a new one cannot be forgotten.</summary>
    public static IEnumerable<Type> Kinds =>
        typeof(Fact).Assembly.GetTypes().Where(type => type.IsAssignableTo(typeof(Fact)) && !type.IsAbstract);

    public static TheoryData<string> Names => [.. Kinds.Select(type => type.Name)];

    public static Fact Of(string kind)
    {
        var samples = All.Where(fact => fact.GetType().Name == kind).ToList();
        Assert.True(samples.Count == 1, $"FactSamples needs one sample of {kind}; it has {samples.Count}.");
        return samples[0];
    }

    /// <summary>Every member of a family, so that no outcome or scope goes unwritten.</summary>
    public static IEnumerable<Fact> Variants =>
    [
        .. Enum.GetValues<CancelCause>().Select(cause => new RequestFact.RequestCancelled(cause, null, "")),
        .. Enum.GetValues<EndCause>().Select(cause => Started(new Outcome.Ended(cause))),
        .. Enum.GetValues<CancelCause>().Select(cause => Started(new Outcome.Cancelled(cause))),
        Started(new Outcome.Refused()), Started(new Outcome.Lapsed()), Started(new Outcome.Withdrawn()), Started(new Outcome.GrantFailed("\u0000\u001b\ud83d\ude00\u2028")),
        new RequestFact.GrantScheduled(Sample.Terms(Id, TimeSpan.MaxValue), Timing.Latest.AddTicks(-1)),
        new RequestFact.GrantScheduled(Sample.Terms(Id, TimeSpan.FromTicks(1)), Timing.Earliest),
        .. Enum.GetValues<NoticeKind>().Select(kind => new RequestFact.NoticeDelivered(new Notice(kind, long.MaxValue, null), "files")),
        new TicketFact.TicketClosed(Sample.TicketId, null, Sample.Operator),
        new TicketFact.TicketClosed(Sample.TicketId, 9, Sample.Operator, new SourceEvent("https://tickets.example/", "e-1")),
        new TicketFact.TicketRecorded(Sample.Ticket(), Sample.Operator, new SourceEvent("https://tickets.example/", "e-2")),
        new TicketFact.TicketClosed(Sample.TicketId, 9, Sample.Operator, new SourceEvent("https://tickets.example/", "e-1"), ["contoso", "fabrikam"]),
    ];

    public static bool OutcomesAreComplete =>
        typeof(Outcome).GetNestedTypes(BindingFlags.Public).All(type => Variants.OfType<RequestFact.RevocationStarted>().Any(fact => fact.Outcome.GetType() == type));

    private static RequestFact.RevocationStarted Started(Outcome outcome) => new(outcome, null, "");
}
