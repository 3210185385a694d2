using AksArcJit.Broker.Ports;
using AksArcJit.Broker.Publishing;
using AksArcJit.Broker.Requests;
using AksArcJit.Journal;
using AksArcJit.Lifecycle;
using AksArcJit.Lifecycle.Requests;
using AksArcJit.TestKit;
using AksArcJit.TestKit.Brokers;
using AksArcJit.TestKit.Journal;
using AksArcJit.TestKit.Publishing;

namespace AksArcJit.Broker.Tests.Publishing;

public sealed class PublisherTests
{
    private static readonly string[] Lifecycle = ["AccessRequested", "ConsentGiven", "Granted", "RevocationStarted", "AccessGone"];

    private readonly World _world = new();
    private readonly RecordingOutlet _bus = new("bus");
    private readonly RecordingOutlet _hook = new("hook");

    [Fact]
    public async Task ALifecycle_ThenGoesOutOnceInOrderToEachOutletAndLeavesTheOpenIndex()
    {
        await using var process = new PublishingBroker(_world, 50, [_bus, _hook]);
        var id = await GrantAsync(process, "one");
        await EndAsync(process, id);
        await UntilAsync(async () => (await OpenAsync()).Count == 0);
        foreach (var outlet in new[] { _bus, _hook })
        {
            Assert.Equal(Lifecycle, outlet.Kinds(StreamId.Of(id)));
            Assert.Equal(Lifecycle.Length, outlet.Taken.Count);
            Assert.Equal(Lifecycle.Length, outlet.Taken.Select(one => one.Record.FactId).Distinct().Count());
            Assert.Equal(Lifecycle.Length, process.Meters.Read($"aksarcjit.outlets.published/{outlet.Name}"));
        }
        Assert.All(process.Publisher.Outlets, status => Assert.Equal((null, TimeSpan.Zero, 0), (status.Fault, status.Lag, status.Waiting)));
    }

    [Fact]
    public async Task AnEvent_ThenCarriesTheRequestAsItStoodRightAfterTheFact()
    {
        await using var process = new PublishingBroker(_world, 50, [_bus]);
        var id = await GrantAsync(process, "one");
        await EndAsync(process, id);
        await UntilAsync(() => _bus.Taken.Count == Lifecycle.Length);
        Assert.Equal(["AwaitingConsent", "AwaitingConsent", "Active", "Revoking", "Closed"], _bus.Taken.Select(one => one.State!.GetType().Name));
    }

    [Fact]
    public async Task AnOutletThatIsDown_ThenHoldsUpNeitherRevocationsNorOtherOutletsAndCatchesUpInOrder()
    {
        var hang = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _bus.Before = _ => hang.Task;
        await using var process = new PublishingBroker(_world, 50, [_bus, _hook]);
        var id = await GrantAsync(process, "one");
        await EndAsync(process, id);
        Assert.Empty(_world.Cluster.Bindings);
        await UntilAsync(() => _hook.Taken.Count == Lifecycle.Length);
        Assert.Empty(_bus.Taken);
        var open = await OpenAsync();
        _world.Time.Advance(TimeSpan.FromSeconds(1));
        var status = process.Publisher.Outlets[0];
        var waiting = process.Meters.Read("aksarcjit.outlets.waiting/bus");
        _bus.Before = null;
        hang.SetResult();
        Assert.Single(open);
        Assert.Equal((1, 1), (status.Waiting, waiting));
        Assert.True(status.Lag >= TimeSpan.FromSeconds(1));
        await UntilAsync(async () => (await OpenAsync()).Count == 0);
        Assert.Equal(Lifecycle, _bus.Kinds(StreamId.Of(id)));
    }

