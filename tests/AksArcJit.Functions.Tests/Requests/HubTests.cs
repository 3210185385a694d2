using AksArcJit.Broker.Deadlines;
using AksArcJit.Functions.Requests;
using AksArcJit.Functions.Timers;
using AksArcJit.Journal;
using AksArcJit.Lifecycle;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Moq;

namespace AksArcJit.Functions.Tests.Requests;

public sealed class HubTests : IDisposable
{
    private static readonly RequestId Request = RequestId.Parse(new string('a', RequestId.Length));
    private readonly FakeTimeProvider _time = new();
    private readonly Mock<DurableTaskClient> _client = new("test");
    private readonly Hub _hub;

    public HubTests() => _hub = new Hub(_time, NullLogger<Hub>.Instance);

    public void Dispose() => _hub.Dispose();

    [Theory]
    [InlineData(null)]
    [InlineData(OrchestrationRuntimeStatus.Completed)]
    [InlineData(OrchestrationRuntimeStatus.Terminated)]
    [InlineData(OrchestrationRuntimeStatus.Failed)]
    public async Task Hint_WhenNoneIsRunning_ThenOneIsStartedUnderTheRequestsId(OrchestrationRuntimeStatus? status)
    {
        Given(status);
        _hub.Meet(_client.Object);

        _hub.Hint(Request, isUrgent: true);
        await _hub.IdleAsync(TestContext.Current.CancellationToken);

        Verify(starts: 1, hints: 0);
    }

    [Theory]
    [InlineData(OrchestrationRuntimeStatus.Running)]
    [InlineData(OrchestrationRuntimeStatus.Pending)]
    [InlineData(OrchestrationRuntimeStatus.Suspended)]
    public async Task Hint_WhenOneIsRunning_ThenItIsHinted(OrchestrationRuntimeStatus status)
    {
        Given(status);
        _hub.Meet(_client.Object);

        _hub.Hint(Request, isUrgent: true);
        await _hub.IdleAsync(TestContext.Current.CancellationToken);

        Verify(starts: 0, hints: 1);
    }

    [Fact]
    public async Task Hint_WhenARemovalIsTriedAgainAndAgain_ThenTheHubHearsOfItOnceAMinute()
    {
        Given(OrchestrationRuntimeStatus.Running);
        _hub.Meet(_client.Object);

        for (var second = 0; second < 120; second += 4)
        {
            _hub.Hint(Request, isUrgent: false);
            await _hub.IdleAsync(TestContext.Current.CancellationToken);
            _time.Advance(TimeSpan.FromSeconds(4));
        }

        Verify(starts: 0, hints: 2);
    }

    [Fact]
    public async Task Hint_WhenEarlierOnesHang_ThenItIsPassedOnWhenPatienceIsOver()
    {
        _client.Setup(client => client.GetInstanceAsync(It.IsAny<string>(), It.IsAny<CancellationToken>()))
            .Returns(async (string _, CancellationToken cancellation) =>
            {
                await Task.Delay(Timeout.Infinite, cancellation);
                return null;
            });
        _hub.Meet(_client.Object);
        foreach (var letter in "bcdefghijklmnopq")
            _hub.Hint(RequestId.Parse(new string(letter, RequestId.Length)), isUrgent: true);

        Given(OrchestrationRuntimeStatus.Running);
        _hub.Hint(Request, isUrgent: true);
        Verify(starts: 0, hints: 0);
        _time.Advance(Hub.Patience);
        await _hub.IdleAsync(TestContext.Current.CancellationToken);

        Verify(starts: 0, hints: 1);
    }

    [Fact]
    public async Task Hint_WhenTheHubIsAway_ThenTheNextHintIsPassedOnAllTheSame()
    {
        _client.SetupSequence(client => client.GetInstanceAsync(Request.Text, It.IsAny<CancellationToken>()))
            .ThrowsAsync(new Grpc.Core.RpcException(new Grpc.Core.Status(Grpc.Core.StatusCode.Unavailable, "away")))
            .ReturnsAsync(new OrchestrationMetadata(AccessRequestOrchestration.Name, Request.Text) { RuntimeStatus = OrchestrationRuntimeStatus.Running });
        _hub.Meet(_client.Object);

        _hub.Hint(Request, isUrgent: true);
        await _hub.IdleAsync(TestContext.Current.CancellationToken);
        _hub.Hint(Request, isUrgent: true);
        await _hub.IdleAsync(TestContext.Current.CancellationToken);

        Verify(starts: 0, hints: 1);
    }

    [Fact]
    public async Task Hint_WhenNoInvocationHasBroughtAClient_ThenNothingHappens()
    {
        _hub.Hint(Request, isUrgent: true);
        await _hub.IdleAsync(TestContext.Current.CancellationToken);

        Verify(starts: 0, hints: 0);
    }

