using AksArcJit.Lifecycle.Notices;
using AksArcJit.Lifecycle.Requests;
using AksArcJit.Lifecycle.Roles;
using AksArcJit.Lifecycle.Rules;
using AksArcJit.TestKit;
using static AksArcJit.Lifecycle.Requests.RequestState;
using static AksArcJit.Lifecycle.Requests.Signal;

namespace AksArcJit.Lifecycle.Tests.Exhaustive;

/// <summary>
/// Every signal, in every node, with each deviation that could matter. A genuine one could really arrive in this world and is followed;
/// the others (an absence of what stands, a uid never born) must be answered soundly too, but lead nowhere.
/// </summary>
public static class Signals
{
    public static IEnumerable<(Signal Signal, bool IsGenuine)> In(Node node) =>
        Asks(node).Concat(Answers(node)).Concat(Orders()).Concat(GrantDues(node)).Select(signal => (signal, true)).Concat(Outcomes(node));

    private static IEnumerable<Signal> Asks(Node node)
    {
        if (node.State is not Unasked)
            return [new Ask(Cast.Requests[0], Cast.Fine)];
        var lonely = Cast.Requests[^1] with { Approvers = [.. Cast.Requests[0].Approvers.Take(3)] };
        var late = Cast.Requests[0] with { Terms = Cast.Requests[0].Terms with { StartAt = node.Now } };
        return
        [
            .. Cast.Requests.Select(request => new Ask(request, Cast.Fine)),
            .. Cast.Adverse.Select(adverse => new Ask(Cast.Requests[0], adverse)),
            new Ask(Cast.Requests[0], Cast.Fine with { PendingTwin = Sample.Id(8) }),
            new Ask(Cast.Requests[0] with { Continues = Sample.Id(8) }, Cast.Fine),
            new Ask(lonely, Cast.Fine),
            new Ask(late, Cast.Fine),
        ];
    }

    private static IEnumerable<Signal> Answers(Node node)
    {
        yield return new Refuse(Sample.Approver, Sample.SecretHash(Sample.Approver), "no");
        yield return new Refuse(Sample.Approver, "forged", "no");
        if (node.State is not AwaitingConsent waiting)
        {
            yield return Yes(Sample.Approver, Sample.Terms(Sample.Id(7)));
            yield break;
        }

        // Narrowed first: of nodes alike the first met is kept, and from narrowed terms a widening shows.
        var fresh = Cast.Approvers.FirstOrDefault(p => waiting.Consents.All(c => c.Approver != p)) ?? Sample.Approver;
        var yes = Yes(fresh, waiting.Terms);
        yield return LimitedTo(new Scope.Namespace("one")) with { Duration = waiting.Request.Terms.Duration / 2 };
        foreach (var person in (Person[])[.. Cast.Approvers, Sample.Engineer, Cast.Stranger])
            yield return Yes(person, waiting.Terms);
        var changed = waiting.Terms with { RulesHash = Cast.ChangedRules.Hash };
        var original = waiting.Terms with { RulesHash = Sample.Rules.Hash };
        yield return yes with { SecretHash = "forged" };
        yield return yes with { ShownTermsHash = Sample.Terms(Sample.Id(8)).Hash() };
        yield return yes with { ShownTermsHash = waiting.Request.Terms.Hash() };
        foreach (var duration in (TimeSpan[])[waiting.Request.Terms.Duration / 2, waiting.Request.Terms.Duration * 2, TimeSpan.Zero, -yes.Circumstances.Policy!.MaximumDuration])
            yield return yes with { Duration = duration };
        foreach (var scope in (Scope[])[new Scope.Namespace("one"), new Scope.Namespace("two"), new Scope.Cluster(), new Scope.Namespace("")])
            yield return LimitedTo(scope);
        foreach (var reading in (Reading<LiveNamespace>?[])[null, new Reading<LiveNamespace>.Missing(), Sample.Live(new Scope.Namespace("two"))])
            yield return yes with { Scope = new Scope.Namespace("one"), Circumstances = yes.Circumstances with { Namespace = reading } };
        yield return yes with { Circumstances = Here(Cast.RoleChanged) };
        yield return yes with { Circumstances = Here(Cast.Fine) };
        yield return yes with { Circumstances = Here(Cast.RoleChanged), ShownTermsHash = changed.Hash() };
        yield return yes with { Circumstances = Here(Cast.Fine), ShownTermsHash = original.Hash() };
        yield return yes with { Circumstances = Here(Cast.Without(fresh)) };
        yield return yes with { Circumstances = Here(Cast.Without(Sample.Approver)) };
        foreach (var adverse in Cast.Adverse)
            yield return yes with { Circumstances = Here(adverse) };

        Approve LimitedTo(Scope scope) => yes with { Scope = scope, Circumstances = yes.Circumstances with { Namespace = Sample.Live(scope) } };

        Circumstances Here(Circumstances circumstances) => circumstances with { Namespace = Sample.Live(waiting.Terms.Scope) };
    }

