using AksArcJit.Broker.Ports;
using AksArcJit.TestKit;
using AksArcJit.TestKit.Journal;
using Microsoft.Extensions.Time.Testing;

namespace AksArcJit.Stores.Tests;

public class FaultyJournalTests
{
    private readonly InMemoryJournal _inner = new(new FakeTimeProvider(Sample.Start));

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(JournalFault.NotApplied, 1)]
    [InlineData(JournalFault.AppliedButUnknown, 2)]
    public async Task Append_WhenTheSecondFails_ThenIsAppliedOrNotAsSaid(JournalFault fault, int standing)
    {
        var journal = new FaultyJournal(_inner).Fail(JournalCall.Append, 2, fault);
        var line = Line.NewRequest();
        await line.AppendAsync(journal, Sample.Start);
        var second = line.Next(Sample.Start);
        await Assert.ThrowsAsync<JournalUnavailableException>(() => journal.AppendAsync(second, Cancellation));
        Assert.Equal(standing, (await journal.ReadAsync(line.Stream, Cancellation)).Count);
        Assert.IsType<AppendOutcome.Appended>(await journal.AppendAsync(second, Cancellation));
        Assert.Equal(3, journal.Count(JournalCall.Append));
    }

    [Fact]
    public async Task Calls_WhenDown_ThenAllFail()
    {
        var journal = new FaultyJournal(_inner) { IsDown = true };
        await Assert.ThrowsAsync<JournalUnavailableException>(() => journal.CheckAsync(Cancellation));
        await Assert.ThrowsAsync<JournalUnavailableException>(async () =>
        {
            await foreach (var _ in journal.ListOpenAsync(Cancellation)) { }
        });
        journal.IsDown = false;
        await journal.CheckAsync(Cancellation);
    }
}
