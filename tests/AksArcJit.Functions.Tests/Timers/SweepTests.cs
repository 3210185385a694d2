using AksArcJit.Broker.Ports;
using AksArcJit.Functions.Requests;
using AksArcJit.Functions.Timers;
using AksArcJit.Journal;
using AksArcJit.Lifecycle;
using AksArcJit.TestKit.Brokers;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Moq;

namespace AksArcJit.Functions.Tests.Timers;

public sealed class SweepTests : IDisposable
{
    private static readonly RequestId First = RequestId.Parse(new string('a', RequestId.Length));
    private static readonly RequestId Second = RequestId.Parse(new string('b', RequestId.Length));

    private readonly World _world = new();
    private readonly Mock<IJournal> _journal = new();
    private readonly Mock<DurableTaskClient> _client = new("test");
    private readonly Dictionary<string, OrchestrationRuntimeStatus> _instances = [];
    private readonly List<string> _started = [];
    private readonly RecordingLog _log = new();
    private readonly Hub _hub;
    private readonly Sweep _sweep;

    public SweepTests()
    {
        _hub = new Hub(_world.Clock, NullLogger<Hub>.Instance);
        _hub.Meet(_client.Object);
        _sweep = new Sweep(_world.Broker.Sweeper, _journal.Object, _hub, _world.Clock, _log.CreateLogger<Sweep>());
        _client.Setup(client => client.GetAllInstancesAsync(It.IsAny<OrchestrationQuery>())).Returns((OrchestrationQuery query) => new Listed(
            [.. _instances.Where(one => query.Statuses!.Contains(one.Value)).Select(one => new OrchestrationMetadata(AccessRequestOrchestration.Name, one.Key) { RuntimeStatus = one.Value })]));
        _client.Setup(client => client.GetInstanceAsync(It.IsAny<string>(), It.IsAny<CancellationToken>())).ReturnsAsync((string id, CancellationToken _) =>
            _instances.TryGetValue(id, out var status) ? new OrchestrationMetadata(AccessRequestOrchestration.Name, id) { RuntimeStatus = status } : null);
        _client.Setup(client => client.ScheduleNewOrchestrationInstanceAsync(It.IsAny<TaskName>(), It.IsAny<object?>(), It.IsAny<StartOrchestrationOptions?>(), It.IsAny<CancellationToken>()))
            .ReturnsAsync((TaskName _, object? _, StartOrchestrationOptions? options, CancellationToken _) =>
            {
                _started.Add(options!.InstanceId!);
                return options.InstanceId!;
            });
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _hub.Dispose();

    [Theory]
    [InlineData(null)]
    [InlineData(OrchestrationRuntimeStatus.Terminated)]
    [InlineData(OrchestrationRuntimeStatus.Failed)]
    [InlineData(OrchestrationRuntimeStatus.Completed)]
    public async Task StartMissing_WhenAnOpenRequestsOrchestrationIsNotAlive_ThenItIsStartedAnew(OrchestrationRuntimeStatus? status)
    {
        Open(First, TimeSpan.FromHours(1));
        if (status is { } known)
            _instances[First.Text] = known;

        await SweepAsync();

        Assert.Equal([First.Text], _started);
    }

    [Theory]
    [InlineData(OrchestrationRuntimeStatus.Running)]
    [InlineData(OrchestrationRuntimeStatus.Pending)]
    [InlineData(OrchestrationRuntimeStatus.Suspended)]
    public async Task StartMissing_WhenItIsAlive_ThenItIsLeftAloneAndOnlyTheOtherIsStarted(OrchestrationRuntimeStatus status)
    {
        Open(First, TimeSpan.FromHours(1));
        Open(Second, TimeSpan.FromHours(1));
        _instances[First.Text] = status;

        await SweepAsync();

        Assert.Equal([Second.Text], _started);
        _client.Verify(client => client.RaiseEventAsync(First.Text, It.IsAny<string>(), It.IsAny<object?>(), It.IsAny<CancellationToken>()), Times.Never);
    }

    [Fact]
    public async Task StartMissing_WhenItIsDueSoonOrNoRequest_ThenTheHubIsNotAsked()
    {
        Open(First, HubWakeUps.Short);
        _entries.Add(new OpenEntry(StreamId.System, _world.Clock.GetUtcNow().AddHours(1), PublishedMarks.From(0)));

        await SweepAsync();

        Assert.Empty(_started);
        _client.Verify(client => client.GetAllInstancesAsync(It.IsAny<OrchestrationQuery>()), Times.Never);
    }

    [Fact]
    public async Task StartMissing_WhenTheHubIsAway_ThenItIsToldAndTheNextSweepStartsIt()
    {
        Open(First, TimeSpan.FromHours(1));
        _client.Setup(client => client.GetAllInstancesAsync(It.IsAny<OrchestrationQuery>())).Throws(new Grpc.Core.RpcException(new Grpc.Core.Status(Grpc.Core.StatusCode.Unavailable, "away")));
        await SweepAsync();
        Assert.Equal(LogLevel.Error, Assert.Single(_log.Entries).Level);

        _client.Setup(client => client.GetAllInstancesAsync(It.IsAny<OrchestrationQuery>())).Returns(new Listed([]));
        await SweepAsync();

        Assert.Equal([First.Text], _started);
    }

    [Fact]
    public async Task StartMissing_WhenTheJournalIsAway_ThenItIsTold()
    {
        _journal.Setup(journal => journal.ListOpenAsync(It.IsAny<CancellationToken>())).Throws(new JournalUnavailableException("away"));

        await _sweep.StartMissingAsync(Cancellation);

        Assert.Equal(LogLevel.Error, Assert.Single(_log.Entries).Level);
    }

    private readonly List<OpenEntry> _entries = [];

    private void Open(RequestId request, TimeSpan due)
    {
        _entries.Add(new OpenEntry(StreamId.Of(request), _world.Clock.GetUtcNow() + due, PublishedMarks.From(0)));
        _journal.Setup(journal => journal.ListOpenAsync(It.IsAny<CancellationToken>())).Returns(() => _entries.ToAsyncEnumerable());
    }

    private async Task SweepAsync()
    {
        await _sweep.StartMissingAsync(Cancellation);
        await _hub.IdleAsync(Cancellation);
    }

    private sealed class Listed(IReadOnlyList<OrchestrationMetadata> instances) : AsyncPageable<OrchestrationMetadata>
    {
        public override IAsyncEnumerable<Page<OrchestrationMetadata>> AsPages(string? continuationToken = null, int? pageSizeHint = null) =>
            new[] { new Page<OrchestrationMetadata>(instances) }.ToAsyncEnumerable();
    }
}
