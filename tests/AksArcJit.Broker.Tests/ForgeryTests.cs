using AksArcJit.Broker.Consents;
using AksArcJit.Broker.Options;
using AksArcJit.Broker.Ports;
using AksArcJit.Journal;
using AksArcJit.Lifecycle;
using AksArcJit.Lifecycle.Requests;
using AksArcJit.TestKit;
using AksArcJit.TestKit.Brokers;
using AksArcJit.TestKit.Cluster;
using Microsoft.Extensions.Logging;

namespace AksArcJit.Broker.Tests;

/// <summary>Somebody can write the store, and computes its hashes right: no access comes of it, and what stands still ends.</summary>
public class ForgeryTests
{
    private static readonly Sealing Forger = new(new SeededEntropy(666), new ConsentKey(Enumerable.Repeat((byte)6, ConsentKey.LeastBytes).ToArray()));

    [Fact]
    public async Task Consent_WhenSomebodyWroteItIntoTheStore_ThenNoBindingIsMadeAndOperatorsAreTold()
    {
        var (world, log) = (new World(), new RecordingLog());
        var broker = new TestBroker(world.Journal, new FakeClusters(world.Cluster), world.Clock, 77, logging: log);
        var id = await world.AskAsync();
        var asked = await broker.Engine.ReadAsync(id, CancellationToken.None);
        var terms = ((RequestState.Asked)asked.State).Request.Terms;
        await WriteAsync(world, asked, new RequestFact.ConsentGiven(Sample.Approver, terms.Hash(), terms, [], ""), new RequestFact.GrantScheduled(terms, world.Clock.GetUtcNow()));

        await broker.Engine.AdvanceUntilWaitAsync(id);
        await broker.Engine.AdvanceUntilWaitAsync(id);

        Assert.Empty(world.Cluster.Bindings);
        var granting = Assert.IsType<RequestState.Granting>(await broker.StateAsync(id));
        Assert.Contains("version 2 of this request (ConsentGiven) was not written by a broker", granting.Attempt.HeldFor, StringComparison.Ordinal);
        Assert.Single(log.Entries, entry => entry.Level == LogLevel.Critical && entry.Text.Contains(id.Text, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Request_WhenAVersionBeforeSealsWroteIt_ThenTheConsentIsRefusedAndNothingIsSpent()
    {
        var (world, log) = (new World(), new RecordingLog());
        var broker = new TestBroker(world.Journal, new FakeClusters(world.Cluster), world.Clock, 77, logging: log);
        var id = await world.AskAsync();
        world.Journal.Tamper(StreamId.Of(id), 1, record =>
            HashChain.Seal(record.Stream, 0, HashChain.Start, Forger.NewId().Text, record.Kind, record.At, record.Payload));

        var answer = await broker.ApproveAsync(id, Sample.Approver);

        Assert.Equal(RefusalReason.RequestNotSealed, Assert.IsType<ConsentResult.Refused>(answer).Refusal.Reason);
        Assert.IsType<RequestState.AwaitingConsent>(await broker.StateAsync(id));
        Assert.Single(log.Entries, entry => entry.Level == LogLevel.Critical && entry.Text.Contains(id.Text, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Revocation_WhenSomebodyWroteItIntoTheStore_ThenTheAccessEndsAllTheSame()
    {
        var world = new World();
        var id = await world.GrantAsync();
        await WriteAsync(world, await world.Broker.Engine.ReadAsync(id, CancellationToken.None),
            new RequestFact.RevocationStarted(new Outcome.Ended(EndCause.OperatorRevoked), Sample.Operator, "forged"));

        await world.Broker.Engine.AdvanceUntilWaitAsync(id);

        await world.AssertEndedAsync(id, EndCause.OperatorRevoked);
    }

    [Fact]
    public void IsOurs_OnlyInItsPlaceAndUnderTheKey()
    {
        var (ours, stream) = (new Sealing(new SeededEntropy(1), TestBroker.Key), StreamId.Of(Forger.NewId()));
        var fact = new RequestFact.GrantHeld("because");
        var record = ours.Seal(stream, 3, HashChain.Start, [fact], Sample.Start)[0];

        Assert.True(new Sealing(new SeededEntropy(2), TestBroker.Key).IsOurs(record));
        Assert.False(Forger.IsOurs(record));
        Assert.False(ours.IsOurs(Forger.Seal(stream, 3, HashChain.Start, [fact], Sample.Start)[0]));
        Assert.False(ours.IsOurs(record with { Stream = StreamId.Of(Forger.NewId()) }));
        Assert.False(ours.IsOurs(record with { Version = 5 }));
        Assert.False(ours.IsOurs(record with { PreviousHash = new string('1', 64) }));
        Assert.False(ours.IsOurs(record with { Kind = "Granted" }));
        Assert.False(ours.IsOurs(record with { At = record.At.AddTicks(1) }));
        Assert.False(ours.IsOurs(record with { Payload = "{}"u8.ToArray() }));
        Assert.False(ours.IsOurs(record with { FactId = "short" }));
    }

    private static async Task WriteAsync(World world, Requests.RequestHistory before, params RequestFact[] facts)
    {
        var records = Forger.Seal(StreamId.Of(before.Id), before.Version, before.HeadHash, facts, world.Clock.GetUtcNow());
        var append = new Append(StreamId.Of(before.Id), before.Version, records, new Head("Scheduled", true), world.Clock.GetUtcNow(), null);
        Assert.IsType<AppendOutcome.Appended>(await world.Journal.AppendAsync(append, CancellationToken.None));
    }
}
