using AksArcJit.Lifecycle.Requests;
using AksArcJit.Lifecycle.Rules;
using AksArcJit.TestKit;

namespace AksArcJit.Lifecycle.Tests.Requests;

public sealed partial class RequestTests
{
    private static readonly Circumstances Fine = Sample.Circumstances();

    [Fact]
    public void GivenNothing_WhenAskedInGoodOrder_ThenItIsRequested()
    {
        var proposal = Sample.Request(Given.Id);

        var fact = Given.Nothing.When(new Signal.Ask(proposal, Fine), Sample.Start).ThenFacts<RequestFact.AccessRequested>();

        Assert.Same(proposal, fact.Request);
        Assert.Equal(Sample.Rules.Rules, fact.Rules);
    }

    [Fact]
    public void GivenARequest_WhenAskedAgain_ThenRefused() =>
        Given.Asked().When(new Signal.Ask(Sample.Request(Given.Id), Fine), Sample.Start).ThenRefused(RefusalReason.RequestExists);

    [Fact]
    public void GivenNothing_WhenTheTokenNamesOnlySomeGroups_ThenRefused() =>
        Given.Nothing.When(new Signal.Ask(Sample.Request(Given.Id) with { Membership = new Membership(["one"], false, "oid") }, Fine), Sample.Start)
            .ThenRefused(RefusalReason.GroupsUnknown);

    [Theory]
    [InlineData(0)]
    [InlineData(-60)]
    [InlineData(8 * 60 + 1)]
    public void GivenNothing_WhenTheDurationIsOutsidePolicy_ThenRefused(int minutes) =>
        Given.Nothing.When(new Signal.Ask(Sample.Request(Given.Id, duration: TimeSpan.FromMinutes(minutes)), Fine), Sample.Start)
            .ThenRefused(RefusalReason.DurationOutsidePolicy);

    [Theory]
    [InlineData(0, true)]
    [InlineData(-1, true)]
    [InlineData(1, false)]
    [InlineData(30 * 24 * 3600, false)]
    [InlineData(30 * 24 * 3600 + 1, true)]
    public void GivenNothing_WhenAStartIsAsked_ThenItMustLieAheadWithin30Days(int seconds, bool refused)
    {
        var decision = Given.Nothing.When(new Signal.Ask(Sample.Request(Given.Id, startAt: Given.At(seconds)), Fine), Sample.Start);

        if (refused)
            decision.ThenRefused(RefusalReason.StartOutsidePolicy);
        else
            decision.ThenFacts<RequestFact.AccessRequested>();
    }

    [Theory]
    [InlineData("")]
    [InlineData("a/b")]
    [InlineData("Prod")]
    public void GivenNothing_WhenTheNamespaceIsNone_ThenNoWildcardAllowsIt(string name) =>
        Given.Nothing.When(new Signal.Ask(Sample.Request(Given.Id, scope: new Scope.Namespace(name)), Fine), Sample.Start)
            .ThenRefused(RefusalReason.ScopeNotAllowed);

    public static TheoryData<string, RefusalReason> Namespaces => new()
    {
        { "missing", RefusalReason.NamespaceNotFound },
        { "being deleted", RefusalReason.NamespaceNotFound },
        { "another's", RefusalReason.InputUnavailable },
        { "unreadable", RefusalReason.InputUnavailable },
        { "not read", RefusalReason.InputUnavailable },
    };

    [Theory]
    [MemberData(nameof(Namespaces))]
    public void GivenNothing_WhenTheNamespaceIsNotKnownToStand_ThenRefused(string what, RefusalReason reason) =>
        Given.Nothing.When(new Signal.Ask(Sample.Request(Given.Id, scope: new Scope.Namespace("demo")), Fine with
        {
            Namespace = what switch
            {
                "missing" => new Reading<LiveNamespace>.Missing(),
                "being deleted" => new Reading<LiveNamespace>.Found(new LiveNamespace("demo", true)),
                "another's" => new Reading<LiveNamespace>.Found(new LiveNamespace("other", false)),
                "unreadable" => new Reading<LiveNamespace>.Unreadable("no answer"),
                _ => null,
            },
        }), Sample.Start).ThenRefused(reason);

    [Fact]
    public void GivenNothing_WhenATwinIsPending_ThenRefused() =>
        Given.Nothing.When(new Signal.Ask(Sample.Request(Given.Id), Fine with { PendingTwin = Sample.Id(8) }), Sample.Start)
            .ThenRefused(RefusalReason.PendingTwin);

    [Fact]
    public void GivenAnEngineerAmongTheApprovers_WhenTheyAreNeededForTheQuorum_ThenRefused()
    {
        var proposal = Sample.Request(Given.Id, quorum: 3);
        var withSelf = proposal with { Approvers = [.. proposal.Approvers.Take(2), new(Sample.Engineer, "Erika", 1, "")] };

        Given.Nothing.When(new Signal.Ask(withSelf, Fine), Sample.Start).ThenRefused(RefusalReason.NotEnoughApprovers);
    }

    [Fact]
    public void GivenAForeignRequest_WhenContinued_ThenRefused()
    {
        var foreign = (RequestState.Asked)Given.Asked().State;
        foreign = ((RequestState.AwaitingConsent)foreign) with { Request = foreign.Request with { Terms = foreign.Terms with { Engineer = Sample.Approver } } };
        var proposal = Sample.Request(Sample.Id(9)) with { Continues = Given.Id };

        Given.Nothing.When(new Signal.Ask(proposal, Fine with { Continued = new Reading<RequestState.Asked>.Found(foreign) }), Sample.Start)
            .ThenRefused(RefusalReason.ContinuedRequestUnsuitable);
    }
}
