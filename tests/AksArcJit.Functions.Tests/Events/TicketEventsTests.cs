using AksArcJit.Functions.Events;
using AksArcJit.Functions.Requests;
using AksArcJit.Messaging.Events;
using AksArcJit.TestKit.Brokers;
using Azure.Messaging.ServiceBus;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Moq;

namespace AksArcJit.Functions.Tests.Events;

/// <summary>The trigger's few lines: what it hands on, and how it settles by what is answered.</summary>
public sealed class TicketEventsTests : IDisposable
{
    private static readonly DateTimeOffset Enqueued = new(2026, 7, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly FakeTimeProvider _time = new(Enqueued);
    private readonly Mock<ITicketQueue> _queue = new();
    private readonly Mock<ServiceBusMessageActions> _actions = new(MockBehavior.Strict);
    private readonly RecordingLog _log = new();
    private readonly Hub _hub;
    private readonly TicketEvents _trigger;
    private readonly ServiceBusReceivedMessage _message = ServiceBusModelFactory.ServiceBusReceivedMessage(
        BinaryData.FromString("{}"), contentType: "application/cloudevents+json", enqueuedTime: Enqueued, deliveryCount: 3,
        properties: new Dictionary<string, object> { ["cloudEvents:id"] = "e-1" });

    public TicketEventsTests()
    {
        _hub = new Hub(_time, NullLogger<Hub>.Instance);
        _trigger = new TicketEvents(_queue.Object, _hub, _time, _log.CreateLogger<TicketEvents>());
        _actions.Setup(actions => actions.CompleteMessageAsync(_message, It.IsAny<CancellationToken>())).Returns(Task.CompletedTask);
        _actions.Setup(actions => actions.AbandonMessageAsync(_message, null, It.IsAny<CancellationToken>())).Returns(Task.CompletedTask);
        _actions.Setup(actions => actions.DeadLetterMessageAsync(_message, null, It.IsAny<string?>(), It.IsAny<string?>(), It.IsAny<CancellationToken>())).Returns(Task.CompletedTask);
    }

    public void Dispose() => _hub.Dispose();

    [Fact]
    public async Task Run_WhenTheEventIsHeard_ThenTheMessageIsHandedOnWholeAndCompleted()
    {
        TicketMessage? told = null;
        _queue.Setup(queue => queue.HearAsync(It.IsAny<TicketMessage>(), It.IsAny<CancellationToken>()))
            .Callback((TicketMessage message, CancellationToken _) => told = message).ReturnsAsync(new Settlement.Complete());

        await RunAsync(TestContext.Current.CancellationToken);

        _actions.Verify(actions => actions.CompleteMessageAsync(_message, CancellationToken.None), Times.Once);
        _actions.VerifyNoOtherCalls();
        Assert.Equal(("application/cloudevents+json", "{}", Enqueued), (told!.ContentType, System.Text.Encoding.UTF8.GetString(told.Body.Span), told.EnqueuedAt));
        Assert.Equal("e-1", Assert.Single(told.Properties).Value);
    }

    [Fact]
    public async Task Run_WhenItCanNeverBeRead_ThenItIsDeadLetteredWithTheReason()
    {
        Given(new Settlement.DeadLetter("bad-data", "The event's data is null."));

        await RunAsync(TestContext.Current.CancellationToken);

        _actions.Verify(actions => actions.DeadLetterMessageAsync(_message, null, "bad-data", "The event's data is null.", CancellationToken.None), Times.Once);
        _actions.VerifyNoOtherCalls();
    }

    [Fact]
    public async Task Run_WhenItWasDoubtedLongEnough_ThenItIsAbandoned()
    {
        Given(new Settlement.Abandon());

        await RunAsync(TestContext.Current.CancellationToken);

        _actions.Verify(actions => actions.AbandonMessageAsync(_message, null, CancellationToken.None), Times.Once);
        _actions.VerifyNoOtherCalls();
    }

    [Fact]
    public async Task Run_WhenTheOutageOutlastsTheLock_ThenNothingIsSettledAndTheInvocationDoesNotFail()
    {
        Given(new Settlement.Leave());

        await RunAsync(TestContext.Current.CancellationToken);

        _actions.VerifyNoOtherCalls();
        Assert.Equal(LogLevel.Warning, Assert.Single(_log.Entries).Level);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Run_WhenTheLockIsRenewedNoLongerOrTheHostStops_ThenHearingEnds(bool isStopped)
    {
        using var stop = new CancellationTokenSource();
        _queue.Setup(queue => queue.HearAsync(It.IsAny<TicketMessage>(), It.IsAny<CancellationToken>())).Returns(async (TicketMessage _, CancellationToken lockEnds) =>
        {
            var ended = new TaskCompletionSource();
            await using var registration = lockEnds.Register(ended.SetResult);
            await ended.Task;
            return new Settlement.Leave();
        });
        var running = RunAsync(stop.Token);
        _time.Advance(TicketEvents.LockIsRenewedFor - TimeSpan.FromSeconds(1));
        Assert.False(running.IsCompleted);

        if (isStopped)
            await stop.CancelAsync();
        else
            _time.Advance(TimeSpan.FromSeconds(1));

        await running.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        _actions.VerifyNoOtherCalls();
    }

    [Fact]
    public void LockIsRenewedFor_ThenTheHostRenewsItALittleLonger() =>
        Assert.InRange(HostFileTests.Span(HostFileTests.Host["extensions"]!["serviceBus"]!["maxAutoLockRenewalDuration"]!) - TicketEvents.LockIsRenewedFor,
            TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(2));

    private void Given(Settlement settlement) =>
        _queue.Setup(queue => queue.HearAsync(It.IsAny<TicketMessage>(), It.IsAny<CancellationToken>())).ReturnsAsync(settlement);

    private Task RunAsync(CancellationToken cancellation) => _trigger.RunAsync(_message, _actions.Object, new Mock<DurableTaskClient>("test").Object, cancellation);
}
