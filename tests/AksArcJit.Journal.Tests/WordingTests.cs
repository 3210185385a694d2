using System.Globalization;
using AksArcJit.Lifecycle.Requests;
using AksArcJit.TestKit;

namespace AksArcJit.Journal.Tests;

public class WordingTests
{
    [Theory]
    [InlineData("01:00:00", "1 h")]
    [InlineData("00:59:59.2", "1 h")]
    [InlineData("01:29:57", "1 h 30 min")]
    [InlineData("00:04:58.6", "5 min")]
    [InlineData("00:00:19.6", "20 s")]
    [InlineData("00:00:59.7", "1 min")]
    [InlineData("00:07:28", "7 min 30 s")]
    [InlineData("00:00:00.3", "less than 1 s")]
    [InlineData("1.00:00:00", "1 d")]
    public void About_WhenMeasured_ThenSaysWhatWasMeant(string measured, string said) =>
        Assert.Equal(said, Wording.About(TimeSpan.Parse(measured, CultureInfo.InvariantCulture)));

    [Fact]
    public void Summary_WhenRecordedAMomentAfterTheConfirmation_ThenStillSaysTheGrantedHour() =>
        Assert.Contains(" 1 h from now", FactSummary.Of(
            new RequestFact.Granted("u", Sample.Start.AddHours(2), Sample.Start.AddHours(1), []), Sample.Start.AddSeconds(0.8)), StringComparison.Ordinal);

    [Fact]
    public void Summary_WhenADurationWasAgreed_ThenSaysItExactly() =>
        Assert.Contains("for 59 min 59 s", FactSummary.Of(
            new RequestFact.ConsentGiven(Sample.Approver, "", Sample.Terms(Sample.Id(1), new TimeSpan(0, 59, 59)), [], ""), Sample.Start), StringComparison.Ordinal);
}
