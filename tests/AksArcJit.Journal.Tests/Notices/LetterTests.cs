using AksArcJit.Journal.Notices;
using AksArcJit.Lifecycle;
using AksArcJit.Lifecycle.Notices;
using AksArcJit.Lifecycle.Requests;
using AksArcJit.Lifecycle.Roles;
using AksArcJit.TestKit;

namespace AksArcJit.Journal.Tests.Notices;

public sealed class LetterTests
{
    private static readonly RoleRules Dangerous = new([new PolicyRule(["create"], [""], ["pods/exec"], [], []), new PolicyRule(["get"], [""], ["secrets"], [], [])]);
    private static readonly RequestId Id = Sample.Id(7);
    private static readonly Uri Link = new("https://access.example/consent/secret");
    private static readonly TimeZoneInfo Berlin = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");

    public static TheoryData<NoticeKind> Kinds => [.. Enum.GetValues<NoticeKind>()];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Of_WhenAnyKind_ThenSaysWhoWhereAndWhy(NoticeKind kind)
    {
        var letter = Letter.Of(Told(kind));

        Assert.Contains("Erika Engineer", letter.Plain, StringComparison.Ordinal);
        Assert.Contains("Plant 7", letter.Subject, StringComparison.Ordinal);
        Assert.Contains("Why, in their words: Look at restarting pods\n", letter.Plain, StringComparison.Ordinal);
        Assert.Contains($"{Link}\n", letter.Plain, StringComparison.Ordinal);
        Assert.Contains($"<a href=\"{Link}\"", letter.Html, StringComparison.Ordinal);
        Assert.DoesNotContain("{", letter.Plain, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", letter.Html, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_WhenConsentIsAsked_ThenSaysWhatTheTicketIsAboutWhoAsksAndWhatTheRoleCanDo()
    {
        var told = Told(NoticeKind.ConsentAsked) with { Ticket = Sample.Ticket() with { Title = "Pods restart hourly", Severity = "B" }, Role = Dangerous };
        var letter = Letter.Of(told);

        Assert.Contains("What the ticket says: Pods restart hourly (severity B; active as last recorded)\n", letter.Plain, StringComparison.Ordinal);
        Assert.Contains($"Person: {Sample.Engineer.ObjectId}, as {Sample.Engineer.Issuer} says\n", letter.Plain, StringComparison.Ordinal);
        foreach (var sentence in RoleGuard.Sentences(Dangerous))
        {
            Assert.Contains(sentence, letter.Plain, StringComparison.Ordinal);
            Assert.Contains(sentence, letter.Html, StringComparison.Ordinal);
        }
        Assert.Contains("It could not be read just now", Letter.Of(told with { Ticket = null }).Plain, StringComparison.Ordinal);
        Assert.Contains($"Nothing: {RoleVerdict.Harmless.Words}.", Letter.Of(told with { Role = new RoleRules([]) }).Plain, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(NoticeKind.Granted)]
    [InlineData(NoticeKind.ExpiringSoon)]
    public void Of_WhenToldToTheEngineerInForce_ThenSaysHowToHandItBack(NoticeKind kind)
    {
        var own = new Uri("https://access.example/api/v1/access-requests/x");

        Assert.Contains($"POST {own}/revoke", Letter.Of(Told(kind) with { Own = own, Link = null }).Plain, StringComparison.Ordinal);
        Assert.DoesNotContain("/revoke", Letter.Of(Told(kind)).Plain, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2, "One more consent is needed.")]
    [InlineData(3, "2 more consents are needed.")]
    public void Of_WhenMoreConsentsAreNeeded_ThenSaysHowMany(int quorum, string said)
    {
        var request = Sample.Request(Id) with { Quorum = quorum };
        var consent = new RequestFact.ConsentGiven(Sample.Approver, Sample.Terms(Id).Hash(), Sample.Terms(Id), [], "");
        List<(RequestFact, DateTimeOffset)> story = [(new RequestFact.AccessRequested(request, Sample.Rules.Rules), Sample.Start), (consent, Sample.Start)];
        var told = Told(NoticeKind.Decided) with { State = (RequestState.Asked)Evolution.Fold(story), Facts = story };

        Assert.Contains($"{said}\n", Letter.Of(told).Plain, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_WhenGrantedToTheEngineer_ThenHasTheKubectlLineAndNoLink()
    {
        var letter = Letter.Of(Told(NoticeKind.Granted) with { Link = null, Kubectl = "kubectl get pods --namespace web" });
        Assert.Contains("    kubectl get pods --namespace web\n", letter.Plain, StringComparison.Ordinal);
        Assert.Contains("kubectl get pods --namespace web</pre>", letter.Html, StringComparison.Ordinal);
        Assert.DoesNotContain("consent/", letter.Plain + letter.Html, StringComparison.Ordinal);
    }

    [Theory]
    // Before, within and after the hour that comes twice, and around the one that is left out.
    [InlineData("2026-10-25T00:30:00Z", "2026-10-25 00:30:00 UTC (2026-10-25 02:30:00 +02:00 Europe/Berlin)")]
    [InlineData("2026-10-25T01:30:00Z", "2026-10-25 01:30:00 UTC (2026-10-25 02:30:00 +01:00 Europe/Berlin)")]
    [InlineData("2026-03-29T00:59:59Z", "2026-03-29 00:59:59 UTC (2026-03-29 01:59:59 +01:00 Europe/Berlin)")]
    [InlineData("2026-03-29T01:00:00Z", "2026-03-29 01:00:00 UTC (2026-03-29 03:00:00 +02:00 Europe/Berlin)")]
    public void Of_WhenTheReaderHasAZone_ThenTimesAreInBothWithTheOffset(string expiresAt, string shown)
    {
        var told = Told(NoticeKind.Granted, new RequestFact.Granted("uid-1", Sample.Start.AddYears(1), DateTimeOffset.Parse(expiresAt, null), [])) with { Zone = Berlin };
        var letter = Letter.Of(told);
        Assert.Contains($"Ends by itself: {shown}\n", letter.Plain, StringComparison.Ordinal);
        Assert.Contains(shown.Replace("+", "&#x2B;", StringComparison.Ordinal), letter.Html, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_WhenTheReaderHasNoZone_ThenTimesAreInUtcAlone() =>
        Assert.Contains("Ends by itself: 2026-03-02 11:00:00 UTC\n", Letter.Of(Told(NoticeKind.Granted)).Plain, StringComparison.Ordinal);

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Of_WhenTheWordsOfOthersAreHostile_ThenTheyAddNoLineMarkupOrLink(NoticeKind kind)
    {
        const string Evil = "x\r\nBcc: all@victim.example\n\nAnswer by: tomorrow\nhttps://evil.example/\u2028\u202e\u0000</td></tr></table><script>alert(1)</script><a href=\"https://evil.example\" onclick='x'>";
        var told = Told(kind);
        var request = told.Request with { EngineerName = Evil, Justification = Evil };
        told = told with { State = told.State with { Request = request }, Cluster = Evil, Installation = Evil, Kubectl = Evil, Ticket = Sample.Ticket() with { Title = Evil, Severity = Evil } };
        told = told with { Facts = [.. told.Facts.Select(entry => (Spoiled(entry.Fact), entry.At))] };

        var letter = Letter.Of(told);

        Assert.Single(letter.Subject.Split('\n', '\r', '\u2028', '\u2029', '\u0085'));
        Assert.InRange(letter.Subject.Length, 1, Letter.LongestSubject);
        var ours = letter.Plain.Split('\n').Where(line => !line.StartsWith("    | ", StringComparison.Ordinal)).ToList();
        Assert.DoesNotContain(ours, line => line.StartsWith("Bcc:", StringComparison.Ordinal) || line.StartsWith("https://evil", StringComparison.Ordinal) || line == "Answer by: tomorrow");
        Assert.DoesNotContain('\r', letter.Plain);
        Assert.DoesNotContain('\0', letter.Plain);
        Assert.DoesNotContain('\u202e', letter.Plain + letter.Html + letter.Subject);
        Assert.DoesNotContain("<script", letter.Html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("onclick='", letter.Html, StringComparison.Ordinal);
        Assert.Equal([$"<a href=\"{Link}\""], System.Text.RegularExpressions.Regex.Matches(letter.Html, "<a href=\"[^\"]*\"").Select(match => match.Value));

        static RequestFact Spoiled(RequestFact fact) => fact switch
        {
            RequestFact.ConsentGiven given => given with { Comment = Evil },
            RequestFact.RevocationUnconfirmed unconfirmed => unconfirmed with { Reason = Evil },
            _ => fact,
        };
    }

    [Fact]
    public void Of_WhenTheSubjectIsCutInAPairOfSurrogates_ThenThePairIsDroppedWhole()
    {
        for (var pad = 0; pad < 4; pad++)
        {
            var subject = Letter.Of(Told(NoticeKind.Granted) with { Cluster = new string('a', pad) + string.Concat(Enumerable.Repeat("🚀", 200)) }).Subject;
            Assert.InRange(subject.Length, Letter.LongestSubject - 1, Letter.LongestSubject);
            Assert.DoesNotContain('\ufffd', System.Text.Encoding.UTF8.GetString(System.Text.Encoding.UTF8.GetBytes(subject)));
        }
    }

    /// <summary>A whole case that ends in what the notice is about.</summary>
    private static Telling Told(NoticeKind kind, RequestFact? about = null)
    {
        List<RequestFact> facts = [new RequestFact.AccessRequested(Sample.Request(Id), Sample.Rules.Rules)];
        if (kind is not (NoticeKind.ConsentAsked or NoticeKind.EndedWithoutAccess))
            facts.Add(new RequestFact.ConsentGiven(Sample.Approver, Sample.Terms(Id).Hash(), Sample.Terms(Id), [], "Go ahead"));
        if (kind is NoticeKind.EndedWithoutAccess)
            facts.Add(new RequestFact.ConsentLapsed());
        if (kind is not (NoticeKind.ConsentAsked or NoticeKind.EndedWithoutAccess or NoticeKind.Decided))
        {
            facts.Add(new RequestFact.GrantIntended(1, Sample.Terms(Id), BindingName.For(Id, new Scope.Cluster()), Sample.Start.AddHours(3), []));
            facts.Add(about ?? new RequestFact.Granted("uid-1", Sample.Start.AddHours(3), Sample.Start.AddHours(2), []));
        }
        if (kind is NoticeKind.Ended or NoticeKind.RevocationUnconfirmed)
            facts.Add(new RequestFact.RevocationStarted(new Outcome.Ended(EndCause.Expired), null, "The window has ended."));
        if (kind is NoticeKind.RevocationUnconfirmed)
            facts.Add(new RequestFact.RevocationUnconfirmed("no answer", []));
        if (kind is NoticeKind.Ended)
            facts.Add(new RequestFact.AccessGone([], []));
        var story = facts.Select(fact => (fact, Sample.Start)).ToList();
        return new Telling(
            new Notice(kind, facts.Count, Sample.Approver), (RequestState.Asked)Evolution.Fold(story), story, "Plant 7", "test", TimeZoneInfo.Utc, Link, null,
            Sample.Ticket(), Sample.Rules, null);
    }
}
