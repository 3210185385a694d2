using AksArcJit.Broker.Consents;
using AksArcJit.Broker.Requests;
using AksArcJit.Lifecycle;
using AksArcJit.Lifecycle.Requests;
using AksArcJit.Lifecycle.Roles;
using AksArcJit.TestKit;
using AksArcJit.TestKit.Brokers;

namespace AksArcJit.Broker.Tests;

public class ConsentTests
{
    [Fact]
    public async Task Read_HoweverOften_ChangesNothing()
    {
        var world = new World();
        var id = await world.AskAsync();
        var before = world.Journal.Streams.Sum(stream => stream.Value.Count);
        for (var i = 0; i < 10; i++)
            Assert.NotNull(await world.Broker.Consents.ReadAsync(world.Broker.LinkFor(id, Sample.Approver), CancellationToken.None));
        Assert.Equal(before, world.Journal.Streams.Sum(stream => stream.Value.Count));
    }

    [Fact]
    public async Task Decide_WhenTheSecretIsForged_IsUnknown()
    {
        var world = new World();
        var id = await world.AskAsync();
        var forged = new ConsentLink(id, new string('A', ConsentSecrets.Length));
        Assert.Null(await world.Broker.Consents.ReadAsync(forged, CancellationToken.None));
        Assert.IsType<ConsentResult.Unknown>(await world.Broker.Consents.DecideAsync(forged, Answer("x"), CancellationToken.None));
    }

    [Fact]
    public async Task Decide_WhenTheRoleChangedSinceThePage_GrantsNothingAndShowsTheNewTerms()
    {
        var world = new World();
        var id = await world.AskAsync();
        var link = world.Broker.LinkFor(id, Sample.Approver);
        var shown = (await world.Broker.Consents.ReadAsync(link, CancellationToken.None))!.Terms.Hash();
        world.Cluster.Role = new Reading<RoleRules>.Found(new RoleRules([PolicyRule.On(["get"], [""], ["pods", "services"])]));

        var refused = Assert.IsType<ConsentResult.Refused>(await world.Broker.Consents.DecideAsync(link, Answer(shown), CancellationToken.None));
        Assert.Equal(RefusalReason.TermsChanged, refused.Refusal.Reason);
        Assert.IsType<RequestState.AwaitingConsent>(await world.Broker.StateAsync(id));
        var again = (await world.Broker.Consents.ReadAsync(link, CancellationToken.None))!.Terms.Hash();
        Assert.NotEqual(shown, again);
        Assert.IsType<ConsentResult.Decided>(await world.Broker.Consents.DecideAsync(link, Answer(again), CancellationToken.None));
    }

    [Fact]
    public async Task Decide_WhenTheConfirmationIsAnother_SpendsNothing()
    {
        var world = new World();
        var id = await world.AskAsync();
        var link = world.Broker.LinkFor(id, Sample.Approver);
        var shown = (await world.Broker.Consents.ReadAsync(link, CancellationToken.None))!.Terms.Hash();
        Assert.IsType<ConsentResult.NotConfirmed>(await world.Broker.Consents.DecideAsync(link, Answer(shown) with { Confirmation = "edge-01" }, CancellationToken.None));
        Assert.IsType<ConsentResult.Decided>(await world.Broker.Consents.DecideAsync(link, Answer(shown), CancellationToken.None));
    }

    [Fact]
    public async Task Ask_WhenTheNamespaceDoesNotExist_IsRefusedWithNothingWritten()
    {
        var world = new World();
        world.Cluster.MissingNamespaces.Add("nowhere");
        await world.OpenTicketAsync();
        var before = world.Journal.Streams.Count;

        var refused = Assert.IsType<Submission.Refused>(await world.Broker.AskAsync("k", TimeSpan.FromMinutes(30), new Scope.Namespace("nowhere")));

        Assert.Equal(RefusalReason.NamespaceNotFound, refused.Refusal.Reason);
        Assert.Equal(before, world.Journal.Streams.Count);
    }

    [Fact]
    public async Task Decide_WhenNarrowedToANamespaceThatDoesNotExist_SpendsNothing()
    {
        var world = new World();
        world.Cluster.MissingNamespaces.Add("nowhere");
        var id = await world.AskAsync();
        var link = world.Broker.LinkFor(id, Sample.Approver);
        var shown = (await world.Broker.Consents.ReadAsync(link, CancellationToken.None))!.Terms.Hash();

        var refused = Assert.IsType<ConsentResult.Refused>(await world.Broker.Consents.DecideAsync(
            link, Answer(shown) with { Scope = new Scope.Namespace("nowhere") }, CancellationToken.None));

        Assert.Equal(RefusalReason.NamespaceNotFound, refused.Refusal.Reason);
        Assert.IsType<ConsentResult.Decided>(await world.Broker.Consents.DecideAsync(
            link, Answer(shown) with { Scope = new Scope.Namespace("demo") }, CancellationToken.None));
    }

    [Fact]
    public async Task Decide_End_EndsActiveAccess()
    {
        var world = new World();
        var id = await world.GrantAsync();
        Assert.IsType<ConsentResult.Decided>(await world.Broker.Consents.DecideAsync(
            world.Broker.LinkFor(id, Sample.Approver), Answer("") with { Verb = ConsentVerb.End }, CancellationToken.None));
        await world.AssertEndedAsync(id, EndCause.CustomerRevoked);
    }

    [Fact]
    public async Task Read_SevenDaysAfterTheEnd_ShowsNothing()
    {
        var world = new World();
        var id = await world.GrantAsync(duration: TimeSpan.FromMinutes(1));
        await world.PassAsync(TimeSpan.FromMinutes(2), TimeSpan.FromSeconds(5));
        var link = world.Broker.LinkFor(id, Sample.Approver);
        Assert.NotNull(await world.Broker.Consents.ReadAsync(link, CancellationToken.None));
        world.Time.Advance(TimeSpan.FromDays(7));
        Assert.Null(await world.Broker.Consents.ReadAsync(link, CancellationToken.None));
    }

    [Fact]
    public async Task NoSecretAndNoLink_EverEntersTheJournal()
    {
        var world = new World();
        var id = await world.GrantAsync(duration: TimeSpan.FromMinutes(1));
        await world.PassAsync(TimeSpan.FromMinutes(2), TimeSpan.FromSeconds(5));
        var secret = world.Broker.LinkFor(id, Sample.Approver).Secret;
        Assert.All(world.Journal.Streams.Values.SelectMany(records => records), record =>
        {
            var text = System.Text.Encoding.UTF8.GetString(record.Payload.Span);
            Assert.DoesNotContain(secret, text, StringComparison.Ordinal);
            Assert.DoesNotContain("/consent/", text, StringComparison.Ordinal);
        });
    }

    private static ConsentAnswer Answer(string hash) => new(ConsentVerb.Approve, hash, "Edge 01", null, null, "");
}
