using AksArcJit.Lifecycle.Requests;
using AksArcJit.Lifecycle.Tickets;
using AksArcJit.TestKit;
using CsCheck;

namespace AksArcJit.Lifecycle.Tests.Tickets;

public sealed class TicketDeciderTests
{
    private static readonly Gen<TicketSignal> Sequenced = Gen.Select(Gen.Long[1, 9], Gen.Bool, (sequence, opens) =>
        opens ? Report(TicketStatus.Active, sequence) : (TicketSignal)new TicketSignal.Close(Sample.TicketId, sequence, Sample.Operator));

    private static readonly Gen<TicketSignal> Unsequenced = Gen.Bool.Select(opens =>
        opens ? Report(TicketStatus.Active, null) : (TicketSignal)new TicketSignal.Close(Sample.TicketId, null, Sample.Operator));

    private static readonly Gen<TicketSignal> Any = Gen.OneOf(Sequenced, Unsequenced);

    [Fact]
    public void Sequenced_WhenInAnyOrder_ThenTheHighestWins() => Sequenced.Array[1, 8].Sample(signals =>
    {
        var distinct = signals.DistinctBy(SequenceOf).ToList();
        var last = distinct.MaxBy(SequenceOf);
        return Fold(distinct) is { } ticket && ticket.Sequence == SequenceOf(last!)
            && ticket.Status == (last is TicketSignal.Report ? TicketStatus.Active : TicketStatus.Closed);
    });

    [Fact]
    public void Closed_WhenNoHigherSequenceComes_ThenItIsFinal() => Gen.Select(Any.Array[0, 6], Any).Sample((before, next) =>
        Fold([.. before]) is not { Status: TicketStatus.Closed } closed
        || Fold([.. before, next])!.Status == TicketStatus.Closed
        || SequenceOf(next) > closed.Sequence);

    [Fact]
    public void AnySignal_WhenToldTwice_ThenTheSecondChangesNothing() => Gen.Select(Any.Array[0, 6], Any).Sample((before, signal) =>
    {
        var known = Fold([.. before, signal]);
        return TicketDecider.Decide(known, signal) is not Decision.Accepted { Facts.Count: > 0 };
    });

    [Fact]
    public void AnUnsequencedClose_WhenAnythingComesBeforeOrAfterIt_ThenTheTicketIsClosedForGood() =>
        Gen.Select(Any.Array[0, 6], Gen.Bool, Gen.Bool, Any.Array[0, 6]).Sample((before, asReport, isEvent, after) =>
        {
            var told = isEvent ? new SourceEvent("https://tickets.test/", "e-1") : null;
            TicketSignal close = asReport ? Report(TicketStatus.Closed, null) with { Event = told } : new TicketSignal.Close(Sample.TicketId, null, Sample.Operator, told);
            return Fold([.. before, close, .. after])!.Status == TicketStatus.Closed;
        });

    [Fact]
    public void AnUnsequencedClose_WhenItComesFirst_ThenAnOpenWithASequenceDoesNotOverruleIt()
    {
        TicketSignal[] told = [new TicketSignal.Close(Sample.TicketId, null, Sample.Operator), Report(TicketStatus.Active, 1)];

        Assert.Equal(TicketStatus.Closed, Fold(told)!.Status);
        var refused = Assert.IsType<Decision.Refused>(TicketDecider.Decide(Fold(told[..1]), told[1]));
        Assert.Equal(RefusalReason.TicketEventStale, refused.Refusal.Reason);
    }

    [Fact]
    public void AReleasedChain_WhenItsCloseRecordedTheSequenceKnownThen_ThenItFoldsAsItDid()
    {
        TicketFact[] released =
        [
            new TicketFact.TicketRecorded(Sample.Ticket() with { Sequence = 5 }, Sample.Operator),
            new TicketFact.TicketClosed(Sample.TicketId, 5, Sample.Operator),
            new TicketFact.TicketRecorded(Sample.Ticket() with { Sequence = 6 }, Sample.Operator),
        ];

        Assert.Equal((TicketStatus.Closed, 5L), StateOf(released[..2]));
        Assert.Equal((TicketStatus.Active, 6L), StateOf(released));

        static (TicketStatus, long?) StateOf(TicketFact[] facts) =>
            facts.Aggregate((Ticket?)null, TicketDecider.Apply) is { } ticket ? (ticket.Status, ticket.Sequence) : default;
    }

