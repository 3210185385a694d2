using System.Security.Cryptography;
using AksArcJit.Benchmarks.Journal;
using AksArcJit.Broker;
using AksArcJit.Broker.Ports;
using AksArcJit.Broker.Requests;
using AksArcJit.Kubernetes;
using AksArcJit.Lifecycle;
using AksArcJit.Lifecycle.Requests;
using AksArcJit.Lifecycle.Roles;
using AksArcJit.Lifecycle.Tickets;
using AksArcJit.Stores.Sqlite;
using AksArcJit.TestKit;
using AksArcJit.TestKit.Brokers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace AksArcJit.Benchmarks.Cluster;

/// <summary>The real engine, deadline loop and Kubernetes adapter over a SQLite journal and the real clock.</summary>
internal sealed class MeasuredBroker : IAsyncDisposable
{
    private const string Installation = "bench";
    private readonly Place _place = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly ServiceProvider _services;
    private readonly SqliteJournal _journal;
    private readonly ICluster _cluster;
    private readonly TestBroker _broker;
    private readonly MeasuredServer _server;
    private readonly Task _loop;

    public MeasuredBroker(MeasuredServer server)
    {
        _server = server;
        _journal = new SqliteJournal(Options.Create(new SqliteJournalOptions { File = _place.File("journal.db") }), TimeProvider.System);
        _services = new ServiceCollection()
            .AddKubernetesClusters([new ClusterConnection(Sample.ClusterId, server.KubeconfigPath, Installation) { Role = server.Role }])
            .BuildServiceProvider();
        var clusters = _services.GetRequiredService<IClusters>();
        _cluster = clusters.Find(Sample.ClusterId)!;
        _broker = new TestBroker(_journal, clusters, new ForwardClock(TimeProvider.System), RandomNumberGenerator.GetInt32(int.MaxValue));
        _loop = _broker.Loop.RunAsync(_stop.Token);
    }

    /// <summary>
    /// Grants in force: the chains by the lifecycle's own decisions, the bindings by the adapter, but without waiting for each other, and
    /// with ends of our choosing. The loop learns of them from the open index.
    /// </summary>
    /// <param name="spacing">Between one end and the next; zero for all at one moment.</param>
    public async Task<IReadOnlyList<OpenGrant>> GrantAsync(int count, TimeSpan spacing)
    {
        var grants = new OpenGrant[count];
        var circumstances = Sample.Circumstances() with
        {
            Policy = Sample.Policy() with { Role = _server.Role },
            Ticket = new Reading<Ticket>.Found(Sample.Ticket() with { Assignees = [] }),
        };
        await ForEachAsync(count, 32, async i =>
        {
            var id = RequestId.FromBytes(RandomNumberGenerator.GetBytes(17));
            var sample = Sample.Request(id, duration: TimeSpan.FromHours(1));
            var user = Guid.NewGuid().ToString();
            var terms = sample.Terms with { Engineer = new Person(Sample.Issuer, user), Subject = user, Role = _server.Role };
            var now = DateTimeOffset.UtcNow;
            await SubmitAsync(id, new Signal.Ask(sample with { Terms = terms, RequestedAt = now, ConsentDeadline = now.AddHours(4) }, circumstances));
            await SubmitAsync(id, Sample.Approve(Sample.Approver, terms) with { Circumstances = circumstances });
            var name = BindingName.For(id, terms.Scope);
            var created = await _cluster.CreateAsync(
                new BindingSpec(id, Sample.TicketId, name, user, _server.Role, now.AddHours(2)), now.AddMinutes(5), CancellationToken.None);
            var standing = created as BindingOutcome.Standing ?? throw new InvalidOperationException($"{name}: {created}");
            grants[i] = new OpenGrant(id, name.Name, user, standing.Uid, default);
        });

        // Late enough that all are in force before the first ends.
        var first = DateTimeOffset.UtcNow.AddSeconds(4 + count / 400);
        await ForEachAsync(count, 64, async i =>
        {
            grants[i] = grants[i] with { EndsAt = first + i * spacing };
            await SubmitAsync(grants[i].Id, new Signal.BindingCreated(grants[i].Uid, grants[i].EndsAt,
                [.. Probe.Of(Sample.Rules, new Scope.Cluster()).Select(probe => new ProbeAnswer(probe, true, "", null))]));
        });
        if (DateTimeOffset.UtcNow >= first)
            throw new InvalidOperationException("The machine is too slow: grants ended before all were in force.");
        await _broker.Loop.RereadOnceAsync(CancellationToken.None);
        return grants;
    }

    /// <summary>Returns when the journal says of each that it ended because its time ran out.</summary>
    public async Task EndedAsync(IReadOnlyList<OpenGrant> grants)
    {
        foreach (var grant in grants)
            while (await _broker.StateAsync(grant.Id) is not RequestState.Closed { Outcome: Outcome.Ended { Cause: EndCause.Expired } })
                await Task.Delay(50);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop;
        await _services.DisposeAsync();
        _journal.Dispose();
        _place.Dispose();
        _stop.Dispose();
    }

    private async Task SubmitAsync(RequestId id, Signal signal)
    {
        if (await _broker.Engine.SubmitAsync(id, signal, CancellationToken.None) is Submission.Refused refused)
            throw new InvalidOperationException($"{signal.GetType().Name}: {refused.Refusal}");
    }

    private static Task ForEachAsync(int count, int atOnce, Func<int, Task> act) =>
        Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = atOnce }, async (i, _) => await act(i));
}

internal sealed record OpenGrant(RequestId Id, string Binding, string User, string Uid, DateTimeOffset EndsAt);
