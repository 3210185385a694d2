using AksArcJit.Lifecycle.Requests;
using static AksArcJit.Lifecycle.Requests.RequestFact;
using static AksArcJit.Lifecycle.Requests.RequestState;

namespace AksArcJit.Lifecycle.Notices;

/// <param name="Since">UTC: when what it tells of happened; of <see cref="NoticeKind.ExpiringSoon"/> when it is to be told, which may lie ahead.</param>
public sealed record OwedNotice(Notice Notice, DateTimeOffset Since);

/// <summary>
/// Which notices a request still owes: everything that happened, less what was told, less what the request has overtaken since (nobody is
/// asked for a consent that was refused meanwhile). A function of the facts alone, so that no crash loses a notice.
/// </summary>
public static class OwedNotices
{
    /// <summary>Windows shorter than this are over before a warning would be read.</summary>
    public static readonly TimeSpan ShortestWarnedWindow = TimeSpan.FromMinutes(5);

    private const double LargestWarnedShare = 0.2;

    /// <param name="warning">How long before its end a window is told to end soon; never more than a fifth of the window.</param>
    /// <returns>In the order in which things happened.</returns>
    public static IReadOnlyList<OwedNotice> Of(IReadOnlyList<(RequestFact Fact, DateTimeOffset At)> facts, TimeSpan warning)
    {
        if (Evolution.Fold(facts) is not Asked asked)
            return [];
        var told = facts.Select(entry => (entry.Fact as OfNotice)?.Notice).ToHashSet();
        var owed = new List<OwedNotice>();
        for (var index = 0; index < facts.Count; index++)
            owed.AddRange(Of(asked, facts[index].Fact, facts[index].At, index + 1, IsLastOfItsKind(facts, index), warning).Where(one => !told.Contains(one.Notice)));
        return owed;
    }

    /// <param name="isLast">Whether nothing like it happened since.</param>
    private static IEnumerable<OwedNotice> Of(Asked asked, RequestFact fact, DateTimeOffset at, long about, bool isLast, TimeSpan warning)
    {
        return (fact, asked) switch
        {
            (AccessRequested, AwaitingConsent waiting) =>
                Tell(NoticeKind.ConsentAsked, Approvers(asked).Where(person => waiting.Consents.All(consent => consent.Approver != person))),
            (ConsentGiven given, _) => Tell(NoticeKind.Decided, EverybodyBut(given.Approver)),
            (ConsentRefused refused, _) => Tell(NoticeKind.Decided, EverybodyBut(refused.Approver)),
            (ConsentLapsed or GrantAbandoned, _) => Tell(NoticeKind.EndedWithoutAccess, EverybodyBut(null)),
            (RequestWithdrawn withdrawn, _) => Tell(NoticeKind.EndedWithoutAccess, EverybodyBut(withdrawn.By)),
            (RequestCancelled cancelled, _) => Tell(NoticeKind.EndedWithoutAccess, EverybodyBut(cancelled.By)),
            (Granted granted, Active) => Tell(NoticeKind.Granted, EverybodyBut(null)).Concat(Warn(granted)),
            (RequestFact.RevocationUnconfirmed, RequestState.RevocationUnconfirmed) when isLast =>
                Tell(NoticeKind.RevocationUnconfirmed, Approvers(asked).Prepend(null)),
            // A binding that appeared after the end, and was removed, is told once more: the newest word counts.
            (AccessGone or GoneByWord, Closed closed) when isLast =>
                Tell(closed.Outcome is Outcome.Ended ? NoticeKind.Ended : NoticeKind.EndedWithoutAccess, EverybodyBut(null)),
            _ => [],
        };

        IEnumerable<OwedNotice> Tell(NoticeKind kind, IEnumerable<Person?> persons) => persons.Select(person => new OwedNotice(new Notice(kind, about, person), at));

        IEnumerable<Person?> EverybodyBut(Person? teller) => Approvers(asked).Prepend(asked.Request.Terms.Engineer).Where(person => person != teller);

        IEnumerable<OwedNotice> Warn(Granted granted)
        {
            var window = granted.ExpiresAt - at;
            var lead = window * LargestWarnedShare < warning ? window * LargestWarnedShare : warning;
            return window < ShortestWarnedWindow
                ? []
                : [new OwedNotice(new Notice(NoticeKind.ExpiringSoon, about, asked.Request.Terms.Engineer), granted.ExpiresAt - lead)];
        }
    }

    private static IEnumerable<Person?> Approvers(Asked asked) => asked.Request.Approvers.Select(approver => approver.Person);

    private static bool IsLastOfItsKind(IReadOnlyList<(RequestFact Fact, DateTimeOffset At)> facts, int index) =>
        !facts.Skip(index + 1).Any(later => later.Fact.GetType() == facts[index].Fact.GetType()
            || (later.Fact, facts[index].Fact) is (AccessGone or GoneByWord, AccessGone or GoneByWord));
}