    private static Approve Yes(Person approver, Terms shown) =>
        new(approver, Sample.SecretHash(approver), shown.Hash(), null, null, "", Suiting(shown));

    /// <summary>Circumstances in which nothing stands against the terms.</summary>
    public static Circumstances Suiting(Terms terms) =>
        (terms.RulesHash == Cast.ChangedRules.Hash ? Cast.RoleChanged : Cast.Fine) with { Namespace = Sample.Live(terms.Scope) };

    private static IEnumerable<Signal> Orders()
    {
        yield return new Withdraw(Sample.Engineer);
        yield return new Withdraw(Cast.Stranger);
        foreach (var whose in Enum.GetValues<RevokedBy>())
            yield return new Revoke(whose, whose == RevokedBy.Engineer ? Sample.Engineer : Sample.Operator, "enough");
        yield return new ConfirmGone(Sample.Operator, "seen with my own eyes");
        yield return new TicketClosed("solved");
        yield return new DeadlineReached();
        yield return new RoleObserved(Sample.Rules.Hash, Sample.Rules.Rules, []);
        yield return new RoleObserved(Cast.ChangedRules.Hash, Cast.ChangedRules.Rules, []);
        yield return new RoleObserved(Cast.ForbiddenRules.Hash, Cast.ForbiddenRules.Rules, ["It can change who may do what."]);
    }

    private static IEnumerable<Signal> GrantDues(Node node) =>
        ((Circumstances[])[Cast.Fine, Cast.RoleChanged, .. node.State is Scheduled or Granting ? Cast.Adverse : []]).Select(c => new GrantDue(c));

    private static IEnumerable<(Signal, bool)> Outcomes(Node node)
    {
        var current = node.Ledger.Attempts;
        foreach (var attempt in (int[])[current, current - 1])
        {
            var real = attempt > 0;
            yield return (new CreateWithheld(attempt, "paused"), real);
            yield return (new CreateFailed(attempt, "forbidden"), real);
            yield return (new CreateUnknown(attempt, "timeout"), real);
        }

        var binding = node.Ledger.Binding ?? BindingName.For(Sample.Id(7), new Scope.Cluster());
        var stood = new[] { node.World.Standing, node.World.Gone }.OfType<Binding>().ToList();
        var born = stood.Select(b => b.Uid).ToList();
        foreach (var seen in stood.Append(new Binding("unborn", node.Now, false)).Append(new Binding("unborn", node.Now.AddHours(9), false)))
        {
            yield return (new BindingCreated(seen.Uid, seen.NotAfter, Cast.AllowedBy(binding)), born.Contains(seen.Uid));
            yield return (new BindingCreated(seen.Uid, seen.NotAfter, Cast.PartlyAllowed), born.Contains(seen.Uid));
        }
        foreach (var uid in born.Append("unborn"))
        {
            yield return (new StrayBinding(uid), uid != "unborn");
            yield return (new BindingAltered(uid, "another subject"), uid != "unborn");
            yield return (new BindingDisappeared(uid), uid == node.World.Gone?.Uid);
        }

        var notice = new Notice(NoticeKind.ConsentAsked, 1, Sample.Approver);
        yield return (new NoticesSettled([new NoticeOutcome.Delivered(notice, "smtp"), new NoticeOutcome.Undelivered(notice with { To = null }, "no answer")]), true);
        yield return (new NoticesSettled([]), true);
        yield return (new RemovalFailed("no answer"), true);
        var now = node.Now;
        var limit = Node.GrantOf(node.State) is { } grant && grant.MayAppearUntil > Sample.Start ? grant.MayAppearUntil : now;
        foreach (var answers in (IReadOnlyList<ProbeAnswer>[])[Cast.Denied, Cast.AllowedByOther, Cast.AllowedByAzure, Cast.AllowedUnnamed, Cast.AllowedBy(binding)])
        {
            if (node.World.Absence is { } absence)
                yield return (new BindingAbsent(absence.SoughtUid, absence.ObservedAt, answers), true);
            yield return (new BindingAbsent(node.Ledger.Uid, limit - Deadlines.Instant, answers), false);
            yield return (new BindingAbsent(node.Ledger.Uid, limit, answers), false);
            yield return (new BindingAbsent("unborn", now, answers), false);
        }
    }
}
