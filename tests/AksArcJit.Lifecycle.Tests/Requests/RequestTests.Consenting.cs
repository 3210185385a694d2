using AksArcJit.Lifecycle.Requests;
using AksArcJit.TestKit;

namespace AksArcJit.Lifecycle.Tests.Requests;

public sealed partial class RequestTests
{
    [Fact]
    public void GivenQuorumOne_WhenApproved_ThenTheIntentFollowsAtOnce()
    {
        var intent = Given.Asked().When(Sample.Approve(Sample.Approver, Given.Terms), Given.At(5))
            .ThenFacts<RequestFact.GrantIntended>(typeof(RequestFact.ConsentGiven));

        Assert.Equal(1, intent.Attempt);
        Assert.Equal(Given.Binding, intent.Binding);
        Assert.Equal(Given.At(5 + 30) + Given.Terms.Duration, intent.NotAfter);
        Assert.Equal(2, intent.Probes.Count);
    }

    [Fact]
    public void GivenQuorumTwo_WhenTwoNarrow_ThenTheTermsAreTheIntersection()
    {
        var first = Given.Asked(quorum: 2)
            .When(Sample.Approve(Sample.Approver, Given.Terms, scope: new Scope.Namespace("shop"), quorum: 2), Given.At(1)).ThenFacts<RequestFact.ConsentGiven>();
        var waiting = Given.Asked(quorum: 2).And(first, Given.At(1));

        var intent = waiting.When(Sample.Approve(Sample.SecondApprover, first.Terms, TimeSpan.FromMinutes(30), quorum: 2), Given.At(2))
            .ThenFacts<RequestFact.GrantIntended>(typeof(RequestFact.ConsentGiven));

        Assert.Equal(Given.Terms with { Duration = TimeSpan.FromMinutes(30), Scope = new Scope.Namespace("shop") }, intent.Terms);
        waiting.When(Sample.Approve(Sample.Approver, first.Terms, quorum: 2), Given.At(2)).ThenRefused(RefusalReason.AlreadyDecided);
        waiting.When(Sample.Approve(Sample.SecondApprover, first.Terms, scope: new Scope.Namespace("bank"), quorum: 2), Given.At(2))
            .ThenRefused(RefusalReason.NamespaceDiffers);
        waiting.When(Sample.Approve(Sample.SecondApprover, first.Terms, scope: new Scope.Cluster(), quorum: 2), Given.At(2))
            .ThenRefused(RefusalReason.WidensTerms);
        waiting.When(Sample.Approve(Sample.SecondApprover, Given.Terms, quorum: 2), Given.At(2)).ThenRefused(RefusalReason.TermsChanged);
    }

    [Fact]
    public void GivenAStartAhead_WhenApproved_ThenItIsScheduled()
    {
        var terms = Sample.Terms(Given.Id, startAt: Given.At(3600));

        Given.Asked(startAt: Given.At(3600)).When(Sample.Approve(Sample.Approver, terms), Given.At(5))
            .ThenFacts<RequestFact.GrantScheduled>(typeof(RequestFact.ConsentGiven));
    }

    [Fact]
    public void GivenTheDeadline_WhenApprovedAtIt_ThenTooLate()
    {
        var deadline = Sample.Start.AddHours(4);

        Given.Asked().When(Sample.Approve(Sample.Approver, Given.Terms), deadline).ThenRefused(RefusalReason.ConsentExpired);
        Given.Asked().When(Sample.Approve(Sample.Approver, Given.Terms), deadline.AddTicks(-1)).ThenFacts<RequestFact.GrantIntended>(typeof(RequestFact.ConsentGiven));
        Given.Asked().When(new Signal.DeadlineReached(), deadline.AddTicks(-1)).ThenNothing();
        Given.Asked().When(new Signal.DeadlineReached(), deadline).ThenFacts<RequestFact.ConsentLapsed>();
    }

    [Fact]
    public void GivenAForgedSecret_WhenAnswered_ThenRefused()
    {
        Given.Asked().When(Sample.Approve(Sample.Approver, Given.Terms) with { SecretHash = "forged" }, Given.At(1)).ThenRefused(RefusalReason.ApproverNotConfigured);
        Given.Asked().When(new Signal.Refuse(Sample.Approver, "forged", ""), Given.At(1)).ThenRefused(RefusalReason.ApproverNotConfigured);
    }

    [Fact]
    public void GivenQuorumTwo_WhenOneRefuses_ThenItIsClosed() =>
        Given.Asked(quorum: 2).When(new Signal.Refuse(Sample.SecondApprover, Sample.SecretHash(Sample.SecondApprover), "no"), Given.At(1))
            .ThenFacts<RequestFact.ConsentRefused>();

    [Fact]
    public void GivenPausedGrants_WhenApproved_ThenNothingIsSpent() =>
        Given.Asked().When(Sample.Approve(Sample.Approver, Given.Terms) with { Circumstances = Fine with { GrantsPaused = true } }, Given.At(1))
            .ThenRefused(RefusalReason.GrantsPaused);
}
