using System.Text;
using AksArcJit.Broker.Consents;
using AksArcJit.Lifecycle;
using AksArcJit.Lifecycle.Requests;
using AksArcJit.TestKit;
using AksArcJit.TestKit.Brokers;

namespace AksArcJit.Broker.Tests;

/// <summary>Nothing secret ever enters a fact: facts are kept for ever, exported, and handed to auditors.</summary>
public sealed class SecretTests
{
    private static readonly string[] Traces = ["http://", "https://127", "/consent/", "Bearer ", "BEGIN ", "PRIVATE", "AccountKey", "eyJ"];

    [Fact]
    public async Task EveryFactOfALifecycle_ThenHoldsNoSecretAndNoLink()
    {
        var world = new World();
        var ended = await world.GrantAsync("key-1", TimeSpan.FromMinutes(30));
        await world.PassAsync(TimeSpan.FromMinutes(31));
        await world.AssertEndedAsync(ended, EndCause.Expired);
        var refused = await world.AskAsync("key-2", scope: new Scope.Namespace("demo"));
        var link = world.Broker.LinkFor(refused, Sample.Approver);
        await world.Broker.Consents.DecideAsync(link, new ConsentAnswer(ConsentVerb.Refuse, "", "", null, null, "Not now"), CancellationToken.None);
        await world.Broker.Operations.PauseAsync(new Lifecycle.Operations.PauseScope.Everything(), Sample.Operator, "Drill", CancellationToken.None);
        await world.Broker.Sweeper.SweepAsync(CancellationToken.None);

        var facts = world.Journal.Streams.SelectMany(stream => stream.Value).Select(record => Encoding.UTF8.GetString(record.Payload.Span)).ToList();
        Assert.True(facts.Count >= 10);
        string[] secrets = [.. new[] { ended, refused }.SelectMany(id => new[] { Sample.Approver, Sample.SecondApprover }.Select(approver => world.Broker.LinkFor(id, approver).Secret))];
        foreach (var text in facts)
        {
            Assert.All(secrets, secret => Assert.DoesNotContain(secret, text, StringComparison.Ordinal));
            Assert.All(Traces, trace => Assert.DoesNotContain(trace, text, StringComparison.OrdinalIgnoreCase));
        }
        // The scan would see one: the hash of the secret is there, the secret is not.
        Assert.Contains(facts, text => text.Contains(ConsentSecrets.Hash(secrets[0]), StringComparison.Ordinal));
    }
}
