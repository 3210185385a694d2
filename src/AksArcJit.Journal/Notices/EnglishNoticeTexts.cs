using AksArcJit.Lifecycle;
using AksArcJit.Lifecycle.Requests;
using AksArcJit.Lifecycle.Roles;
using AksArcJit.Lifecycle.Tickets;
using static AksArcJit.Lifecycle.Requests.RequestFact;

namespace AksArcJit.Journal.Notices;

internal sealed class EnglishNoticeTexts(Texts texts) : NoticeTexts
{
    private const string StatusPage = "See where it stands";
    private const string EndPage = "See where it stands, or end the access at any time";

    public override LetterText ConsentAsked(Telling told) => new(
        $"Consent asked: {told.Request.EngineerName} on {told.Cluster}, {told.State.Terms.Duration}",
        $"{told.Request.EngineerName} asks for support access to your cluster {told.Cluster}. Nothing is granted unless you consent.",
        [
            .. Case(told),
            (texts.PersonId, $"{told.Request.Terms.Engineer.ObjectId}, as {told.Request.Terms.Engineer.Issuer} says"),
            ("What the ticket says", told.Ticket is { Title.Length: > 0 } ticket
                ? texts.TicketStands(ticket.Title, ticket.Severity, ticket.Status == TicketStatus.Active)
                : $"It could not be read just now; the page shows it."),
            (texts.RoleDangers, RoleGuard.Sentences(told.Role) is { Count: > 0 } sentences
                ? (FormattableString)$"{string.Join('\n', sentences)}"
                : $"Nothing: {RoleVerdict.Harmless.Words}."),
            ("How long", $"{told.State.Terms.Duration}, counted from the moment access is in force"),
            .. told.State.Terms.StartAt is { } start ? [("Not before", $"{told.Local(start)}")] : Array.Empty<(string, FormattableString)>(),
            ("Answer by", $"{told.Local(told.Request.ConsentDeadline)}"),
        ],
        "Read exactly what the role can do, then decide",
        $"Opening the page changes nothing. Do not forward this message: whoever has the link can decide in your name.");

    public override LetterText Decided(Telling told) => told.Fact switch
    {
        ConsentGiven given => new(
            $"{told.NameOf(given.Approver)} consented: {told.Request.EngineerName} on {told.Cluster}",
            $"{told.NameOf(given.Approver)} consented to {told.Request.EngineerName}’s access to cluster {told.Cluster}, at {told.Local(told.At)}.",
            [
                .. Case(told),
                ("How long", $"{given.Terms.Duration}, counted from the moment access is in force"),
                .. given.Terms.StartAt is { } start ? [("Not before", $"{told.Local(start)}")] : Array.Empty<(string, FormattableString)>(),
                .. Comment(given.Comment),
            ],
            EndPage,
            Remaining(told)),
        ConsentRefused refused => new(
            $"{told.NameOf(refused.Approver)} refused: {told.Request.EngineerName} on {told.Cluster}",
            $"{told.NameOf(refused.Approver)} refused {told.Request.EngineerName}’s access to cluster {told.Cluster}, at {told.Local(told.At)}. Nothing is granted.",
            [.. Case(told), .. Comment(refused.Comment)],
            StatusPage),
        _ => throw new ArgumentOutOfRangeException(nameof(told)),
    };

    public override LetterText EndedWithoutAccess(Telling told) => new(
        $"No access: {told.Request.EngineerName} on {told.Cluster}",
        $"{told.Request.EngineerName} gets no access to cluster {told.Cluster} under this request. {Cause(told)}",
        [.. Case(told), ("Since", $"{told.Local(told.At)}")],
        StatusPage);

    public override LetterText Granted(Telling told)
    {
        var granted = (Granted)told.Fact;
        return new(
            $"Access in force: {told.Request.EngineerName} on {told.Cluster} until {Wording.Time(granted.ExpiresAt)}",
            $"{told.Request.EngineerName} has access to cluster {told.Cluster} until {told.Local(granted.ExpiresAt)}. The cluster itself confirmed it.",
            [.. Case(told), ("In force since", $"{told.Local(told.At)}"), ("Ends by itself", $"{told.Local(granted.ExpiresAt)}")],
            EndPage,
            [
                $"It ends by itself then, or sooner when the ticket closes or anybody of the customer, the engineer or an operator ends it.",
                .. HandBack(told),
            ]);
    }

    public override LetterText ExpiringSoon(Telling told)
    {
        var granted = (Granted)told.Fact;
        return new(
            $"Ending soon: access to {told.Cluster} ends at {Wording.Time(granted.ExpiresAt)}",
            $"Your access to cluster {told.Cluster} ends at {told.Local(granted.ExpiresAt)}.",
            Case(told),
            StatusPage,
            [
                .. HandBack(told),
                $"More time is a new request (an extension), with a consent of its own; ask before the end so that nothing is interrupted for long.",
            ]);
    }