    [Fact]
    public void AnUnsequencedClose_WhenTheOldReportIsDeliveredAgain_ThenItStaysClosed()
    {
        TicketSignal[] told = [Report(TicketStatus.Active, 5), new TicketSignal.Close(Sample.TicketId, null, Sample.Operator), Report(TicketStatus.Active, 5)];

        Assert.Equal(TicketStatus.Closed, Fold(told)!.Status);
        Assert.Equal(TicketStatus.Closed, Fold([.. told, Report(TicketStatus.Active, 6)])!.Status);
    }

    [Fact]
    public void AnotherCustomer_WhenReported_ThenRefused()
    {
        var foreign = new TicketSignal.Report(Sample.Ticket() with { Customer = "fabrikam", Sequence = 9 }, Sample.Operator);

        var refused = Assert.IsType<Decision.Refused>(TicketDecider.Decide(Sample.Ticket(), foreign));
        Assert.Equal(RefusalReason.TicketCustomerFixed, refused.Refusal.Reason);
    }

    [Theory]
    [InlineData(long.MaxValue)]
    [InlineData(null)]
    public void AnEarlyClose_WhenItsSenderMayNotSpeakForTheTicketsCustomer_ThenTheOpenOverrulesIt(long? sequence)
    {
        TicketSignal[] told = [Early(sequence, "fabrikam"), Report(TicketStatus.Active, 1)];

        Assert.Equal((TicketStatus.Active, 1L), (Fold(told)!.Status, Fold(told)!.Sequence));
        Assert.IsType<Decision.Refused>(TicketDecider.Decide(Fold(told), told[0]));
    }

    [Theory]
    [InlineData(2L)]
    [InlineData(null)]
    public void AnEarlyClose_WhenItsSenderMaySpeakForTheTicketsCustomer_ThenItIsFinal(long? sequence)
    {
        TicketSignal open = Report(TicketStatus.Active, 1);

        Assert.Equal(TicketStatus.Closed, Fold([Early(sequence, "fabrikam", Sample.Customer), open])!.Status);
        // Whatever others, who may not, close before or after.
        Assert.Equal(TicketStatus.Closed, Fold([Early(long.MaxValue, "fabrikam"), Early(sequence, Sample.Customer), open])!.Status);
        Assert.Equal(TicketStatus.Closed, Fold([Early(sequence, Sample.Customer), Early(null, "fabrikam"), open])!.Status);
        Assert.Equal(TicketStatus.Closed, Fold([Early(long.MaxValue, "fabrikam"), new TicketSignal.Close(Sample.TicketId, sequence, Sample.Operator), open])!.Status);
    }

    [Fact]
    public void EarlyCloses_WhenOneSenderSendsMany_ThenOneIsKept()
    {
        var ticket = Fold(Enumerable.Range(0, 100).Select(number => Early(number, "fabrikam")).Append(Early(3, "contoso")))!;

        Assert.Equal([99L, 3L], ticket.EarlyCloses().Select(close => close.Sequence));
    }

    [Fact]
    public void AnySignal_WhenItsSenderMayNotSpeakForTheTicketsCustomer_ThenRefused()
    {
        var known = Fold([Report(TicketStatus.Active, 1)]);
        TicketSignal[] foreign = [Early(9, "fabrikam"), Report(TicketStatus.Closed, 9) with { SpeaksFor = ["fabrikam"] }];

        foreach (var signal in foreign)
            Assert.Equal(RefusalReason.TicketCustomerFixed, Assert.IsType<Decision.Refused>(TicketDecider.Decide(known, signal)).Refusal.Reason);
        Assert.IsType<Decision.Refused>(TicketDecider.Decide(null, foreign[1]));
    }

    private static TicketSignal.Close Early(long? sequence, params string[] customers) => new(Sample.TicketId, sequence, Sample.Operator, SpeaksFor: customers);

    private static TicketSignal.Report Report(TicketStatus status, long? sequence) => new(Sample.Ticket() with { Status = status, Sequence = sequence }, Sample.Operator);

    private static long? SequenceOf(TicketSignal signal) => signal switch
    {
        TicketSignal.Report report => report.Ticket.Sequence,
        TicketSignal.Close close => close.Sequence,
        _ => throw new ArgumentOutOfRangeException(nameof(signal)),
    };

    private static Ticket? Fold(IEnumerable<TicketSignal> signals) => signals.Aggregate((Ticket?)null, (known, signal) =>
        TicketDecider.Decide(known, signal) is Decision.Accepted accepted ? accepted.Facts.Cast<TicketFact>().Aggregate(known, TicketDecider.Apply) : known);
}
