using AksArcJit.Lifecycle.Requests;
using AksArcJit.Lifecycle.Roles;

namespace AksArcJit.Lifecycle.Tests.Requests;

public sealed partial class RequestTests
{
    private static Signal.BindingAbsent Absent(double at, IReadOnlyList<ProbeAnswer> answers) => new("uid-1", Given.At(at), answers);

    [Fact]
    public void GivenAnActiveGrant_WhenItsTimeComes_ThenItExpires()
    {
        var end = Given.At(2) + Given.Terms.Duration;

        Given.Active().When(new Signal.DeadlineReached(), end.AddTicks(-1)).ThenNothing();
        Given.Active().When(new Signal.DeadlineReached(), end).ThenEnds(EndCause.Expired);
        Assert.IsType<Step.RemoveBinding>(NextStep.Of(Given.Active().State, end));
    }

    [Fact]
    public void GivenARemoval_WhenSeenAbsentAndDenied_ThenClosed()
    {
        var gone = Given.Revoking().When(Absent(61, Given.Denied), Given.At(62)).ThenFacts<RequestFact.AccessGone>();

        Assert.Empty(gone.Residual);
    }

    [Fact]
    public void GivenARemoval_WhenAnotherBindingAllows_ThenClosedWithResidualAccess()
    {
        var gone = Given.Revoking().When(Absent(61, Given.Answers(true, new BindingName("other", ""))), Given.At(62)).ThenFacts<RequestFact.AccessGone>();

        Assert.Single(gone.Residual);
    }

    [Fact]
    public void GivenARemoval_WhenSomethingUnnamedAllows_ThenUnconfirmedUntilAWord()
    {
        var unnamed = Given.Revoking().When(Absent(61, Given.Answers(true, null)), Given.At(62)).ThenFacts<RequestFact.RevocationUnconfirmed>();
        var state = Given.Revoking().And(unnamed, Given.At(62));
        var word = new Signal.ConfirmGone(TestKit.Sample.Operator, "checked");

        Given.Revoking().When(word, Given.At(62)).ThenRefused(RefusalReason.NotUnconfirmed);
        state.When(word, Given.At(63)).ThenFacts<RequestFact.GoneByWord>();
        state.When(Absent(64, Given.Denied), Given.At(65)).ThenFacts<RequestFact.AccessGone>();
    }

    [Theory]
    [InlineData(359, typeof(RequestFact.RevocationAttemptFailed))]
    [InlineData(360, typeof(RequestFact.RevocationUnconfirmed))]
    public void GivenARemovalThatFails_WhenFiveMinutesHavePassed_ThenItIsToldAsUnconfirmed(double at, Type expected)
    {
        foreach (var failure in (Signal[])[new Signal.RemovalFailed("no answer"), Absent(at, Given.Allowed)])
            Assert.Equal([expected], ((Decision.Accepted)Given.Revoking().When(failure, Given.At(at))).Facts.Select(fact => fact.GetType()));
    }

    [Fact]
    public void GivenAFailureThatRepeats_WhenItIsNoNews_ThenItIsRecordedAtDoublingIntervals()
    {
        var failed = Given.Revoking().And(new RequestFact.RevocationAttemptFailed("no answer"), Given.At(70));

        failed.When(new Signal.RemovalFailed("no answer"), Given.At(79.9)).ThenNothing();
        failed.When(new Signal.RemovalFailed("no answer"), Given.At(80)).ThenFacts<RequestFact.RevocationAttemptFailed>();
        failed.When(new Signal.RemovalFailed("forbidden"), Given.At(71)).ThenFacts<RequestFact.RevocationAttemptFailed>();
    }

    [Fact]
    public void GivenAnUnknownCreate_WhenAbsentBeforeItMustHaveLanded_ThenNothingIsProven()
    {
        var revoking = Given.Revoking().And(new RequestFact.GrantOutcomeUnknown(1, "timeout"), Given.At(60));

        revoking.When(Absent(119.9, Given.Denied), Given.At(121)).ThenNothing();
        revoking.When(Absent(120, Given.Denied), Given.At(121)).ThenFacts<RequestFact.AccessGone>();
    }

    [Fact]
    public void GivenAClosedRequest_WhenABindingTurnsUp_ThenItIsRemovedAgain()
    {
        var stray = Given.Closed().When(new Signal.BindingCreated("uid-2", Given.At(900), Given.Allowed), Given.At(70)).ThenFacts<RequestFact.StrayBindingFound>();
        var step = Assert.IsType<Step.RemoveBinding>(NextStep.Of(Given.Closed().And(stray, Given.At(70)).State, Given.At(70)));

        Assert.Equal("uid-2", step.Grant.Uid);
    }

    [Fact]
    public void GivenAnActiveGrant_WhenItsBindingIsAlteredOrGone_ThenItEnds()
    {
        Given.Active().When(new Signal.BindingAltered("uid-1", "subject"), Given.At(9)).ThenEnds(EndCause.BindingAltered);
        Given.Active().When(new Signal.BindingDisappeared("uid-1"), Given.At(9)).ThenEnds(EndCause.BindingDisappeared);
        Given.Active().When(new Signal.BindingDisappeared("uid-0"), Given.At(9)).ThenNothing();
    }
}
