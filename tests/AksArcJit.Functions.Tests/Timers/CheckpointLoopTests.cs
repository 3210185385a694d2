using System.Diagnostics;
using AksArcJit.Broker.Checkpoints;
using AksArcJit.Broker.Ports;
using AksArcJit.Functions.Timers;
using AksArcJit.Journal;
using AksArcJit.Journal.Checkpoints;
using AksArcJit.Lifecycle;
using AksArcJit.Lifecycle.Requests;
using AksArcJit.TestKit;
using AksArcJit.TestKit.Checkpoints;
using AksArcJit.TestKit.Journal;
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
        var carrying = loop.CarryAsync(stop.Token);

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
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => carrying);
    }

    [Fact]
    public async Task AnAnchorThatHangs_ThenPutsOffNoCheckpoint()
    {
        var (time, made, read) = (new FakeTimeProvider(Sample.Start), new InMemoryCheckpointLog(), new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        using var signer = new TestSigner();
        var anchor = new Mock<IAnchor>();
        anchor.SetupGet(one => one.Name).Returns("hangs");
        anchor.Setup(one => one.ReadNewestAsync(It.IsAny<CancellationToken>())).Returns<CancellationToken>(async cancellation =>
        {
            read.TrySetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellation);
            return null;
        });
        var (coverage, standing) = (new Coverage(time, TimeSpan.FromSeconds(60)), new JournalStanding());
        var anchoring = new Anchoring("test", [anchor.Object], made, standing, new CheckpointTrust(signer), time, NullLogger<Anchoring>.Instance);
        var journal = new Mock<IJournal>();
        journal.Setup(one => one.ScanAsync(It.IsAny<CancellationToken>())).Returns(() => AsyncEnumerable.Empty<JournalRow>());
        var checkpointer = new Checkpointer("test", journal.Object, made, signer, coverage, anchoring, standing, time, NullLogger<Checkpointer>.Instance);
        var loop = new CheckpointLoop(checkpointer, coverage, anchoring, time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var running = loop.RunAsync(stop.Token);
        var carrying = loop.CarryAsync(stop.Token);

        Append(coverage, time, Sample.Id(1));
        time.Advance(Coverage.UrgentPause);
        await read.Task.WaitAsync(Patience, stop.Token);
        Append(coverage, time, Sample.Id(2));
        time.Advance(Coverage.UrgentPause);
        await UntilAsync(() => made.Checkpoints.Count == 2);

        await stop.CancelAsync();
        await running;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => carrying);
    }

    private static void Append(Coverage coverage, FakeTimeProvider time, RequestId id)
    {
        var stream = StreamId.Of(id);
        var record = HashChain.Seal(stream, 0, HashChain.Start, $"fact-{id}", nameof(RequestFact.Granted), time.GetUtcNow(), "{}"u8.ToArray());
        var append = new Append(stream, 0, [record], new Head("Active", false), time.GetUtcNow(), null);
        coverage.Begin(append);
        coverage.End(append, new AppendOutcome.Appended());
    }

    private static async Task UntilAsync(Func<bool> isReached)
    {
        var begun = Stopwatch.StartNew();
        while (!isReached())
        {
            Assert.True(begun.Elapsed < Patience, "It was not reached.");
            await Task.Yield();
        }
    }
}
