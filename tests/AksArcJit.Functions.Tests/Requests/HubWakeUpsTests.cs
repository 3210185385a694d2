using AksArcJit.Broker.Deadlines;
using AksArcJit.Functions.Requests;
using AksArcJit.Journal;
using AksArcJit.Lifecycle;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Moq;

namespace AksArcJit.Functions.Tests.Requests;

/// <summary>What a wait wakes: the process where it is soon, the orchestration where there is one.</summary>
public sealed class HubWakeUpsTests : IDisposable
{
    private static readonly RequestId Request = RequestId.Parse(new string('a', RequestId.Length));
    private static readonly StreamId Ticket = StreamId.Of(TicketId.Parse("CASE-1"));

    private readonly FakeTimeProvider _time = new();
    private readonly DeadlineQueue _queue = new();
    private readonly Mock<DurableTaskClient> _client = new("test");
    private readonly Hub _hub;

    public HubWakeUpsTests()
    {
        _hub = new Hub(_time, NullLogger<Hub>.Instance);
        _hub.Meet(_client.Object);
        _client.Setup(client => client.GetInstanceAsync(It.IsAny<string>(), It.IsAny<CancellationToken>())).ReturnsAsync(
            (string id, CancellationToken _) => new OrchestrationMetadata(AccessRequestOrchestration.Name, id) { RuntimeStatus = OrchestrationRuntimeStatus.Running });
    }

    public void Dispose() => _hub.Dispose();

    [Theory]
    [InlineData(-1, 1)]
    [InlineData(0, 1)]
    [InlineData(90, 1)]
    [InlineData(91, 0)]
    [InlineData(28800, 0)]
    public async Task Schedule_WhenARequestWaits_ThenItsOrchestrationIsToldAndAShortWaitIsWaitedOutHere(int seconds, int here)
    {
        await ScheduleAsync(StreamId.Of(Request), seconds);

        Assert.Equal(here, _queue.Count);
        VerifyHints(1);
    }

    [Fact]
    public async Task Schedule_WhenARemovalIsTriedEveryFewSeconds_ThenEachIsWaitedOutHereAndTheHubHearsOfItOnceAMinute()
    {
        for (var second = 0; second < 60; second += 4)
        {
            await ScheduleAsync(StreamId.Of(Request), 4, isRemoval: true);
            Assert.NotNull(_queue.TakeDue(_time.GetUtcNow().AddSeconds(4)));
            _time.Advance(TimeSpan.FromSeconds(4));
        }

        VerifyHints(1);
    }

    [Theory]
    [InlineData(30, 1)]
    [InlineData(91, 0)]
    public async Task Schedule_WhenTheStreamHasNoOrchestration_ThenTheHubHearsNothing(int seconds, int here)
    {
        await ScheduleAsync(Ticket, seconds);

        Assert.Equal(here, _queue.Count);
        VerifyHints(0);
    }

    private async Task ScheduleAsync(StreamId stream, int seconds, bool isRemoval = false)
    {
        new HubWakeUps(_queue, _hub, _time).Schedule(stream, _time.GetUtcNow().AddSeconds(seconds), isRemoval);
        await _hub.IdleAsync(TestContext.Current.CancellationToken);
    }

    private void VerifyHints(int hints) => _client.Verify(client => client.RaiseEventAsync(
        Request.Text, AccessRequestOrchestration.Hint, It.IsAny<object?>(), It.IsAny<CancellationToken>()), Times.Exactly(hints));
}
