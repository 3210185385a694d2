using AksArcJit.Broker.Consents;
using AksArcJit.Broker.Evidence;
using AksArcJit.Broker.Ports;
using AksArcJit.Broker.Requests;
using AksArcJit.Journal;
using AksArcJit.Journal.Evidence;
using AksArcJit.Lifecycle;
using AksArcJit.Lifecycle.Tickets;
using AksArcJit.TestKit;
using AksArcJit.TestKit.Brokers;
using AksArcJit.TestKit.Checkpoints;
using AksArcJit.TestKit.Cluster;
using AksArcJit.TestKit.Journal;
using Microsoft.Extensions.Time.Testing;

namespace AksArcJit.Broker.Tests.Evidence;

public sealed class EvidenceDeskTests : IDisposable
{
    private readonly FakeTimeProvider _time = new(Sample.Start);
    private readonly InMemoryCheckpointLog _log = new();
    private readonly TestSigner _signer = new();
    private readonly InMemoryJournal _journal;
    private readonly TestBroker _broker;

    public EvidenceDeskTests()
    {
        _journal = new InMemoryJournal(_time);
        _broker = new TestBroker(_journal, new FakeClusters(new FakeCluster(Sample.ClusterId, "test", _time)), _time, 1, log: _log, signer: _signer);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private EvidenceDesk Desk => new(_journal, _log);

    public void Dispose() => _signer.Dispose();

    [Fact]
    public async Task OfRequest_WhenClosedAndCovered_ThenTheBundleProvesAllOfIt()
    {
        var id = await LiveAsync("key-1");

        var verdict = Verify(await Desk.OfRequestAsync(id, Cancellation));

        Assert.Empty(verdict.Findings);
        Assert.Equal((new EvidenceSubject.OfRequest(id), KeySource.Given), (verdict.Subject, verdict.SignedBy));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task OfTicket_WhenOneRequestIsQuarantined_ThenHoldsTheOthersAndSaysWhichIsMissing(bool isRewritten)
    {
        var (sound, damaged) = (await LiveAsync("key-1"), await LiveAsync("key-2"));
        await PassAsync(TimeSpan.FromSeconds(61));
        var records = _journal.Streams[StreamId.Of(damaged)];
        if (isRewritten)
            // With a fresh hash: only the checkpoint tells.
            _journal.Tamper(StreamId.Of(damaged), records.Count, record => HashChain.Seal(record.Stream, record.Version - 1, record.PreviousHash, "forged", record.Kind, record.At, record.Payload));
        else
            _journal.Tamper(StreamId.Of(damaged), 2, record => record with { FactId = "forged" });

        var made = Made(await Desk.OfTicketAsync(Sample.TicketId, Cancellation));
        var verdict = Verify(made);

        Assert.Contains(damaged.Text, Assert.Single(verdict.Findings.OfType<BundleFinding.Unchecked>()).What, StringComparison.Ordinal);
        Assert.False(verdict.IsDamaged);
        Assert.Equal(2, verdict.Chains);
        await Assert.ThrowsAsync<QuarantineException>(() => Desk.OfRequestAsync(damaged, Cancellation));
        Assert.NotNull(await Desk.OfRequestAsync(sound, Cancellation));
    }

    [Fact]
    public async Task OfRequest_WhenTheLogGrowsOn_ThenTheBundleStaysTheSame()
    {
        var id = await LiveAsync("key-1");
        var before = Made(await Desk.OfRequestAsync(id, Cancellation)).Zip.ToArray();

        for (var other = 2; other < 6; other++)
            await LiveAsync($"key-{other}");

        Assert.Equal(before, Made(await Desk.OfRequestAsync(id, Cancellation)).Zip.ToArray());
    }

    [Fact]
    public async Task OfRequest_WhenOneOfMany_ThenEachIsProvenAmongTheOthers()
    {
        var ids = new List<RequestId>();
        for (var number = 0; number < 5; number++)
            ids.Add(await LiveAsync($"key-{number}"));

        foreach (var id in ids)
            Assert.Empty(Verify(await Desk.OfRequestAsync(id, Cancellation)).Findings);
    }

    [Fact]
    public async Task OfRequest_WhenStillOpenAndNotCoveredYet_ThenSaysWhatTheChainAloneCovers()
    {
        await OpenTicketAsync();
        var id = await AskAsync("key-1");
        await PassAsync(TimeSpan.FromSeconds(61));
        Assert.IsType<ConsentResult.Decided>(await _broker.ApproveAsync(id, Sample.Approver));

        var verdict = Verify(await Desk.OfRequestAsync(id, Cancellation));

        Assert.Contains("by their chain alone", Assert.IsType<BundleFinding.Unproven>(Assert.Single(verdict.Findings)).What, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OfRequest_WhenNoCheckpointIsMade_ThenTheBundleSaysWhatItCannotExclude()
    {
        var id = await LiveAsync("key-1");

        var verdict = Verify(await new EvidenceDesk(_journal, new InMemoryCheckpointLog()).OfRequestAsync(id, Cancellation));

        Assert.Equal((false, null), (verdict.IsDamaged, verdict.KeyId));
        Assert.Contains(verdict.Findings, finding => finding is BundleFinding.Unproven && finding.What.Contains("no checkpoint", StringComparison.Ordinal));
    }

    [Fact]
    public async Task OfTicket_WhenItHasRequests_ThenHoldsAllOfThemProvenOldestFirst()
    {
        var (first, second) = (await LiveAsync("key-1"), await LiveAsync("key-2"));

        var made = Made(await Desk.OfTicketAsync(Sample.TicketId, Cancellation));
        var verdict = Verify(made);

        Assert.Equal(new EvidenceSubject.OfTicket(Sample.TicketId), verdict.Subject);
        Assert.Contains("all requests under the ticket", Assert.Single(verdict.Findings).What, StringComparison.Ordinal);
        using var zip = new System.IO.Compression.ZipArchive(new MemoryStream(made.Zip.ToArray()));
        Assert.Equal([$"requests/{first}/facts.ndjson", $"requests/{second}/facts.ndjson"],
            zip.Entries.Select(entry => entry.FullName).Where(name => name.StartsWith("requests/", StringComparison.Ordinal) && name.EndsWith("/facts.ndjson", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task OfAnything_WhenNothingWasEverRecorded_ThenIsMissing()
    {
        Assert.IsType<EvidenceOutcome.Missing>(await Desk.OfRequestAsync(Sample.Id(9), Cancellation));
        Assert.IsType<EvidenceOutcome.Missing>(await Desk.OfTicketAsync(Sample.TicketId, Cancellation));
    }

    [Fact]
    public async Task OfTicket_WhenItHasMoreRequestsThanABundleHolds_ThenIsRefused()
    {
        await OpenTicketAsync();
        for (var number = 0; number <= EvidenceDesk.MostRequests; number++)
        {
            var id = await AskAsync($"key-{number}");
            await _broker.Requests.SayAsync(id, new Lifecycle.Requests.Signal.Withdraw(Sample.Engineer), Cancellation);
        }

        Assert.IsType<EvidenceOutcome.TooMany>(await Desk.OfTicketAsync(Sample.TicketId, Cancellation));
    }

    [Fact]
    public async Task OfRequest_WhenAFactWasAltered_ThenIsQuarantined()
    {
        var id = await LiveAsync("key-1");
        _journal.Tamper(StreamId.Of(id), 2, record => record with { Payload = "{}"u8.ToArray() });

        await Assert.ThrowsAsync<QuarantineException>(() => Desk.OfRequestAsync(id, Cancellation));
    }

    [Fact]
    public async Task OfRequest_WhenTheChainWasRewrittenWithFreshHashes_ThenTheCheckpointConvicts()
    {
        var id = await LiveAsync("key-1");
        var (stream, previous) = (StreamId.Of(id), HashChain.Start);
        foreach (var record in _journal.Streams[stream])
        {
            var forged = HashChain.Seal(stream, record.Version - 1, previous, record.FactId, record.Kind, record.At.AddTicks(record.Version), record.Payload);
            _journal.Tamper(stream, record.Version, _ => forged);
            previous = forged.Hash;
        }

        Assert.Contains("the chain was rewritten", (await Assert.ThrowsAsync<QuarantineException>(() => Desk.OfRequestAsync(id, Cancellation))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OfRequest_WhenItsEndWasCutOff_ThenTheCheckpointConvicts()
    {
        var id = await LiveAsync("key-1");
        var cut = new InMemoryJournal(_time);
        foreach (var (stream, records) in _journal.Streams)
            await cut.AppendAsync(new Append(stream, 0, stream == StreamId.Of(id) ? [.. records.Take(records.Count - 1)] : records, new Head("", false), null, null), Cancellation);

        Assert.Contains("its end was cut off", (await Assert.ThrowsAsync<QuarantineException>(() => new EvidenceDesk(cut, _log).OfRequestAsync(id, Cancellation))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OfRequest_WhenTheLogWasTamperedWith_ThenSaysThatAndMakesNoBundle()
    {
        var id = await LiveAsync("key-1");
        var forged = new InMemoryCheckpointLog();
        foreach (var stored in _log.Checkpoints)
            await forged.AppendAsync(stored with { Signed = stored.Signed with { Signature = new byte[64] } }, Cancellation);

        Assert.Contains("signature", Assert.IsType<EvidenceOutcome.CheckpointsDamaged>(await new EvidenceDesk(_journal, forged).OfRequestAsync(id, Cancellation)).Why, StringComparison.Ordinal);

        // A leaf that nobody signed convicts the log, never the chain.
        var otherLeaves = new InMemoryCheckpointLog();
        foreach (var stored in _log.Checkpoints)
            await otherLeaves.AppendAsync(stored with { Leaves = [.. stored.Leaves.Select(leaf => leaf with { HeadHash = HashChain.Start })] }, Cancellation);

        Assert.Contains("do not lead", Assert.IsType<EvidenceOutcome.CheckpointsDamaged>(await new EvidenceDesk(_journal, otherLeaves).OfRequestAsync(id, Cancellation)).Why, StringComparison.Ordinal);
    }

    private BundleVerdict Verify(EvidenceOutcome outcome)
    {
        using var key = _signer.Key;
        return BundleVerification.Verify(new MemoryStream(Made(outcome).Zip.ToArray()), key);
    }

    private static EvidenceOutcome.Made Made(EvidenceOutcome outcome) => Assert.IsType<EvidenceOutcome.Made>(outcome);

    private async Task<RequestId> LiveAsync(string key)
    {
        await OpenTicketAsync();
        var id = await AskAsync(key);
        Assert.IsType<ConsentResult.Decided>(await _broker.ApproveAsync(id, Sample.Approver));
        await PassAsync(TimeSpan.FromMinutes(11));
        Assert.IsType<Lifecycle.Requests.RequestState.Closed>(await _broker.StateAsync(id));
        return id;
    }

    private async Task OpenTicketAsync() =>
        await _broker.Tickets.HearAsync(Sample.TicketId, new TicketSignal.Report(Sample.Ticket(), Sample.Operator), Cancellation);

    private async Task<RequestId> AskAsync(string key) =>
        Assert.IsType<Submission.Recorded>(await _broker.AskAsync(key, TimeSpan.FromMinutes(10))).History.Id;

    /// <summary>What the loops of a host do, in strides.</summary>
    private async Task PassAsync(TimeSpan span)
    {
        await _broker.Loop.RereadOnceAsync(Cancellation);
        for (var passed = TimeSpan.Zero; passed < span; passed += TimeSpan.FromSeconds(5))
        {
            _time.Advance(TimeSpan.FromSeconds(5));
            await _broker.Loop.AttendDueAsync();
            await _broker.Checkpointer!.AttendAsync(Cancellation);
        }
    }
}
