using AksArcJit.Lifecycle.Operations;
using AksArcJit.Lifecycle.Requests;
using AksArcJit.TestKit;

namespace AksArcJit.Lifecycle.Tests.Requests;

public sealed partial class RequestTests
{
    [Theory]
    [InlineData(RevokedBy.Engineer, EndCause.EngineerReleased)]
    [InlineData(RevokedBy.Customer, EndCause.CustomerRevoked)]
    [InlineData(RevokedBy.Operator, EndCause.OperatorRevoked)]
    public void GivenAnActiveGrant_WhenRevoked_ThenTheCauseNamesWhose(RevokedBy whose, EndCause cause) =>
        Given.Active().When(new Signal.Revoke(whose, Sample.Operator, "enough"), Given.At(9)).ThenEnds(cause);

    [Fact]
    public void GivenAClosedRequest_WhenRevoked_ThenRefused() =>
        Given.Closed().When(new Signal.Revoke(RevokedBy.Operator, Sample.Operator, ""), Given.At(99)).ThenRefused(RefusalReason.NothingToEnd);

    [Fact]
    public void GivenARequest_WhenWithdrawn_ThenOnlyByItsEngineerAndBeforeAccess()
    {
        Given.Asked().When(new Signal.Withdraw(Sample.Engineer), Given.At(1)).ThenFacts<RequestFact.RequestWithdrawn>();
        Given.Asked().When(new Signal.Withdraw(Sample.Approver), Given.At(1)).ThenRefused(RefusalReason.NotTheEngineer);
        Given.Granting().When(new Signal.Withdraw(Sample.Engineer), Given.At(1)).ThenRefused(RefusalReason.NotBeforeAccess);
    }

    [Fact]
    public void GivenAnActiveGrant_WhenTheRoleChanges_ThenItEndsOnlyIfTheGuardObjects()
    {
        Given.Active().When(new Signal.RoleObserved("other", [], []), Given.At(9)).ThenFacts<RequestFact.RoleChangeObserved>();
        Given.Active().When(new Signal.RoleObserved("other", [], ["It can act as somebody else."]), Given.At(9)).ThenEnds(EndCause.RoleChanged);
        Given.Active().When(new Signal.RoleObserved(Sample.Rules.Hash, [], ["no change"]), Given.At(9)).ThenNothing();
    }

    [Fact]
    public void GivenPauses_WhenOneIsLifted_ThenTheOthersHold()
    {
        SystemFact[] facts =
        [
            new SystemFact.GrantsPaused(new PauseScope.Everything(), Sample.Operator, ""),
            new SystemFact.GrantsPaused(new PauseScope.OfCluster(Sample.ClusterId), Sample.Operator, ""),
            new SystemFact.GrantsResumed(new PauseScope.OfCluster(Sample.ClusterId), Sample.Operator, ""),
        ];

        Assert.True(facts.Aggregate(Pauses.None, Pauses.Apply).Cover(Sample.ClusterId, Sample.Customer));
        Assert.False(facts[1..].Aggregate(Pauses.None, Pauses.Apply).Cover(Sample.ClusterId, Sample.Customer));
        Assert.False(facts[1..2].Aggregate(Pauses.None, Pauses.Apply).Cover(ClusterId.Parse("edge-02"), Sample.Customer));
    }

    [Fact]
    public void AFactThatDoesNotFitItsState_WhenApplied_ThenTheChainIsDamaged() =>
        Assert.Throws<InvalidOperationException>(() => Evolution.Apply(Given.Asked().State, new RequestFact.AccessGone([], []), Given.At(1)));
}
