using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using AksArcJit.Journal.Evidence;
using AksArcJit.Journal.Timelines;
using AksArcJit.Lifecycle;
using AksArcJit.Lifecycle.Requests;
using AksArcJit.Lifecycle.Roles;
using AksArcJit.TestKit;

namespace AksArcJit.Journal.Tests.Evidence;

public class ReportTests
{
    [Theory]
    [MemberData(nameof(Cases.Names), MemberType = typeof(Cases))]
    public void Report_WhenAnyCase_ThenNeedsNothingFromOutsideAndRunsNothing(string name)
    {
        var html = Report(Cases.Of(name));

        Assert.DoesNotMatch("(?i)<script|<link|<img|<iframe|<object|@import|url\\((?!#)|\\son[a-z]+\\s*=|javascript:|src\\s*=", html);
        Assert.Contains("default-src 'none'", html, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Cases.Names), MemberType = typeof(Cases))]
    public void Report_WhenAnyCase_ThenIsWellFormed(string name)
    {
        var document = Parse(Report(Cases.Of(name)));

        Assert.Equal("en", (string?)document.Root!.Attribute("lang"));
        Assert.Equal(document.Descendants().Attributes("id").Count(), document.Descendants().Attributes("id").Select(id => id.Value).Distinct().Count());
    }

    [Fact]
    public void Report_WhenOthersWriteMarkup_ThenItIsTextAndNothingIsHidden()
    {
        var html = Report(Cases.Of("refused"));

        Assert.Contains("&lt;script&gt;alert(1)&lt;/script&gt;", html, StringComparison.Ordinal);
        Assert.DoesNotContain("\u202E", html, StringComparison.Ordinal);
        Assert.Contains(Cases.Hostile.Replace("\u202E", "[U+202E]", StringComparison.Ordinal), Parse(html).Root!.Value, StringComparison.Ordinal);
    }

    [Fact]
    public void Report_WhenRead_ThenAnswersWhoWhyWhatAndHowItEnded()
    {
        var text = Parse(Report(Cases.Of("ended"))).Root!.Value;

        Assert.All(
            new[]
            {
                "Erika Engineer", Sample.Engineer.ToString(), "The web shop’s pods restart", "CASE-1001", "Pods of the web shop restart", "contoso",
                "Only namespace web of cluster edge-01", "Consented: 1 h", "Approver 1 consented", "Only the web namespace, and one hour is enough.",
                "May read", "None: after the removal every question was denied.", "The window was over.", Sample.Terms(Cases.First).Hash(),
            },
            expected => Assert.Contains(expected, text, StringComparison.Ordinal));
        Assert.All(Cases.Of("ended").Requests[0].Records, record => Assert.Contains(record.Hash, text, StringComparison.Ordinal));
    }

    [Fact]
    public void Report_WhenTheWindowWasAnHour_ThenNowhereSaysFiftyNineMinutes() =>
        Assert.DoesNotContain("59 min", Report(Cases.Of("ended")), StringComparison.Ordinal);

    [Fact]
    public void Report_WhenOthersStillAllow_ThenNamesThemAsResidual() =>
        Assert.Contains("get pods in web, by ClusterRoleBinding aks-service-rolebinding", Parse(Report(Cases.Of("residual"))).Root!.Value, StringComparison.Ordinal);

    [Fact]
    public void Report_WhenAnAzureRoleAssignmentStillAllows_ThenNamesIt()
    {
        var answer = new ProbeAnswer(Probe.Of(Sample.Rules, new Scope.Namespace("web"))[0], true, "Access allowed by Azure RBAC", null, new AzureRoleAssignment("a-1", "r-1"));
        var text = Parse(Report(Cases.Request([
            .. Cases.Ended(Cases.First).SkipLast(1), (new RequestFact.AccessGone([answer], [answer]), new TimeSpan(1, 7, 3))]))).Root!.Value;

        Assert.Contains("get pods in web, by Azure role assignment a-1 of role r-1", text, StringComparison.Ordinal);
        Assert.Contains("get pods in web (by Azure role assignment a-1 of role r-1)", text, StringComparison.Ordinal);
        Assert.Contains("other means still allow part of what it allowed", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Report_WhenAnotherGrantOfThisBrokerStillAllows_ThenNeverSaysThatTheBrokerDidNotGiveIt()
    {
        const string Disowned = "The broker neither gave nor ended that access.";
        var another = Parse(Report(Cases.Request(Cases.EndedWithResidual(Cases.First, new BindingName(BindingName.Prefix + Cases.Second, ""))))).Root!.Value;
        var others = Parse(Report(Cases.Of("residual"))).Root!.Value;
        // Somebody copied this request's binding to a place where the broker never bound.
        var copied = Parse(Report(Cases.Request(Cases.EndedWithResidual(Cases.First, new BindingName(BindingName.Prefix + Cases.First, ""))))).Root!.Value;

        Assert.Contains($"get pods in web, by ClusterRoleBinding aks-service-rolebinding-{Cases.Second}: another grant of this broker, request {Cases.Second}", another, StringComparison.Ordinal);
        Assert.DoesNotContain(Disowned, another, StringComparison.Ordinal);
        Assert.All([others, copied], text => Assert.Contains(Disowned, text, StringComparison.Ordinal));
        Assert.All([others, copied], text => Assert.DoesNotContain("another grant of this broker", text, StringComparison.Ordinal));
    }

    [Fact]
    public void Report_WhenClosedOnWord_ThenNeverSaysThatAccessIsGone()
    {
        var text = Parse(Report(Cases.Of("word"))).Root!.Value;

        Assert.Contains("on the word of", text, StringComparison.Ordinal);
        Assert.Contains("no end is confirmed", text, StringComparison.Ordinal);
        Assert.DoesNotContain("confirmed that it is gone", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ended", "AwaitingConsent Granting Active Revoking")]
    [InlineData("word", "AwaitingConsent Granting Active Revoking RevocationUnconfirmed")]
    [InlineData("changed", "AwaitingConsent Scheduled Granting Active Revoking")]
    [InlineData("refused", "AwaitingConsent")]
    public void Timeline_WhenFolded_ThenHasTheStretchesWithoutGaps(string name, string phases)
    {
        var timeline = Of(name);

        Assert.Equal(phases, string.Join(' ', timeline.Stretches.Select(stretch => stretch.Phase)));
        Assert.All(timeline.Stretches.Zip(timeline.Stretches.Skip(1)), pair => Assert.Equal(pair.First.Until, pair.Second.From));
        Assert.NotNull(timeline.Stretches[^1].Until);
    }

    [Fact]
    public void Timeline_WhenStillActive_ThenIsOpenAndReachesToTheGrantedEnd()
    {
        var timeline = Of("active");

        Assert.Null(timeline.Stretches[^1].Until);
        Assert.Equal(timeline.Window!.Value.Until, timeline.Until);
        Assert.EndsWith("not over", TimelinePicture.Lines(timeline, [], Texts.English).Last(), StringComparison.Ordinal);
    }

    [Fact]
    public void Picture_WhenDrawn_ThenHasNameDescriptionAndBarsToScale()
    {
        var svg = XElement.Parse(TimelinePicture.Svg(Of("ended"), [], "t", Texts.English).ToString());
        var bars = svg.Descendants("rect").Where(rect => (string?)rect.Attribute("height") == "16").Select(rect => (double)rect.Attribute("width")!).ToList();

        Assert.Equal("t-title t-desc", (string?)svg.Attribute("aria-labelledby"));
        Assert.Contains("Access in force: 2026-03-02 09:07:02 UTC – 2026-03-02 10:07:02 UTC, 1 h.", svg.Element("desc")!.Value, StringComparison.Ordinal);
        Assert.Equal(4, bars.Count);
        Assert.InRange(bars[2] / bars[0], 60 / 7.0 - 0.1, 60 / 7.0 + 0.1);
    }

    [Fact]
    public void Report_WhenTheTicketsTimesAreRecorded_ThenARowAndABarTellThem()
    {
        var document = Parse(Report(Cases.Of("ended")));

        Assert.Contains("From 2026-03-02 08:40:00 UTC to 2026-03-02 12:00:00 UTC, as recorded", document.Root!.Value, StringComparison.Ordinal);
        var svg = document.Descendants("svg").Single();
        Assert.Equal("Ticket active", svg.Elements("text").First(text => (string?)text.Attribute("text-anchor") == "end").Value);
        // From before the picture's beginning until after its end: as wide as the picture.
        Assert.Equal(520 - 158, (double)svg.Elements("rect").Single(rect => (string?)rect.Attribute("height") == "8").Attribute("width")!);
        Assert.Contains("Ticket active: 2026-03-02 08:40:00 UTC – 2026-03-02 12:00:00 UTC.", svg.Element("desc")!.Value, StringComparison.Ordinal);
    }

    [Fact]
    public void TicketTime_WhenClosedAndOpenedAgain_ThenHasBothStretches()
    {
        var (recorded, closed) = ((Lifecycle.Tickets.TicketFact)Cases.Ticket[0].Item1, (Lifecycle.Tickets.TicketFact)Cases.Ticket[1].Item1);
        var at = Sample.Start;

        Assert.Equal(
            [new TicketTime(at, at.AddHours(2)), new TicketTime(at.AddHours(3), null)],
            TicketTime.Of([(recorded, at), (recorded, at.AddHours(1)), (closed, at.AddHours(2)), (recorded, at.AddHours(3))]));
        Assert.Empty(TicketTime.Of([(closed, at)]));
    }

    [Fact]
    public void Words_WhenThereIsOneOfIt_ThenSayOne()
    {
        Assert.Contains("one approver was asked", Wording.Plain(Texts.English.Needed(1, 1)), StringComparison.Ordinal);
        Assert.Contains("2 approvers were asked", Wording.Plain(Texts.English.Needed(1, 2)), StringComparison.Ordinal);
        Assert.Contains("covers fact 1. Fact 2 is newer: the hash chain alone covers it", Wording.Plain(Texts.English.ProofPartly(1, Sample.Start, "log", 1, 2)), StringComparison.Ordinal);
        Assert.Contains("covers facts 1 to 3. Facts 4 to 5 are newer", Wording.Plain(Texts.English.ProofPartly(1, Sample.Start, "log", 3, 5)), StringComparison.Ordinal);
    }

    private static Timeline Of(string name) => Timeline.Of([.. Cases.All[name].Select(fact => ((RequestFact)fact.Item1, Sample.Start + fact.Item2))]);

    private static string Report(EvidenceSources sources) =>
        Encoding.UTF8.GetString(EvidenceBundle.Entries(sources).Single(entry => entry.Name == "report.html").Content.Span);

    // HTML as XML: the void elements closed, so that a tag that is left open is found.
    private static XDocument Parse(string html) =>
        XDocument.Parse(Regex.Replace(html.Replace("<!DOCTYPE html>", "", StringComparison.Ordinal), "<(meta|br)([^>]*)>", "<$1$2/>"));
}