    [Fact]
    public async Task Schedule_WhenTheSweepComesByAgainAndAgainWithTheSameTime_ThenTheHubHearsOfItOnce()
    {
        Given(OrchestrationRuntimeStatus.Running);
        _hub.Meet(_client.Object);
        var at = _time.GetUtcNow().AddHours(8);

        for (var minute = 0; minute < 60; minute++)
            await ScheduleAsync(at);
        Verify(starts: 0, hints: 1);
        await ScheduleAsync(at.AddHours(-1));
        await ScheduleAsync(at.AddHours(-1));

        Verify(starts: 0, hints: 2);
    }

    [Fact]
    public async Task Schedule_WhenTheHubWasAwayOrUnknown_ThenTheSameTimeIsToldAgain()
    {
        var at = _time.GetUtcNow().AddHours(8);
        await ScheduleAsync(at);
        _client.SetupSequence(client => client.GetInstanceAsync(Request.Text, It.IsAny<CancellationToken>()))
            .ThrowsAsync(new Grpc.Core.RpcException(new Grpc.Core.Status(Grpc.Core.StatusCode.Unavailable, "away")))
            .ReturnsAsync(new OrchestrationMetadata(AccessRequestOrchestration.Name, Request.Text) { RuntimeStatus = OrchestrationRuntimeStatus.Running });
        _hub.Meet(_client.Object);

        await ScheduleAsync(at);
        Verify(starts: 0, hints: 0);
        await ScheduleAsync(at);

        Verify(starts: 0, hints: 1);
    }

    [Fact]
    public async Task Purge_WhenItsDayComes_ThenOnlyWhatIsOverAndOlderThanAWeekIsRemoved()
    {
        PurgeInstancesFilter? asked = null;
        _client.Setup(client => client.PurgeAllInstancesAsync(It.IsAny<PurgeInstancesFilter>(), It.IsAny<CancellationToken>()))
            .Callback((PurgeInstancesFilter filter, CancellationToken _) => asked = filter).ReturnsAsync(new PurgeResult(3));

        await new Purge(_hub, NullLogger<Purge>.Instance).RunAsync(new TimerInfo(), _client.Object, TestContext.Current.CancellationToken);

        Assert.Equal(_time.GetUtcNow().AddDays(-7), asked!.CreatedTo);
        Assert.NotNull(asked.CreatedFrom);
        Assert.Equal(
            [OrchestrationRuntimeStatus.Completed, OrchestrationRuntimeStatus.Failed, OrchestrationRuntimeStatus.Terminated], asked.Statuses!.Order());
    }

    [Fact]
    public async Task Purge_WhenTheHubIsAway_ThenItIsLeftToTomorrow()
    {
        _client.Setup(client => client.PurgeAllInstancesAsync(It.IsAny<PurgeInstancesFilter>(), It.IsAny<CancellationToken>()))
            .ThrowsAsync(new Grpc.Core.RpcException(new Grpc.Core.Status(Grpc.Core.StatusCode.Unavailable, "away")));

        await new Purge(_hub, NullLogger<Purge>.Instance).RunAsync(new TimerInfo(), _client.Object, TestContext.Current.CancellationToken);

        _client.Verify(client => client.PurgeAllInstancesAsync(It.IsAny<PurgeInstancesFilter>(), It.IsAny<CancellationToken>()), Times.Once);
    }

    private async Task ScheduleAsync(DateTimeOffset at)
    {
        new HubWakeUps(new DeadlineQueue(), _hub, _time).Schedule(StreamId.Of(Request), at, isRemoval: false);
        await _hub.IdleAsync(TestContext.Current.CancellationToken);
        _time.Advance(TimeSpan.FromMinutes(1));
    }

    private void Given(OrchestrationRuntimeStatus? status) =>
        _client.Setup(client => client.GetInstanceAsync(Request.Text, It.IsAny<CancellationToken>()))
            .ReturnsAsync(status is { } known ? new OrchestrationMetadata(AccessRequestOrchestration.Name, Request.Text) { RuntimeStatus = known } : null);

    private void Verify(int starts, int hints)
    {
        _client.Verify(client => client.ScheduleNewOrchestrationInstanceAsync(
            It.Is<TaskName>(name => name.Name == AccessRequestOrchestration.Name), It.IsAny<object?>(),
            It.Is<StartOrchestrationOptions?>(options => options!.InstanceId == Request.Text), It.IsAny<CancellationToken>()), Times.Exactly(starts));
        _client.Verify(client => client.RaiseEventAsync(
            Request.Text, AccessRequestOrchestration.Hint, It.IsAny<object?>(), It.IsAny<CancellationToken>()), Times.Exactly(hints));
    }
}
