using AksArcJit.Lifecycle.Requests;

namespace AksArcJit.Lifecycle.Tests.Requests;

public sealed partial class RequestTests
{
    private static readonly Signal.TicketClosed Solved = new("solved");

    [Fact]
    public void GivenNoAccessYet_WhenTheTicketCloses_ThenCancelled()
    {
        foreach (var given in (Given[])[Given.Asked(), Given.Scheduled()])
            Assert.Equal(CancelCause.TicketClosed, given.When(Solved, Given.At(9)).ThenFacts<RequestFact.RequestCancelled>().Cause);
    }

    [Fact]
    public void GivenAnIntent_WhenTheTicketCloses_ThenRemovalStartsAndTheOutcomeSaysWhetherABindingWasSeen()
    {
        var seen = Given.Granting().And(new RequestFact.BindingObserved("uid-1", Given.At(900), "not yet"), Given.At(2));

        Assert.Equal(new Outcome.Cancelled(CancelCause.TicketClosed), Given.Granting().When(Solved, Given.At(9)).ThenFacts<RequestFact.RevocationStarted>().Outcome);
        seen.When(Solved, Given.At(9)).ThenEnds(EndCause.TicketClosed);
    }

    [Fact]
    public void GivenAnActiveGrant_WhenTheTicketCloses_ThenItEnds() => Given.Active().When(Solved, Given.At(9)).ThenEnds(EndCause.TicketClosed);

    [Fact]
    public void GivenARequestThatIsOver_WhenTheTicketCloses_ThenNothing()
    {
        foreach (var given in (Given[])[Given.Revoking(), Given.Unconfirmed(), Given.Closed()])
            given.When(Solved, Given.At(500)).ThenNothing();
    }
}