    public override LetterText Ended(Telling told)
    {
        var begun = told.Facts.Where(entry => entry.Fact is Granted).Select(entry => (DateTimeOffset?)entry.At).LastOrDefault();
        return new(
            told.Fact is GoneByWord
                ? (FormattableString)$"Closed on an operator’s word: {told.Request.EngineerName} on {told.Cluster}"
                : $"Access ended: {told.Request.EngineerName} on {told.Cluster}",
            told.Fact is GoneByWord
                ? (FormattableString)$"{told.Request.EngineerName}’s access to cluster {told.Cluster} was closed on an operator’s word. The cluster itself has not confirmed that it is gone."
                : $"{told.Request.EngineerName}’s access to cluster {told.Cluster} has ended, and the cluster itself confirmed that it is gone.",
            [
                .. Case(told),
                .. begun is { } from ? [("In force since", $"{told.Local(from)}")] : Array.Empty<(string, FormattableString)>(),
                (told.Fact is GoneByWord ? "Closed" : "Confirmed gone", $"{told.Local(told.At)}"),
                ("Why it ended", Cause(told)),
                .. told.Fact is GoneByWord word ? [("Word of", $"{told.NameOf(word.Operator)}: {word.Reason}")] : Array.Empty<(string, FormattableString)>(),
                .. told.Fact is AccessGone { Residual: { Count: > 0 } residual } ? [("Still allowed by other means", Residual(residual))] : Array.Empty<(string, FormattableString)>(),
            ],
            StatusPage);
    }

    public override LetterText RevocationUnconfirmed(Telling told)
    {
        var unconfirmed = (RequestFact.RevocationUnconfirmed)told.Fact;
        return new(
            $"Not confirmed gone: {told.Request.EngineerName} on {told.Cluster}",
            $"The end of {told.Request.EngineerName}’s access to cluster {told.Cluster} is not confirmed. Count on access still being possible.",
            [.. Case(told), ("Not confirmed since", $"{told.Local(told.At)}"), ("What stands in the way", $"{unconfirmed.Reason}")],
            StatusPage,
            $"The broker goes on removing it and asking the cluster, without end. Whoever can reach the cluster should look whether the binding still stands.");
    }

    public override FormattableString Foot(Telling told) =>
        $"AksArcJit of installation {told.Installation}, request {told.Request.Id}. You get this message because your part in the request needs it; answers to it are not read.";

    private static IReadOnlyList<(string, FormattableString)> Case(Telling told) =>
    [
        ("Engineer", $"{told.Request.EngineerName}"),
        ("Why, in their words", $"{told.Request.Justification}"),
        ("Support ticket", $"{told.Request.Ticket}"),
        ("Cluster", $"{told.Cluster}"),
        ("Where", told.State.Terms.Scope is Scope.Namespace one ? (FormattableString)$"only in namespace {one.Name}" : $"in the whole cluster"),
        ("Role", $"{told.State.Terms.Role}"),
    ];

    private static IReadOnlyList<(string, FormattableString)> Comment(string comment) => comment.Length == 0 ? [] : [("Comment", $"{comment}")];

    private static IReadOnlyList<FormattableString> HandBack(Telling told) => told.Own is not { } own ? [] :
    [
        $"Done early? Hand it back, and it ends at once: POST {own.AbsoluteUri}/revoke with your token and a reason, for example curl -X POST {own.AbsoluteUri}/revoke -H \"Authorization: Bearer $TOKEN\" -H \"Content-Type: application/json\" -d '{{\"reason\": \"done\"}}'",
    ];

    private static FormattableString Remaining(Telling told) => told.State is RequestState.AwaitingConsent { Consents.Count: var given } && told.Request.Quorum > given
        ? Missing(told.Request.Quorum - given)
        : $"No further consent is needed. The request page shows whether access has begun, and whether it has ended.";

    private static FormattableString Missing(int consents) => consents == 1 ? $"One more consent is needed." : (FormattableString)$"{consents} more consents are needed.";

    private FormattableString Cause(Telling told) => told.State is RequestState.Closed closed ? (FormattableString)$"{texts.Cause(closed.Outcome)}" : $"";

    private static FormattableString Residual(IReadOnlyList<ProbeAnswer> residual) => $"{string.Join(", ", residual.Select(answer => answer.Grantor is { } by ? $"{answer.Probe} (by {by})" : $"{answer.Probe}"))}";
}