    [Fact]
    public async Task AnOutage_ThenIsTriedAgainWithGrowingPausesAndNothingIsLost()
    {
        _bus.Answer = _ => new Delivery.Away("connection refused");
        await using var process = new PublishingBroker(_world, 50, [_bus]);
        var id = await GrantAsync(process, "one");
        var begun = _world.Clock.GetUtcNow();
        await UntilAsync(() => _world.Clock.GetUtcNow() > begun + TimeSpan.FromMinutes(10));
        // Doubling up to a minute, each drawn between half and whole: some twenty tries in ten minutes, not six hundred.
        Assert.InRange(_bus.Tries, 8, 40);
        Assert.Equal("connection refused", process.Publisher.Outlets[0].Fault);
        Assert.Equal(1, process.Meters.Read("aksarcjit.outlets.faulty/bus"));
        Assert.Equal(_bus.Tries, process.Meters.Read("aksarcjit.outlets.retries/bus"));

        _bus.Answer = null;
        await UntilAsync(() => _bus.Taken.Count == 3);
        Assert.Equal(Lifecycle[..3], _bus.Kinds(StreamId.Of(id)));
        Assert.Null(process.Publisher.Outlets[0].Fault);
    }

    [Fact]
    public async Task APause_WhenTheOutletAsksForOne_ThenIsKept()
    {
        _bus.Answer = _ => new Delivery.Away("too many", TimeSpan.FromMinutes(10));
        await using var process = new PublishingBroker(_world, 50, [_bus]);
        await GrantAsync(process, "one");
        await UntilAsync(() => _bus.Tries == 1);
        var begun = _world.Clock.GetUtcNow();
        _bus.Answer = null;
        await UntilAsync(() => _bus.Taken.Count == 3);
        Assert.InRange(_world.Clock.GetUtcNow() - begun, TimeSpan.FromMinutes(9), TimeSpan.FromMinutes(12));
    }

    [Fact]
    public async Task AnEventThatIsRefused_ThenHoldsUpItsStreamAlone()
    {
        StreamId? bad = null;
        _bus.Answer = announcement => announcement.Record.Stream == bad && announcement.Record.Version > 1 ? new Delivery.Refused("too large") : null;
        await using var process = new PublishingBroker(_world, 50, [_bus]);
        await OpenTicketAsync(process);
        var first = await AskAsync(process, "one", new Scope.Namespace("one"));
        bad = StreamId.Of(first);
        await process.Broker.ApproveAsync(first, Sample.Approver);
        var second = await AskAsync(process, "two", new Scope.Namespace("two"));
        await process.Broker.ApproveAsync(second, Sample.Approver);
        await UntilAsync(() => _bus.Kinds(StreamId.Of(second)).Count == 3);
        await UntilAsync(() => process.Meters.Read("aksarcjit.outlets.refused/bus") > 3);
        Assert.Equal(["AccessRequested"], _bus.Kinds(bad));
        Assert.Equal("too large", process.Publisher.Outlets[0].Fault);
        _bus.Answer = null;
        await UntilAsync(() => _bus.Kinds(bad).Count == 3);
        Assert.Equal(Lifecycle[..3], _bus.Kinds(bad));
    }

