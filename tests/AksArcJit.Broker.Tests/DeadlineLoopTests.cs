using AksArcJit.Broker.Deadlines;
using AksArcJit.Broker.Options;
using AksArcJit.Broker.Ports;
using AksArcJit.Broker.Requests;
using AksArcJit.Journal;
using AksArcJit.Lifecycle;
using AksArcJit.Lifecycle.Operations;
using AksArcJit.Lifecycle.Requests;
using AksArcJit.Lifecycle.Roles;
using AksArcJit.Lifecycle.Tickets;
using AksArcJit.TestKit;
using AksArcJit.TestKit.Brokers;
using AksArcJit.TestKit.Cluster;

namespace AksArcJit.Broker.Tests;

public class DeadlineLoopTests
{
    private const int Hung = 5_000;
    private static readonly ClusterId HungCluster = ClusterId.Parse("edge-02");
    private readonly World _world = new();

    [Fact(Timeout = 20_000)]
    public async Task Run_WhenEveryPlaceForGrantsHangs_StillRemovesWhatIsDue()
    {
        var active = await _world.GrantAsync(duration: TimeSpan.FromMinutes(10));
        for (var i = 0; i < 100; i++)
        {
            var waiting = await _world.AskAsync($"hung-{i}", scope: new Scope.Namespace($"ns-{i}"), startAt: Sample.Start.AddMinutes(5));
            await _world.Broker.ApproveAsync(waiting, Sample.Approver);
        }
        var hang = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var hanging = 0;
        _world.Cluster.BeforeCreate = () =>
        {
            Interlocked.Increment(ref hanging);
            return hang.Task;
        };

        using var stop = new CancellationTokenSource();
        var loop = _world.Broker.Loop.RunAsync(stop.Token);
        _world.Time.Advance(TimeSpan.FromMinutes(5));
        await UntilAsync(() => Task.FromResult(Volatile.Read(ref hanging) == DeadlineLoop.OthersAtOnce), TestContext.Current.CancellationToken);
        _world.Time.Advance(TimeSpan.FromMinutes(5));
        await UntilAsync(async () => await _world.Broker.StateAsync(active) is RequestState.Closed, TestContext.Current.CancellationToken);

        Assert.Empty(_world.Cluster.Bindings);
        await stop.CancelAsync();
        hang.SetResult();
        await loop;
    }

