using AksArcJit.Broker.Checkpoints;
using AksArcJit.Broker.Ports;
using AksArcJit.Functions.Timers;
using AksArcJit.Journal;
using AksArcJit.Journal.Checkpoints;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Moq;

namespace AksArcJit.Functions.Tests.Timers;

public sealed class CheckpointLoopTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Survey_WhenAskedForWhileARoundIsUnderWayThatDoesNotLook_ThenItEndsAfterALookOfItsOwn()
    {
        var (time, looks, reads) = (new FakeTimeProvider(), 0, 0);
        var isUnderWay = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var newest = new TaskCompletionSource<SignedCheckpoint?>(TaskCreationOptions.RunContinuationsAsynchronously);
        var journal = new Mock<IJournal>();
        journal.Setup(one => one.ScanAsync(It.IsAny<CancellationToken>())).Returns(() => AsyncEnumerable.Empty<JournalRow>());
        journal.Setup(one => one.ListOpenAsync(It.IsAny<CancellationToken>())).Returns(() =>
        {
            looks++;
            return AsyncEnumerable.Empty<OpenEntry>();
        });
        var log = new Mock<ICheckpointLog>();
        log.Setup(one => one.ReadNewestAsync(It.IsAny<CancellationToken>())).Returns(() =>
        {
            reads++;
            if (reads == 1)
                throw new JournalUnavailableException("away");
            isUnderWay.TrySetResult();
            return newest.Task;
        });
        var (coverage, standing) = (new Coverage(time, TimeSpan.FromSeconds(60)), new JournalStanding());
        var anchoring = new Anchoring("test", [], log.Object, standing, new CheckpointTrust(null), time, NullLogger<Anchoring>.Instance);
        var checkpointer = new Checkpointer(
            "test", journal.Object, log.Object, Mock.Of<ISigner>(), coverage, anchoring, standing, time, NullLogger<Checkpointer>.Instance);
        var loop = new CheckpointLoop(checkpointer, coverage, anchoring, time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var running = loop.RunAsync(stop.Token);

        // The first round looks, and fails after it; the second tries again without a look.
        await loop.SurveyAsync().WaitAsync(Patience, stop.Token);
        while (!isUnderWay.Task.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }
        Assert.Equal(1, looks);
        var survey = loop.SurveyAsync();
        time.Advance(Checkpointer.SurveyInterval);
        newest.SetResult(null);
        await survey.WaitAsync(Patience, stop.Token);

        Assert.Equal(2, looks);
        await stop.CancelAsync();
        await running;
    }
}
