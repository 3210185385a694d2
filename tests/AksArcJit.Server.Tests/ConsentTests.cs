using AksArcJit.Server.Tests.Harness;

namespace AksArcJit.Server.Tests;

public sealed class ConsentTests(BrokerHarness broker) : IClassFixture<BrokerHarness>
{
    [Fact]
    public async Task Post_WhenSixtyFourAtOnce_SucceedsOnce()
    {
        var id = await broker.AskAsync();
        var page = await ConsentPage.OpenAsync(broker, id);

        var answers = await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => page.PostAsync(page.Approval())));

        Assert.Single(answers, answer => answer.Status == 303);
        Assert.All(answers.Where(answer => answer.Status != 303), answer => Assert.Equal(409, answer.Status));
        var active = await broker.UntilStateAsync(id, "Active");
        Assert.Single(active["timeline"]!.AsArray(), entry => entry!["kind"]!.ToString() == "ConsentGiven");
        Assert.Single(await broker.Admin.OurBindingsAsync(), name => name.EndsWith(id, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Get_HoweverOften_ChangesNothing()
    {
        var id = await broker.AskAsync();
        var page = await ConsentPage.OpenAsync(broker, id);
        var before = broker.Journal.Writes;

        for (var i = 0; i < 20; i++)
            Assert.Equal(page.TermsHash, (await ConsentPage.OpenAsync(broker, id)).TermsHash);

        Assert.Equal(before, broker.Journal.Writes);
    }

    [Theory]
    [InlineData("wrong confirmation", 422)]
    [InlineData("widened duration", 422)]
    [InlineData("widened scope", 422)]
    [InlineData("changed terms", 409)]
    [InlineData("forged", 404)]
    [InlineData("truncated", 404)]
    [InlineData("another request's", 404)]
    public async Task Post_WhenWrong_GrantsNothing(string what, int status)
    {
        var id = await broker.AskAsync(who: "engineer2");
        var page = await ConsentPage.OpenAsync(broker, id);
        var form = page.Approval();
        var to = page.Link;
        switch (what)
        {
            case "wrong confirmation":
                form["confirmation"] = "Plant edge-02";
                break;
            case "widened duration":
                form["duration"] = "PT2H";
                break;
            case "widened scope":
                form["namespace"] = "kube-system";
                break;
            case "changed terms":
                form["termsHash"] = new string('0', 64);
                break;
            case "forged":
                to = new Uri(to.ToString()[..^43] + new string('A', 43));
                break;
            case "truncated":
                to = new Uri(to.ToString()[..^1]);
                break;
            default:
                var other = await broker.LinkAsync(await broker.AskAsync(who: "engineer2"));
                to = new Uri(to.ToString()[..^43] + other.ToString()[^43..]);
                break;
        }
        var before = broker.Journal.Writes;

        var answer = await page.PostAsync(to, form);

        Assert.True(answer.Status == status, $"{what}: {answer.Status}");
        Assert.Equal(before, broker.Journal.Writes);
        Assert.DoesNotContain(await broker.Admin.OurBindingsAsync(), name => name.EndsWith(id, StringComparison.Ordinal));
        Assert.Equal(303, (await page.PostAsync(page.Approval())).Status);
    }

    [Fact]
    public async Task Post_WhenUsed_IsToldSo()
    {
        var id = await broker.GrantAsync(who: "engineer2");
        var page = await ConsentPage.OpenAsync(broker, id);

        var again = await page.PostAsync(new Dictionary<string, string> { ["decision"] = "approve", ["termsHash"] = new string('0', 64), ["confirmation"] = "Plant edge-01" });

        Assert.Equal(409, again.Status);
    }

    [Fact]
    public async Task Post_WhenTheRoleHasChanged_GrantsNothingAndShowsTheNewTerms()
    {
        var ticket = await broker.OpenTicketAsync("contoso", "edge-05");
        var id = await broker.AskAsync(ticket, "edge-05");
        var page = await ConsentPage.OpenAsync(broker, id);
        await broker.Admin.PutRoleAsync("changing", new { verbs = new[] { "list", "get" }, apiGroups = new[] { "" }, resources = new[] { "pods", "services" } });

        var answer = await page.PostAsync(page.Approval("edge-05"));

        Assert.Equal(409, answer.Status);
        Assert.NotEqual(page.TermsHash, (await ConsentPage.OpenAsync(broker, id)).TermsHash);
        Assert.DoesNotContain(await broker.Admin.OurBindingsAsync(), name => name.EndsWith(id, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Logs_NeverHoldALink()
    {
        var id = await broker.GrantAsync(who: "engineer2");
        var link = await broker.LinkAsync(id);

        Assert.DoesNotContain(link.AbsolutePath[^43..], broker.Logs.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(broker.Token("engineer"), broker.Logs.Text, StringComparison.Ordinal);
    }
}

/// <summary>Apart, because it puts the clock forward.</summary>
public sealed class LateConsentTests(BrokerHarness broker) : IClassFixture<BrokerHarness>
{
    [Fact]
    public async Task Post_WhenExpired_IsToldSoAndGrantsNothing()
    {
        var id = await broker.AskAsync();
        var page = await ConsentPage.OpenAsync(broker, id);

        broker.Clock.Advance(TimeSpan.FromHours(4));
        var answer = await page.PostAsync(page.Approval());

        Assert.Equal(410, answer.Status);
        var closed = await broker.UntilStateAsync(id, "Closed");
        Assert.Equal("Lapsed", closed["outcome"]!.ToString());
        Assert.Empty(await broker.Admin.OurBindingsAsync());
    }
}