    [Theory(Timeout = 60_000)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Run_WhenThousandsOfRemovalsHangOnOneCluster_StillRemovesFromTheNext(bool isAfterRestart)
    {
        var (hung, well) = (new FakeCluster(HungCluster, "test", _world.Clock), _world.Cluster);
        var broker = Start(hung);
        await broker.Tickets.HearAsync(Sample.TicketId, new TicketSignal.Report(
            Sample.Ticket() with { Clusters = [Sample.ClusterId, HungCluster] }, Sample.Operator), CancellationToken.None);
        var until = _world.Clock.GetUtcNow() + TimeSpan.FromMinutes(10);
        for (var i = 0; i < Hung; i++)
            await ActiveAsync(broker, i, HungCluster, until);
        // Due last, so that all the others come first.
        var next = await ActiveAsync(broker, Hung, Sample.ClusterId, until.AddMilliseconds(1));
        well.Place(new StandingBinding(BindingName.For(next, new Scope.Cluster()), "uid", "test", next, until, [], "", Sample.TicketId));
        if (isAfterRestart)
            broker = Start(hung);
        var hang = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var hanging = 0;
        hung.BeforeRemove = () =>
        {
            Interlocked.Increment(ref hanging);
            return hang.Task;
        };

        using var stop = new CancellationTokenSource();
        _world.Time.Advance(TimeSpan.FromMinutes(11));
        await broker.Loop.RereadOnceAsync(CancellationToken.None);
        var loop = broker.Loop.RunAsync(stop.Token);
        await UntilAsync(async () => await broker.StateAsync(next) is RequestState.Closed, TestContext.Current.CancellationToken);
        await UntilAsync(() => Task.FromResult(Volatile.Read(ref hanging) == Hung), TestContext.Current.CancellationToken);

        Assert.Empty(well.Bindings);
        await stop.CancelAsync();
        Assert.False(loop.IsCompleted);
        hang.SetResult();
        await loop;
    }

    /// <summary>Of their chains the end cannot be recorded, and memory knows none of them.</summary>
    [Fact(Timeout = 20_000)]
    public async Task Run_WhenEndsThatCannotBeRecordedHangOnOneCluster_StillRemovesFromTheNext()
    {
        const int Ends = DeadlineLoop.OthersAtOnce + 1;
        var (hung, well) = (new FakeCluster(HungCluster, "test", _world.Clock), _world.Cluster);
        var broker = Start(hung);
        await broker.Tickets.HearAsync(Sample.TicketId, new TicketSignal.Report(
            Sample.Ticket() with { Clusters = [Sample.ClusterId, HungCluster] }, Sample.Operator), CancellationToken.None);
        var until = _world.Clock.GetUtcNow() + TimeSpan.FromMinutes(10);
        for (var i = 0; i < Ends; i++)
        {
            var id = await ActiveAsync(broker, i, HungCluster, until);
            _world.Journal.Tamper(StreamId.Of(id), _world.Journal.Streams[StreamId.Of(id)].Count, record => record with { FactId = "x" });
        }
        var next = await ActiveAsync(broker, Ends, Sample.ClusterId, until);
        well.Place(new StandingBinding(BindingName.For(next, new Scope.Cluster()), "uid", "test", next, until, [], "", Sample.TicketId));
        broker = Start(hung);
        hung.IsDown = true;
        await broker.Operations.RevokeAllAsync(new PauseScope.OfCluster(HungCluster), RevokedBy.Operator, Sample.Operator, "enough", CancellationToken.None);
        hung.IsDown = false;
        var hang = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var hanging = 0;
        hung.BeforeRemove = () =>
        {
            Interlocked.Increment(ref hanging);
            return hang.Task;
        };

        using var stop = new CancellationTokenSource();
        var loop = broker.Loop.RunAsync(stop.Token);
        _world.Time.Advance(Timing.LongestRevocationPause);
        await UntilAsync(() => Task.FromResult(Volatile.Read(ref hanging) == Ends), TestContext.Current.CancellationToken);
        _world.Time.Advance(TimeSpan.FromMinutes(11));
        await broker.Loop.RereadOnceAsync(CancellationToken.None);
        await UntilAsync(async () => await broker.StateAsync(next) is RequestState.Closed, TestContext.Current.CancellationToken);

        Assert.Empty(well.Bindings);
        await stop.CancelAsync();
        hang.SetResult();
        await loop;
    }

    private TestBroker Start(FakeCluster hung)
    {
        var options = TestBroker.Options();
        var known = options.Clusters.Single();
        options.Clusters =
        [
            known,
            new ClusterOptions
            {
                Id = HungCluster.Text, DisplayName = "Edge 02", Customer = known.Customer, MaximumDuration = known.MaximumDuration,
                ConsentLifetime = known.ConsentLifetime, Scopes = known.Scopes, Namespaces = known.Namespaces, Approvers = known.Approvers,
            },
        ];
        return new TestBroker(_world.Journal, new FakeClusters(_world.Cluster, hung), _world.Clock, 7, options: options);
    }

    /// <summary>As its journal would tell it: the signals of a grant, without its effects.</summary>
    private async Task<RequestId> ActiveAsync(TestBroker broker, int number, ClusterId cluster, DateTimeOffset until)
    {
        var id = Sample.Id(number);
        var sample = Sample.Request(id, duration: TimeSpan.FromMinutes(30));
        var terms = sample.Terms with { Cluster = cluster };
        var now = _world.Clock.GetUtcNow();
        var circumstances = Sample.Circumstances() with { Policy = Sample.Policy() with { Cluster = cluster } };
        circumstances = circumstances with { Ticket = new Reading<Ticket>.Found(Sample.Ticket() with { Clusters = [Sample.ClusterId, HungCluster] }) };
        var request = sample with { Terms = terms, RequestedAt = now, ConsentDeadline = now.AddHours(4) };
        Signal[] signals =
        [
            new Signal.Ask(request, circumstances),
            Sample.Approve(Sample.Approver, terms) with { Circumstances = circumstances },
            new Signal.BindingCreated("uid", until, [.. Probe.Of(Sample.Rules, terms.Scope).Select(probe => new ProbeAnswer(probe, true, "", null))]),
        ];
        foreach (var signal in signals)
            Assert.IsType<Submission.Recorded>(await broker.Engine.SubmitAsync(id, signal, CancellationToken.None));
        Assert.IsType<RequestState.Active>(await broker.StateAsync(id));
        return id;
    }

    // The loop's own tasks run on the pool; nothing here depends on how long they take.
    private static async Task UntilAsync(Func<Task<bool>> isSo, CancellationToken cancellation)
    {
        while (!await isSo())
        {
            cancellation.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }
}
