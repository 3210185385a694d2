using AksArcJit.Broker.Checkpoints;
using AksArcJit.Broker.Consents;
using AksArcJit.Broker.Ports;
using AksArcJit.Broker.Requests;
using AksArcJit.Journal;
using AksArcJit.Journal.Checkpoints;
using AksArcJit.Lifecycle;
using AksArcJit.Lifecycle.Requests;
using AksArcJit.Lifecycle.Tickets;
using AksArcJit.TestKit;
using AksArcJit.TestKit.Brokers;
using AksArcJit.TestKit.Checkpoints;
using AksArcJit.TestKit.Cluster;
using AksArcJit.TestKit.Journal;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace AksArcJit.Broker.Tests.Checkpoints;

public sealed class CheckpointerTests : IDisposable
{
    private readonly FakeTimeProvider _time = new(Sample.Start);
    private readonly InMemoryCheckpointLog _log = new();
    private readonly TestSigner _signer = new();
    private readonly TestAnchor _anchor = new();
    private readonly FakeCluster _cluster;
    private InMemoryJournal _journal;
    private TestBroker _broker;
    private int _seed;

    public CheckpointerTests()
    {
        _journal = new InMemoryJournal(_time);
        _cluster = new FakeCluster(Sample.ClusterId, "test", _time);
        _broker = Start();
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _signer.Dispose();

    [Fact]
    public async Task AGrant_ThenIsCoveredWithinFiveSecondsWithAllElseThatChanged()
    {
        await OpenTicketAsync();
        var id = await GrantAsync("key-1");
        await PassAsync(TimeSpan.FromSeconds(4));
        var covered = _log.Checkpoints.SelectMany(one => one.Leaves).ToDictionary(leaf => (leaf.Stream, leaf.Version));
        Assert.Contains((StreamId.Of(id), _journal.Streams[StreamId.Of(id)].Count), covered.Keys.Select(key => (key.Stream, (int)key.Version)));
        Assert.Contains(covered.Keys, key => key.Stream == StreamId.Of(Sample.TicketId));
    }

    [Fact]
    public async Task AQuietChange_ThenWaitsForOthersAndIsCoveredWithinAMinute()
    {
        await OpenTicketAsync();
        await AttendAsync();
        var before = _log.Checkpoints.Count;
        await AskAsync("key-1");
        await PassAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(before, _log.Checkpoints.Count);
        await PassAsync(TimeSpan.FromSeconds(31));
        Assert.Equal(before + 1, _log.Checkpoints.Count);
    }

    [Fact]
    public async Task NothingChanged_ThenNothingIsMade()
    {
        await OpenTicketAsync();
        await GrantAsync("key-1");
        await PassAsync(TimeSpan.FromSeconds(61));
        var before = _log.Checkpoints.Count;
        await PassAsync(TimeSpan.FromMinutes(10));
        Assert.Equal(before, _log.Checkpoints.Count);
    }

    [Fact]
    public async Task WhatComesWhileACheckpointIsMade_ThenWaitsItsOwnTime()
    {
        await OpenTicketAsync();
        var (made, id) = (0, (RequestId?)null);
        _signer.Meanwhile = async () =>
        {
            if (++made == 1)
                id = await AskAsync("key-1");
        };
        await PassAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(1, made);
        Assert.DoesNotContain(_log.Checkpoints.SelectMany(one => one.Leaves), leaf => leaf.Stream == StreamId.Of(id!));
        await PassAsync(TimeSpan.FromSeconds(61));
        Assert.Equal(2, made);
        Assert.Contains(_log.Checkpoints[1].Leaves, leaf => leaf.Stream == StreamId.Of(id!));
    }

    /// <summary>Read by the survey and covered, before the append was answered.</summary>
    [Fact]
    public void AnAppendThatIsCoveredBeforeItIsAnswered_ThenMakesNoCheckpointDue()
    {
        var coverage = new Coverage(_time, TimeSpan.FromSeconds(60));
        var stream = StreamId.Of(Sample.TicketId);
        var record = HashChain.Seal(stream, 0, HashChain.Start, "fact-1", "TicketOpened", _time.GetUtcNow(), "{}"u8.ToArray());
        var append = new Append(stream, 0, [record], new Head("", false), _time.GetUtcNow(), null);
        coverage.Begin(append);
        Assert.True(coverage.Wants(stream, _time.GetUtcNow()));
        coverage.See(stream, [record], _time.GetUtcNow());
        coverage.Cover([new(stream, record.Version, record.Hash)]);
        coverage.End(append, new AppendOutcome.Appended());
        Assert.Empty(coverage.Take(10));
        Assert.Null(coverage.Due.At);
    }

    [Fact]
    public async Task AKeyThatDoesNotAnswer_ThenIsToldByHealth()
    {
        var health = new JournalHealth(_broker.Standing, new VerificationState(), _broker.Checkpointer, _broker.Anchoring);
        await OpenTicketAsync();
        await GrantAsync("key-1");
        _time.Advance(TimeSpan.FromSeconds(61));
        using var stop = new CancellationTokenSource();
        _signer.IsDown = true;
        var loop = _broker.Checkpointer!.RunAsync(stop.Token);
        Assert.Equal((false, "the key is away"), (health.IsWell, health.CheckpointFault));
        await stop.CancelAsync();
        await loop;
    }

    // What stands in the log stands for ever: a signature that does not hold must not come so far.
    [Fact]
    public async Task AKeyThatSignsWrongly_ThenIsToldByHealthAndNothingIsStored()
    {
        var health = new JournalHealth(_broker.Standing, new VerificationState(), _broker.Checkpointer, _broker.Anchoring);
        await OpenTicketAsync();
        await GrantAsync("key-1");
        var made = _log.Checkpoints.Count;
        _time.Advance(TimeSpan.FromSeconds(61));
        _signer.IsFaulty = true;
        Assert.False(await _broker.Checkpointer!.TryAttendAsync(Cancellation));
        Assert.False(health.IsWell);
        Assert.Contains("no signature by its own public key", health.CheckpointFault, StringComparison.Ordinal);
        Assert.Equal(made, _log.Checkpoints.Count);
        _signer.IsFaulty = false;
        Assert.True(await _broker.Checkpointer.TryAttendAsync(Cancellation));
        Assert.True(_log.Checkpoints.Count > made);
    }

    [Fact]
    public async Task ALifecycle_ThenStaysOpenUntilItIsCovered()
    {
        await OpenTicketAsync();
        var id = await GrantAsync("key-1", TimeSpan.FromMinutes(30));
        await PassAsync(TimeSpan.FromMinutes(29));
        _signer.IsDown = true;
        _time.Advance(TimeSpan.FromMinutes(2));
        await _broker.Loop.AttendDueAsync();
        Assert.IsType<RequestState.Closed>(await _broker.StateAsync(id));
        await Assert.ThrowsAsync<SignerUnavailableException>(() => _broker.Checkpointer!.CheckpointAsync(Cancellation));
        await _broker.Loop.RereadOnceAsync(Cancellation);
        await _broker.Loop.AttendDueAsync();
        Assert.Contains(StreamId.Of(id), await OpenAsync());
        _signer.IsDown = false;
        await PassAsync(TimeSpan.FromSeconds(6));
        Assert.Empty(await OpenAsync());
        Assert.All(_journal.Streams, stream => Assert.Contains(_log.Checkpoints, one => one.Leaves.Any(leaf =>
            leaf.Stream == stream.Key && leaf.Version == stream.Value.Count && leaf.HeadHash == stream.Value[^1].Hash)));
    }

    [Fact]
    public async Task ARestart_WhenTheLastProcessDiedBeforeItSettled_ThenRepeatsALeafAndSettles()
    {
        await OpenTicketAsync();
        var id = await GrantAsync("key-1", TimeSpan.FromMinutes(30));
        _time.Advance(TimeSpan.FromMinutes(31));
        await _broker.Loop.AttendDueAsync();
        // The checkpoint stands, and the process dies before it tells the open index.
        var dying = new FaultyJournal(_journal);
        dying.Fail(JournalCall.Settle).Fail(JournalCall.Settle, 2);
        var last = new TestBroker(dying, new FakeClusters(_cluster), _time, 99, log: _log, signer: _signer);
        await Assert.ThrowsAsync<JournalUnavailableException>(async () =>
        {
            await last.Loop.RereadOnceAsync(Cancellation);
            await last.Loop.AttendDueAsync();
            await last.Checkpointer!.AttendAsync(Cancellation);
            _time.Advance(TimeSpan.FromSeconds(61));
            await last.Checkpointer.AttendAsync(Cancellation);
        });
        Assert.Contains(StreamId.Of(id), await OpenAsync());
        Assert.Contains(_log.Checkpoints, one => one.Leaves.Any(leaf => leaf.Stream == StreamId.Of(id)));
        _broker = Start();
        await _broker.Loop.RereadOnceAsync(Cancellation);
        await _broker.Loop.AttendDueAsync();
        await PassAsync(TimeSpan.FromSeconds(61));
        Assert.Empty(await OpenAsync());
        var before = _log.Checkpoints.Count;
        _broker = Start();
        await PassAsync(TimeSpan.FromSeconds(200));
        Assert.Equal(before, _log.Checkpoints.Count);
        Assert.Contains(_log.Checkpoints, one => one.Leaves.Any(leaf => leaf.Stream == StreamId.Of(id)));
    }

    [Fact]
    public async Task TwoInstances_ThenTheLoserLeavesOutWhatTheWinnerCovered()
    {
        var other = Start();
        await other.Checkpointer!.AttendAsync(Cancellation);
        await AttendAsync();
        await OpenTicketAsync();
        var id = await AskAsync("key-1");
        // The other has seen it too, in the open index.
        _time.Advance(TimeSpan.FromSeconds(61));
        await other.Checkpointer.AttendAsync(Cancellation);
        await AttendAsync();
        _time.Advance(TimeSpan.FromSeconds(61));
        await other.Checkpointer.AttendAsync(Cancellation);
        await AttendAsync();
        Assert.Single(_log.Checkpoints.SelectMany(one => one.Leaves), leaf => leaf.Stream == StreamId.Of(id));
        Assert.Null(_broker.Standing.Objection ?? other.Standing.Objection);
    }

    [Fact]
    public async Task AJournalOlderThanItsCheckpoints_ThenIsCoveredWhole()
    {
        _broker = new TestBroker(_journal, new FakeClusters(_cluster), _time, 50);
        await OpenTicketAsync();
        await GrantAsync("key-1", TimeSpan.FromMinutes(30));
        _time.Advance(TimeSpan.FromMinutes(31));
        await _broker.Loop.AttendDueAsync();
        Assert.Empty(await OpenAsync());
        _broker = Start();
        await AttendAsync();
        Assert.Equal(
            _journal.Streams.Select(stream => (stream.Key, (long)stream.Value.Count)).OrderBy(one => one.Key.Text, StringComparer.Ordinal),
            Assert.Single(_log.Checkpoints).Leaves.Select(leaf => (leaf.Stream, leaf.Version)));
    }

    [Fact]
    public async Task AClockThatMovedBack_ThenDatesNoCheckpointBeforeWhatItCovers()
    {
        await OpenTicketAsync();
        await PassAsync(TimeSpan.FromSeconds(61));
        var earlier = new FakeTimeProvider(Sample.Start.AddHours(-5));
        _broker = new TestBroker(_journal, new FakeClusters(_cluster), earlier, 51, log: _log, signer: _signer);
        await _broker.Tickets.HearAsync(Sample.TicketId, new TicketSignal.Close(Sample.TicketId, null, Sample.Operator), Cancellation);
        earlier.Advance(TimeSpan.FromSeconds(61));
        await AttendAsync();
        var newest = _log.Checkpoints[^1];
        Assert.True(newest.Signed.Checkpoint.Number > 1);
        Assert.All(newest.Leaves, leaf => Assert.True(newest.Signed.Checkpoint.At >= _journal.Streams[leaf.Stream][(int)leaf.Version - 1].At));
        Assert.True(newest.Signed.Checkpoint.At >= _log.Checkpoints[^2].Signed.Checkpoint.At);
    }

    [Fact]
    public async Task ARowThatIsDatedAsNoClockShows_ThenDatesNoCheckpoint()
    {
        await OpenTicketAsync();
        var stream = StreamId.Of(Sample.TicketId);
        var last = _journal.Streams[stream][^1];
        var forged = HashChain.Seal(stream, last.Version, last.Hash, "forged", last.Kind, DateTimeOffset.MaxValue, last.Payload);
        await _journal.AppendAsync(new Append(stream, last.Version, [forged], new Head("", false), _time.GetUtcNow(), null), Cancellation);
        await PassAsync(TimeSpan.FromSeconds(121));
        Assert.Contains(_log.Checkpoints.SelectMany(one => one.Leaves), leaf => leaf.HeadHash == forged.Hash);
        Assert.All(_log.Checkpoints, one => Assert.True(one.Signed.Checkpoint.At <= _time.GetUtcNow()));
    }

    [Fact]
    public async Task CoversUntil_ThenNoOlderFactIsUncovered()
    {
        await OpenTicketAsync();
        var random = new Random(7);
        for (var round = 0; round < 40; round++)
        {
            if (random.Next(3) == 0)
                await GrantAsync($"key-{round}", TimeSpan.FromMinutes(3));
            _time.Advance(TimeSpan.FromSeconds(random.Next(1, 200)));
            await _broker.Loop.AttendDueAsync();
            await AttendAsync();
            if (_log.Checkpoints is not [.., var newest])
                continue;
            var covered = _log.Checkpoints.SelectMany(one => one.Leaves).GroupBy(leaf => leaf.Stream).ToDictionary(leaves => leaves.Key, leaves => leaves.Max(leaf => leaf.Version));
            Assert.All(_journal.Streams.SelectMany(stream => stream.Value), record =>
                Assert.True(record.At > newest.Signed.Checkpoint.CoversUntil || record.Version <= covered.GetValueOrDefault(record.Stream)));
        }
        Assert.True(_log.Checkpoints[^1].Signed.Checkpoint.CoversUntil > Sample.Start);
    }

    [Fact]
    public async Task AStoreBehindItsAnchor_ThenGrantsNothingAndStillRevokes()
    {
        await OpenTicketAsync();
        var granted = await GrantAsync("key-1", TimeSpan.FromMinutes(30));
        await PassAsync(TimeSpan.FromSeconds(61));
        Assert.NotEmpty(_anchor.Held);
        _log.CutTo(_log.Checkpoints.Count - 1);

        _broker = Start();
        await _broker.Anchoring!.CompareAsync(Cancellation);
        Assert.Contains("older backup", _broker.Standing.Objection, StringComparison.Ordinal);
        var refused = Assert.IsType<Submission.Refused>(await _broker.AskAsync("key-2", TimeSpan.FromMinutes(30), new Scope.Namespace("other")));
        Assert.Equal(RefusalReason.JournalNotTrusted, refused.Refusal.Reason);
        var (checkpoints, anchored) = (_log.Checkpoints.Count, _anchor.Held.Count);
        await PassAsync(TimeSpan.FromMinutes(31));
        Assert.IsType<RequestState.Closed>(await _broker.StateAsync(granted));
        Assert.Empty(_cluster.Bindings);
        Assert.Equal((checkpoints, anchored), (_log.Checkpoints.Count, _anchor.Held.Count));
    }

    [Fact]
    public async Task AnAnchorOfAnotherHistory_WhenItIsPutInPlaceUnderWay_ThenNothingIsAddedToItAndNothingIsGranted()
    {
        await OpenTicketAsync();
        await GrantAsync("key-1", TimeSpan.FromMinutes(90));
        await PassAsync(TimeSpan.FromSeconds(61));
        var (held, mine) = (_anchor.Held.Count, _anchor.Held[^1]);
        var other = mine.Checkpoint with { At = mine.Checkpoint.At.AddTicks(1) };
        _anchor.Held[^1] = new SignedCheckpoint(other, other.Encode(), mine.Signature);

        await AskAsync("key-2", new Scope.Namespace("other"));
        await PassAsync(TimeSpan.FromSeconds(61));

        Assert.Equal(held, _anchor.Held.Count);
        Assert.Contains("is not the one that was anchored", _broker.Standing.Objection, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnUnsentCreate_WhenTheStoreIsBehindItsAnchor_ThenWaits()
    {
        await OpenTicketAsync();
        var id = await AskAsync("key-1");
        _broker.Standing.Object("the store was cut off");
        var answer = await _broker.ApproveAsync(id, Sample.Approver);
        Assert.Equal(RefusalReason.JournalNotTrusted, Assert.IsType<ConsentResult.Refused>(answer).Refusal.Reason);
        Assert.Empty(_cluster.Bindings);
    }

    [Fact]
    public async Task ACheckpointThatWasReplacedWhileRunning_ThenIsMetAndNoMoreAreMade()
    {
        await OpenTicketAsync();
        await PassAsync(TimeSpan.FromSeconds(61));
        _log.CutTo(_log.Checkpoints.Count - 1);
        await GrantAsync("key-1");
        await PassAsync(TimeSpan.FromSeconds(61));
        Assert.NotNull(_broker.Standing.Objection);
        Assert.Empty(_log.Checkpoints);
    }

    [Fact]
    public async Task AnAnchorThatHasNotAnsweredSinceTheStart_ThenNothingIsGrantedAndWhatStandsEnds()
    {
        await OpenTicketAsync();
        var granted = await GrantAsync("key-1", TimeSpan.FromMinutes(30));
        await PassAsync(TimeSpan.FromSeconds(61));
        _broker = Start(isCompared: false);
        _anchor.IsDown = true;
        await _broker.Anchoring!.CompareAsync(Cancellation);
        var health = new JournalHealth(_broker.Standing, new VerificationState(), _broker.Checkpointer, _broker.Anchoring);
        Assert.Equal((false, "memory", null), (health.IsWell, health.Uncompared, health.Objection));
        Assert.Equal(RefusalReason.JournalNotTrusted, Assert.IsType<Submission.Refused>(await _broker.AskAsync("key-2", TimeSpan.FromHours(1), new Scope.Namespace("other"))).Refusal.Reason);
        var made = _log.Checkpoints.Count;
        await PassAsync(TimeSpan.FromMinutes(31));
        Assert.IsType<RequestState.Closed>(await _broker.StateAsync(granted));
        Assert.True(_log.Checkpoints.Count > made);

        _anchor.IsDown = false;
        await PassAsync(TimeSpan.FromSeconds(1));
        Assert.Null(_broker.Standing.Hindrance);
        await GrantAsync("key-3");
    }

    /// <summary>Somebody emptied it while no broker ran, or while this one did.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task AnAnchorThatWasEmptied_ThenIsToldAndFilledAgain(bool isStartedAnew)
    {
        await OpenTicketAsync();
        await PassAsync(TimeSpan.FromMinutes(10));
        await GrantAsync("key-1");
        await PassAsync(TimeSpan.FromSeconds(61));
        _anchor.Held.Clear();
        if (isStartedAnew)
            _broker = Start();
        await AskAsync("key-2", new Scope.Namespace("other"));
        await PassAsync(TimeSpan.FromSeconds(61));
        Assert.True(Assert.Single(_broker.Anchoring!.Progress).HasLost);
        Assert.False(new JournalHealth(_broker.Standing, new VerificationState(), _broker.Checkpointer, _broker.Anchoring).IsWell);
        Assert.Equal(_log.Checkpoints[^1].Signed, _anchor.Held[^1]);
        Assert.Equal(isStartedAnew ? _log.Checkpoints.Count : 1, _anchor.Held.Count);
    }

    /// <summary>As every anchor is once, and as one that a process died before filling.</summary>
    [Fact]
    public async Task AnAnchorThatIsEmptyBesideAYoungJournal_ThenIsNotSuspected()
    {
        _anchor.IsDown = true;
        await OpenTicketAsync();
        await PassAsync(TimeSpan.FromMinutes(2));
        _anchor.IsDown = false;
        _broker = Start();
        await PassAsync(TimeSpan.FromSeconds(1));
        Assert.False(Assert.Single(_broker.Anchoring!.Progress).HasLost);
        Assert.Equal(_log.Checkpoints.Count, _anchor.Held.Count);
    }

    [Fact]
    public async Task AnAnchorThatIsAway_ThenHoldsNothingUpAndCatchesUpInOrder()
    {
        _anchor.IsDown = true;
        await OpenTicketAsync();
        await GrantAsync("key-1");
        await PassAsync(TimeSpan.FromSeconds(61));
        await AskAsync("key-2", new Scope.Namespace("other"));
        await PassAsync(TimeSpan.FromSeconds(61));
        Assert.True(_log.Checkpoints.Count >= 2);
        Assert.Empty(_anchor.Held);
        Assert.NotNull(Assert.Single(_broker.Anchoring!.Progress).Fault);
        _anchor.IsDown = false;
        await _broker.Anchoring.CatchUpAsync(Cancellation);
        Assert.Equal(_log.Checkpoints.Select(one => one.Signed), _anchor.Held);
        Assert.Equal((_log.Checkpoints.Count, 0, null), (Assert.Single(_broker.Anchoring.Progress).Number, _broker.Anchoring.Progress[0].Behind, _broker.Anchoring.Progress[0].Fault));
    }

    [Fact]
    public async Task AnAnchorThatStaysAway_ThenIsToldInEveryWindowOfTheAlert()
    {
        _anchor.IsDown = true;
        var log = new RecordingLog();
        var anchoring = new Anchoring("test", [_anchor], _log, new JournalStanding(), new CheckpointTrust(null), _time, log.CreateLogger<Anchoring>());
        var told = new List<int>();
        for (var window = 0; window < 3; window++)
        {
            // As the timer of the other host has it: once a minute.
            for (var minute = 0; minute < 5; minute++)
            {
                await anchoring.CatchUpAsync(Cancellation);
                _time.Advance(TimeSpan.FromMinutes(1));
            }
            told.Add(log.Entries.Count);
            log.Entries.Clear();
        }

        Assert.All(told, count => Assert.InRange(count, 1, 3));
    }

    private TestBroker Start(bool isCompared = true)
    {
        var broker = new TestBroker(_journal, new FakeClusters(_cluster), _time, ++_seed, log: _log, signer: _signer, anchors: _anchor);
        if (isCompared)
            broker.Standing.Compared(_anchor.Name);
        return broker;
    }

    private async Task OpenTicketAsync() =>
        await _broker.Tickets.HearAsync(Sample.TicketId, new TicketSignal.Report(Sample.Ticket(), Sample.Operator), Cancellation);

    private async Task<RequestId> AskAsync(string key, Scope? scope = null, TimeSpan? duration = null) =>
        Assert.IsType<Submission.Recorded>(await _broker.AskAsync(key, duration ?? TimeSpan.FromHours(1), scope)).History.Id;

    private async Task<RequestId> GrantAsync(string key, TimeSpan? duration = null)
    {
        var id = await AskAsync(key, duration: duration);
        Assert.IsType<ConsentResult.Decided>(await _broker.ApproveAsync(id, Sample.Approver));
        return id;
    }

    private Task AttendAsync() => _broker.Checkpointer!.AttendAsync(Cancellation);

    /// <summary>What the loops of a host do, a second at a time.</summary>
    private async Task PassAsync(TimeSpan span)
    {
        await _broker.Loop.RereadOnceAsync(Cancellation);
        for (var passed = TimeSpan.Zero; passed < span; passed += TimeSpan.FromSeconds(1))
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            await _broker.Loop.AttendDueAsync();
            await AttendAsync();
            await _broker.Anchoring!.CatchUpAsync(Cancellation);
        }
    }

    private async Task<List<StreamId>> OpenAsync()
    {
        var open = new List<StreamId>();
        await foreach (var entry in _journal.ListOpenAsync(Cancellation))
            open.Add(entry.Stream);
        return open;
    }
}
