using AksArcJit.Broker.Ports;
using AksArcJit.Journal.Notices;
using AksArcJit.Lifecycle.Notices;
using AksArcJit.Lifecycle.Requests;
using AksArcJit.TestKit;

namespace AksArcJit.Messaging.Tests.Notices;

/// <summary>A notice that asks Ada for consent, or tells somebody of a decision.</summary>
internal static class SomeNotice
{
    public static readonly Uri Link = new($"https://access.example/consent/{Sample.Id(7)}.{new string('s', 43)}");

    public static OutgoingNotice Asking(string engineer = "Erika Engineer", string mail = "ada@contoso.example", string name = "Ada Approver") =>
        Of([new RequestFact.AccessRequested(Request(engineer), Sample.Rules.Rules)], new Notice(NoticeKind.ConsentAsked, 1, Sample.Approver), Link, name, [mail]);

    public static OutgoingNotice Lapsed(params IReadOnlyList<string> mails) =>
        Of([new RequestFact.AccessRequested(Request("Erika Engineer"), Sample.Rules.Rules), new RequestFact.ConsentLapsed()],
            new Notice(NoticeKind.EndedWithoutAccess, 2, Sample.Engineer), null, "Erika Engineer", mails);

    private static OutgoingNotice Of(IReadOnlyList<RequestFact> facts, Notice notice, Uri? link, string name, IReadOnlyList<string> mails)
    {
        var story = facts.Select(fact => (fact, Sample.Start)).ToList();
        var state = (RequestState.Asked)Evolution.Fold(story);
        var letter = Letter.Of(new Telling(notice, state, story, "Edge 01", "test", TimeZoneInfo.Utc, link, null, Sample.Ticket(), Sample.Rules, null));
        return new OutgoingNotice($"{state.Request.Id}.{notice.Kind.ToString().ToLowerInvariant()}.{notice.About}.abc", $"{state.Request.Id}.abc", notice, Sample.Start,
            new Addressee(name, mails, TimeZoneInfo.Utc), state, "Edge 01", letter, link);
    }

    private static AccessRequest Request(string engineer) => Sample.Request(Sample.Id(7)) with { EngineerName = engineer };
}
