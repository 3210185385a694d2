using AksArcJit.Lifecycle.Requests;

namespace AksArcJit.Lifecycle.Tests.Requests;

public sealed partial class RequestTests
{
    [Fact]
    public void GivenAnIntent_WhenTheBindingStands_ThenTheWindowStartsNow()
    {
        var notAfter = Given.At(30) + Given.Terms.Duration;

        var granted = Given.Granting().When(new Signal.BindingCreated("uid-1", notAfter, Given.Allowed), Given.At(3)).ThenFacts<RequestFact.Granted>();

        Assert.Equal(Given.At(3) + Given.Terms.Duration, granted.ExpiresAt);
    }

    [Fact]
    public void GivenAnIntent_WhenAnOlderBindingIsAdopted_ThenItsOwnEndHolds()
    {
        var granted = Given.Granting().When(new Signal.BindingCreated("uid-1", Given.At(100), Given.Allowed), Given.At(3)).ThenFacts<RequestFact.Granted>();

        Assert.Equal((Given.At(100), Given.At(100)), (granted.NotAfter, granted.ExpiresAt));
    }

    [Fact]
    public void GivenAnUnknownOutcome_WhenTheBindingIsSeenAfterAll_ThenTheUnknownStillCounts()
    {
        var active = Given.Granting()
            .And(new RequestFact.GrantOutcomeUnknown(1, "timeout"), Given.At(5))
            .And(new RequestFact.Granted("uid-1", Given.At(100), Given.At(100), Given.Allowed), Given.At(6));

        Assert.Equal(Given.At(65), ((RequestState.Active)active.State).Grant.MayAppearUntil);
    }

    [Fact]
    public void GivenALateUnknownOutcome_WhenTheNextAttemptFails_ThenTheUnknownStillCounts()
    {
        var state = Given.Granting()
            .And(new RequestFact.GrantAttemptFailed(1, "forbidden"), Given.At(1))
            .And(new RequestFact.GrantIntended(2, Given.Terms, Given.Binding, Given.At(32) + Given.Terms.Duration, []), Given.At(2))
            .And(new RequestFact.GrantOutcomeUnknown(1, "timeout"), Given.At(5))
            .And(new RequestFact.GrantAttemptFailed(2, "forbidden"), Given.At(6));

        Assert.Equal(Given.At(65), ((RequestState.Granting)state.State).Grant.MayAppearUntil);
    }

    [Fact]
    public void GivenAnActiveGrant_WhenAnotherCreateOfItEndsUnknown_ThenItIsRemembered() =>
        Given.Active().When(new Signal.CreateUnknown(1, "timeout"), Given.At(5)).ThenFacts<RequestFact.GrantOutcomeUnknown>();

    [Fact]
    public void GivenTenMinutesOfTrying_WhenTheDeadlineComes_ThenItIsGivenUpThroughRemoval()
    {
        Given.Granting().When(new Signal.DeadlineReached(), Given.At(599.999)).ThenNothing();
        var started = Given.Granting().When(new Signal.DeadlineReached(), Given.At(600)).ThenFacts<RequestFact.RevocationStarted>();

        Assert.IsType<Outcome.GrantFailed>(started.Outcome);
    }

    [Fact]
    public void GivenAnIntent_WhenTheSendWindowEnds_ThenNoCreateIsAskedFor()
    {
        Assert.IsType<Step.CreateBinding>(NextStep.Of(Given.Granting().State, Given.At(30)));
        Assert.IsType<Step.BeginGrant>(NextStep.Of(Given.Granting().State, Given.At(30.001)));
    }

    [Fact]
    public void GivenAScheduledStart_WhenPaused_ThenItIsHeldOnceAndGivenUpAfterTenMinutes()
    {
        var due = new Signal.GrantDue(Fine with { GrantsPaused = true });
        var held = Given.Scheduled().When(due, Given.At(3600)).ThenFacts<RequestFact.GrantHeld>();
        var waiting = Given.Scheduled().And(held, Given.At(3600));

        waiting.When(due, Given.At(3602)).ThenNothing();
        waiting.When(due, Given.At(3600 + 600)).ThenFacts<RequestFact.GrantAbandoned>();
        waiting.When(new Signal.GrantDue(Fine), Given.At(3700)).ThenFacts<RequestFact.GrantIntended>();
    }
}
