using AksArcJit.Lifecycle;
using AksArcJit.Lifecycle.Requests;
using AksArcJit.Lifecycle.Roles;
using AksArcJit.Lifecycle.Rules;
using AksArcJit.Lifecycle.Tickets;

namespace AksArcJit.TestKit;

/// <summary>Ready-made values for tests: one customer, one cluster, one engineer, two approvers.</summary>
public static class Sample
{
    public const string Issuer = "https://issuer.test";
    public const string Customer = "contoso";

    public static readonly DateTimeOffset Start = new(2026, 3, 2, 9, 0, 0, TimeSpan.Zero);
    public static readonly TicketId TicketId = TicketId.Parse("CASE-1001");
    public static readonly ClusterId ClusterId = ClusterId.Parse("edge-01");
    public static readonly Person Engineer = new(Issuer, "11111111-1111-1111-1111-111111111111");
    public static readonly Person Approver = new(Issuer, "22222222-2222-2222-2222-222222222222");
    public static readonly Person SecondApprover = new(Issuer, "33333333-3333-3333-3333-333333333333");
    public static readonly Person ThirdApprover = new(Issuer, "44444444-4444-4444-4444-444444444444");
    public static readonly Person Operator = new(Issuer, "55555555-5555-5555-5555-555555555555");

    public static readonly RoleRules Rules = new(
    [
        PolicyRule.On(["get", "list", "watch"], [""], ["pods", "pods/log", "events"]),
        PolicyRule.On(["get", "list", "watch"], ["apps"], ["deployments"]),
    ]);

    public static RequestId Id(int number)
    {
        var bytes = new byte[17];
        BitConverter.TryWriteBytes(bytes.AsSpan(13), number);
        return RequestId.FromBytes(bytes);
    }

    public static ClusterPolicy Policy(int quorum = 1) => new(
        ClusterId, Customer, "aks-service", TimeSpan.FromHours(8), TimeSpan.FromHours(4), quorum, true, ["*"], [],
        [Approver, SecondApprover, ThirdApprover], true);

    public static Ticket Ticket() =>
        new(TicketId, Customer, [ClusterId], "Pods restart", "2", [Engineer], TicketStatus.Active, null);

    public static Circumstances Circumstances(int quorum = 1) => new(
        new Reading<Ticket>.Found(Ticket()), Policy(quorum), new Reading<RoleRules>.Found(Rules), false, null, null);

    public static Terms Terms(RequestId id, TimeSpan? duration = null, Scope? scope = null, DateTimeOffset? startAt = null) => new(
        id, Engineer, Engineer.ObjectId, ClusterId, "aks-service", scope ?? new Scope.Cluster(), startAt, duration ?? TimeSpan.FromHours(2), Rules.Hash);

    public static string SecretHash(Person approver) =>
        new RoleRules([PolicyRule.On([approver.ObjectId], [], [])]).Hash;

    public static AccessRequest Request(RequestId id, int quorum = 1, TimeSpan? duration = null, Scope? scope = null, DateTimeOffset? startAt = null) => new(
        TicketId, Customer, Terms(id, duration, scope, startAt), "Erika Engineer", "Look at restarting pods", Start, Start.AddHours(4), quorum,
        [.. new[] { Approver, SecondApprover, ThirdApprover }.Select((p, i) => new AskedApprover(p, $"Approver {i + 1}", 1, SecretHash(p)))],
        null, true);

    public static Signal.Approve Approve(Person approver, Terms shown, TimeSpan? duration = null, Scope? scope = null, int quorum = 1) =>
        new(approver, SecretHash(approver), shown.Hash(), duration, scope, "", Circumstances(quorum) with { Namespace = Live(scope ?? shown.Scope) });

    /// <summary>The namespace of a scope, standing; null for the whole cluster.</summary>
    public static Reading<LiveNamespace>? Live(Scope scope) =>
        scope is Scope.Namespace one ? new Reading<LiveNamespace>.Found(new LiveNamespace(one.Name, false)) : null;
}