    [Fact]
    public async Task AnOutletThatIsGone_ThenIsSentNothingMoreAndSaysSo()
    {
        _bus.Answer = _ => new Delivery.Gone("410");
        await using (var process = new PublishingBroker(_world, 50, [_bus, _hook]))
        {
            await GrantAsync(process, "one");
            await UntilAsync(() => _hook.Taken.Count == 3);
            var begun = _world.Clock.GetUtcNow();
            await UntilAsync(() => _world.Clock.GetUtcNow() > begun + TimeSpan.FromMinutes(5));
            Assert.Equal(1, _bus.Tries);
            Assert.Equal("410", process.Publisher.Outlets[0].Fault);
        }
        // It was switched on again, and the process started anew: nothing was lost.
        _bus.Answer = null;
        await using var next = new PublishingBroker(_world, 51, [_bus, _hook]);
        await UntilAsync(() => _bus.Taken.Count == 3);
        Assert.Equal(3, _hook.Taken.Count);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ACrashBetweenPublicationAndMark_ThenDoublesWhatWasNotMarkedAndNothingElse(bool isOrderly)
    {
        var journal = new FaultyJournal(_world.Journal);
        var process = new PublishingBroker(_world, 50, [_bus], journal);
        var id = await GrantAsync(process, "one");
        await UntilAsync(() => _bus.Taken.Count == 3);
        if (!isOrderly)
            // Killed: from here on nothing that it does takes effect.
            journal.IsDown = true;
        await process.DisposeAsync();

        await using var next = new PublishingBroker(_world, 51, [_bus]);
        await EndAsync(next, id);
        await UntilAsync(async () => (await OpenAsync()).Count == 0);
        var doubled = _bus.Taken.Count - _bus.Taken.Select(one => one.Record.FactId).Distinct().Count();
        Assert.Equal(Lifecycle, _bus.Taken.Select(one => one.Record).DistinctBy(record => record.FactId).Select(record => record.Kind));
        Assert.Equal(isOrderly, doubled == 0);
    }

    [Fact]
    public async Task TwoInstances_ThenDoNotDoubleEverythingAndKeepTheOrder()
    {
        await using var one = new PublishingBroker(_world, 50, [_bus]);
        await using var other = new PublishingBroker(_world, 51, [_bus]);
        var ids = new List<RequestId>();
        await OpenTicketAsync(one);
        for (var i = 0; i < 20; i++)
        {
            var id = await AskAsync(i % 2 == 0 ? one : other, $"key-{i}", new Scope.Namespace($"ns-{i}"));
            // The other instance takes the decision.
            await (i % 2 == 0 ? other : one).Broker.ApproveAsync(id, Sample.Approver);
            ids.Add(id);
        }
        await UntilAsync(() => ids.All(id => _bus.Kinds(StreamId.Of(id)).Count >= 3));
        foreach (var id in ids)
            await EndAsync(one, id);
        await UntilAsync(async () => (await OpenAsync()).Count == 0);
        Assert.All(ids, id => Assert.Equal(Lifecycle, _bus.Kinds(StreamId.Of(id))));
    }

    [Fact]
    public async Task WhatAKilledProcessLeft_ThenGoesOutAfterAMinuteFromAnotherThatLives()
    {
        _bus.Answer = _ => new Delivery.Away("down");
        var journal = new FaultyJournal(_world.Journal);
        await using var killed = new PublishingBroker(_world, 50, [_bus], journal);
        var id = await GrantAsync(killed, "one");
        await UntilAsync(() => _bus.Tries > 0);
        journal.IsDown = true;
        await killed.StopAsync();

        _bus.Answer = null;
        var begun = _world.Clock.GetUtcNow();
        await using var living = new PublishingBroker(_world, 51, [_bus]);
        await UntilAsync(() => _bus.Taken.Count == 3);
        Assert.True(_world.Clock.GetUtcNow() >= begun + TimeSpan.FromSeconds(50));
        Assert.Equal(Lifecycle[..3], _bus.Kinds(StreamId.Of(id)));
    }

    [Fact]
    public async Task TheJournal_WhenItFailsInBetween_ThenEveryEventGoesOutAllTheSame()
    {
        var journal = new FaultyJournal(_world.Journal);
        await using var process = new PublishingBroker(_world, 50, [_bus, _hook], journal);
        var id = await GrantAsync(process, "one");
        journal.Fail(JournalCall.MarkPublished).Fail(JournalCall.Settle).Fail(JournalCall.Settle, 2, JournalFault.AppliedButUnknown).Fail(JournalCall.FindOpen);
        await EndAsync(process, id);
        journal.Fail(JournalCall.Read).Fail(JournalCall.Read, 2);
        await UntilAsync(async () => (await OpenAsync()).Count == 0);
        Assert.Equal(Lifecycle, _bus.Kinds(StreamId.Of(id)));
        Assert.Equal(Lifecycle, _hook.Kinds(StreamId.Of(id)));
    }

    [Fact]
    public async Task CheckpointsAndEvents_ThenAChainStaysOpenUntilBothAreDone()
    {
        var log = new InMemoryCheckpointLog();
        await using var process = new PublishingBroker(_world, 50, [_bus], log: log);
        var id = await GrantAsync(process, "one");
        await EndAsync(process, id);
        await UntilAsync(() => _bus.Kinds(StreamId.Of(id)).Count == Lifecycle.Length);
        var begun = _world.Clock.GetUtcNow();
        await UntilAsync(() => _world.Clock.GetUtcNow() > begun + TimeSpan.FromMinutes(3));
        Assert.Contains(await OpenAsync(), open => open.Stream == StreamId.Of(id));
        await process.Broker.Checkpointer!.CheckpointAsync(CancellationToken.None);
        Assert.DoesNotContain(await OpenAsync(), open => open.Stream == StreamId.Of(id));
        Assert.Equal(Lifecycle.Length, _bus.Kinds(StreamId.Of(id)).Count);
    }

    [Fact]
    public async Task TenThousandEvents_ThenEachGoesOutOnceAndEachStreamInOrder()
    {
        await using var process = new PublishingBroker(_world, 50, [_bus]);
        await Findings.AppendAsync(process.Broker.Journal, clusters: 200, each: 50, _world.Clock);
        await UntilAsync(() => _bus.Taken.Count >= 10_000);
        await UntilAsync(async () => (await OpenAsync()).Count == 0);
        var taken = _bus.Taken;
        Assert.Equal(10_000, taken.Count);
        foreach (var stream in taken.GroupBy(one => one.Record.Stream))
            Assert.Equal(Enumerable.Range(1, 50).Select(version => (long)version), stream.Select(one => one.Record.Version));
    }

    [Fact]
    public void EveryFact_ThenIsKnownAsAnnouncedOrNot()
    {
        var kinds = typeof(Fact).Assembly.GetTypes().Where(type => type.IsAssignableTo(typeof(Fact)) && !type.IsAbstract).ToList();
        Assert.True(kinds.Count > 25);
        var announced = kinds.Where(kind => Announcing.IsAnnounced((Fact)System.Runtime.CompilerServices.RuntimeHelpers.GetUninitializedObject(kind))).Select(kind => kind.Name);
        Assert.Equal(
        [
            "AccessGone", "AccessRequested", "ConsentGiven", "ConsentLapsed", "ConsentRefused", "GoneByWord", "GrantAbandoned", "GrantScheduled", "Granted",
            "GrantsPaused", "GrantsResumed", "OrphanRemoved", "OverdueRemoved", "QuarantinedBindingRemoved", "RequestCancelled", "RequestWithdrawn",
            "RevocationOrdered", "RevocationStarted", "RevocationUnconfirmed", "RoleChangeObserved", "StrayBindingFound", "UnmanagedCopyFound",
        ], announced.Order(StringComparer.Ordinal));
    }

    private static async Task<RequestId> GrantAsync(PublishingBroker process, string key)
    {
        await OpenTicketAsync(process);
        var id = await AskAsync(process, key, new Scope.Cluster());
        await process.Broker.ApproveAsync(id, Sample.Approver);
        Assert.IsType<RequestState.Active>(await process.Broker.StateAsync(id));
        return id;
    }

    private static async Task OpenTicketAsync(PublishingBroker process) => await process.Broker.Tickets.HearAsync(
        Sample.TicketId, new Lifecycle.Tickets.TicketSignal.Report(Sample.Ticket(), Sample.Operator), CancellationToken.None);

    private static async Task<RequestId> AskAsync(PublishingBroker process, string key, Scope scope) =>
        Assert.IsType<Submission.Recorded>(await process.Broker.AskAsync(key, TimeSpan.FromMinutes(30), scope)).History.Id;

    private static async Task EndAsync(PublishingBroker process, RequestId id)
    {
        await process.Broker.Engine.SubmitAsync(id, new Signal.Revoke(RevokedBy.Operator, Sample.Operator, "enough"), CancellationToken.None);
        await process.Broker.Engine.AdvanceUntilWaitAsync(id);
    }

    private async Task<List<OpenEntry>> OpenAsync()
    {
        var open = new List<OpenEntry>();
        await foreach (var entry in _world.Journal.ListOpenAsync(CancellationToken.None))
            // The sample ticket is closed by nobody.
            if (entry.Stream.Ticket is null)
                open.Add(entry);
        return open;
    }

    private Task UntilAsync(Func<bool> holds) => UntilAsync(() => Task.FromResult(holds()));

    /// <summary>Loops run on other threads: looks again every millisecond, a fraction of a second later by the clock that they go by.</summary>
    private async Task UntilAsync(Func<Task<bool>> holds)
    {
        var begun = TimeProvider.System.GetTimestamp();
        while (!await holds())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(begun) < TimeSpan.FromSeconds(30), "Not within 30 s.");
            _world.Time.Advance(TimeSpan.FromMilliseconds(500));
            await Task.Delay(1, TestContext.Current.CancellationToken);
        }
    }
}
