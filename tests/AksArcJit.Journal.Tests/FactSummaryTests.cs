using AksArcJit.Lifecycle.Requests;
using AksArcJit.TestKit;

namespace AksArcJit.Journal.Tests;

public class FactSummaryTests
{
    [Theory]
    [MemberData(nameof(FactSamples.Names), MemberType = typeof(FactSamples))]
    public void Of_WhenAnyKind_ThenIsOneSentenceThatEnds(string kind)
    {
        var summary = FactSummary.Of(FactSamples.Of(kind), Sample.Start);
        Assert.Matches("^[A-Z0-9].*[.!?]$", summary);
        Assert.DoesNotContain("{", summary, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_WhenEveryOutcomeAndCause_ThenHasWords() =>
        Assert.All(FactSamples.Variants, fact => Assert.NotEmpty(FactSummary.Of(fact, Sample.Start)));

    [Fact]
    public void Of_WhenGranted_ThenTellsTheWindowFromItsTime() =>
        Assert.Equal(
            "Access is in force until 2026-03-02 11:00:00 UTC, 1 h 30 min from now; the cluster confirmed it.",
            FactSummary.Of(new RequestFact.Granted("u", Sample.Start.AddHours(3), Sample.Start.AddHours(2), []), Sample.Start.AddMinutes(30)));

    [Fact]
    public void Of_WhenPersonsHaveNames_ThenUsesThem() =>
        Assert.Equal("Withdrawn by Erika.", FactSummary.Of(new RequestFact.RequestWithdrawn(Sample.Engineer), Sample.Start, _ => "Erika"));
}
