using AksArcJit.Broker.Consents;
using AksArcJit.Broker.Requests;
using AksArcJit.Journal;
using AksArcJit.Lifecycle;
using AksArcJit.Lifecycle.Requests;
using AksArcJit.Lifecycle.Tickets;
using AksArcJit.TestKit;
using AksArcJit.TestKit.Brokers;
using AksArcJit.TestKit.Cluster;
using AksArcJit.TestKit.Journal;
using Amqp;

namespace AksArcJit.Messaging.Tests.Amqp;

/// <summary>What ticket events do, whichever message broker carries them.</summary>
public abstract class EventSuite
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(50);

    protected World World { get; } = new();

    protected abstract Task<IMessageBroker> BrokerAsync();

    protected void Pass() => World.Time.Advance(Step);

    [Fact]
    public async Task Events_WhenToldInEveryMode_ThenTheTicketIsAsTold()
    {
        using var broker = await BrokerAsync();
        await using var ear = new Ear(World.Broker).Listen(broker.SourceAt(broker.Port));
        await broker.SendAsync(
        [
            Told.Ticket("CASE-1", "e-1", 1, verb: "opened").Binary(),
            Told.Ticket("CASE-1", "e-2", 2, title: "Worse").Binary("cloudEvents_"),
            Told.Ticket("CASE-2", "e-3", 1, verb: "reassigned").InOneJson(),
            Told.Close("CASE-1", "e-4", 3).InOneJson(),
        ]);
        await Waiting.UntilAsync(() => ear.Settled("heard") == 4, Pass);

        Assert.Equal((TicketStatus.Closed, "Worse", 3L), await TicketAsync("CASE-1"));
        Assert.Equal((TicketStatus.Active, "Pods restart", 1L), await TicketAsync("CASE-2"));
        var told = Assert.Single(await FactsAsync("CASE-2"));
        Assert.Equal(new SourceEvent("https://tickets.test/", "e-3"), told.Event);
        Assert.True(ear.State.Status is { IsConnected: true, LastEventAt: not null });
    }

    [Fact]
    public async Task AClose_WhenItArrives_ThenAllAccessUnderTheTicketEndsWithin2s()
    {
        using var broker = await BrokerAsync();
        await World.OpenTicketAsync();
        var active = await AskAsync("active", new Scope.Namespace("one"));
        Assert.IsType<ConsentResult.Decided>(await World.Broker.ApproveAsync(active, Sample.Approver));
        var scheduled = await AskAsync("scheduled", new Scope.Namespace("two"), World.Clock.GetUtcNow() + TimeSpan.FromHours(1));
        Assert.IsType<ConsentResult.Decided>(await World.Broker.ApproveAsync(scheduled, Sample.Approver));
        var asked = await AskAsync("asked", new Scope.Namespace("three"));
        Assert.Single(World.Cluster.Bindings);
        await using var ear = new Ear(World.Broker).Listen(broker.SourceAt(broker.Port));
        await Waiting.UntilAsync(() => ear.State.Status.IsConnected, Pass);

        var begun = TimeProvider.System.GetTimestamp();
        await broker.SendAsync([Told.Close(Sample.TicketId.Text, "e-1").Binary()]);
        await Waiting.UntilAsync(() => ear.Settled("heard") == 1 && World.Cluster.Bindings.Count == 0, Pass);

        Assert.InRange(TimeProvider.System.GetElapsedTime(begun), TimeSpan.Zero, TimeSpan.FromSeconds(2));
        foreach (var id in new[] { active, scheduled, asked })
            await Waiting.UntilAsync(() => World.Broker.StateAsync(id).GetAwaiter().GetResult() is RequestState.Closed, Pass);
    }

    [Fact]
    public async Task AClose_WhenMoreForAClusterThatHangsCameBeforeItThanThereIsCredit_ThenItIsNotHeldUp()
    {
        using var broker = await BrokerAsync();
        var healthy = new FakeCluster(ClusterId.Parse("edge-02"), "test", World.Clock);
        var options = TestBroker.Options();
        options.Clusters.Add(TestBroker.Options().Clusters[0]);
        options.Clusters[1].Id = healthy.Id.Text;
        var process = new TestBroker(World.Journal, new FakeClusters([World.Cluster, healthy]), World.Clock, 77, options: options);
        var behind = Enumerable.Range(0, 24).Select(number => TicketId.Parse($"HANGS-{number}")).ToList();
        foreach (var ticket in behind)
            await GrantAsync(process, ticket, World.Cluster.Id);
        await GrantAsync(process, Sample.TicketId, healthy.Id);
        var hang = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        World.Cluster.BeforeRemove = () => hang.Task;
        await using var ear = new Ear(process).Listen(broker.SourceAt(broker.Port), credit: 4);
        await Waiting.UntilAsync(() => ear.State.Status.IsConnected, Pass);

        var begun = TimeProvider.System.GetTimestamp();
        await broker.SendAsync([.. behind.Select(ticket => Told.Close(ticket.Text, $"e-{ticket}").Binary()), Told.Close(Sample.TicketId.Text, "e-healthy").Binary()]);
        // The clock stands still: whoever waited out a patience would wait for ever.
        await Waiting.UntilAsync(() => healthy.Bindings.Count == 0);

        Assert.InRange(TimeProvider.System.GetElapsedTime(begun), TimeSpan.Zero, TimeSpan.FromSeconds(2));
        Assert.Equal(behind.Count, World.Cluster.Bindings.Count);
        hang.SetResult();
        await Waiting.UntilAsync(() => World.Cluster.Bindings.Count == 0, Pass);
        Assert.Equal(behind.Count + 1, ear.Settled("heard"));
    }

    [Fact]
    public async Task AClose_WhenGrantsStandOnSeveralClustersAndOneIsBeingMade_ThenAllEndWithin2s()
    {
        using var broker = await BrokerAsync();
        var others = new[] { "edge-02", "edge-03" }.Select(name => new FakeCluster(ClusterId.Parse(name), "test", World.Clock)).ToList();
        var options = TestBroker.Options();
        foreach (var other in others)
        {
            var copy = TestBroker.Options().Clusters[0];
            copy.Id = other.Id.Text;
            options.Clusters.Add(copy);
        }
        var process = new TestBroker(World.Journal, new FakeClusters([World.Cluster, .. others]), World.Clock, 77, options: options);
        await process.Tickets.HearAsync(Sample.TicketId, new TicketSignal.Report(
            Sample.Ticket() with { Clusters = [Sample.ClusterId, .. others.Select(other => other.Id)] }, Sample.Operator), CancellationToken.None);
        var active = new List<RequestId>();
        foreach (var cluster in new[] { World.Cluster, others[0], others[1] })
        {
            var asked = await process.AskAsync($"active-{cluster.Id}", TimeSpan.FromMinutes(30), new Scope.Namespace("one"), cluster: cluster.Id);
            active.Add(Assert.IsType<Submission.Recorded>(asked).History.Id);
            await process.ApproveAsync(active[^1], Sample.Approver);
            Assert.Single(cluster.Bindings);
        }
        // The last is in the middle of its create when the close comes.
        var (sent, hang) = (new TaskCompletionSource(), new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        others[1].BeforeCreate = () =>
        {
            sent.TrySetResult();
            return hang.Task;
        };
        var granting = Assert.IsType<Submission.Recorded>(
            await process.AskAsync("granting", TimeSpan.FromMinutes(30), new Scope.Namespace("two"), cluster: others[1].Id)).History.Id;
        var approving = process.ApproveAsync(granting, Sample.Approver);
        await sent.Task;
        Assert.IsType<RequestState.Granting>(await process.StateAsync(granting));
        await using var ear = new Ear(process).Listen(broker.SourceAt(broker.Port));
        await Waiting.UntilAsync(() => ear.State.Status.IsConnected, Pass);

        var begun = TimeProvider.System.GetTimestamp();
        await broker.SendAsync([Told.Close(Sample.TicketId.Text, "e-1").Binary()]);
        await Waiting.UntilAsync(() => World.Cluster.Bindings.Count + others.Sum(other => other.Bindings.Count) == 0, Pass);
        Assert.InRange(TimeProvider.System.GetElapsedTime(begun), TimeSpan.Zero, TimeSpan.FromSeconds(2));
        begun = TimeProvider.System.GetTimestamp();
        hang.SetResult();
        await approving;
        await Waiting.UntilAsync(() => others[1].Bindings.Count == 0 && ear.Settled("heard") == 1, Pass);
        Assert.InRange(TimeProvider.System.GetElapsedTime(begun), TimeSpan.Zero, TimeSpan.FromSeconds(2));

        foreach (var id in active)
            await Waiting.UntilAsync(() => process.StateAsync(id).GetAwaiter().GetResult() is RequestState.Closed, Pass);
        Assert.IsNotType<RequestState.Active>(await process.StateAsync(granting));
        Assert.Contains(others[1].Log, one => one.Name == Lifecycle.Roles.BindingName.For(granting, new Scope.Namespace("two")));
    }

    [Fact]
    public async Task Events_WhenDoubledAndOutOfOrder_ThenTheHighestSequenceWinsAndEachCountsOnce()
    {
        using var broker = await BrokerAsync();
        await using var ear = new Ear(World.Broker).Listen(broker.SourceAt(broker.Port));
        var told = Enumerable.Range(0, 20).SelectMany(ticket => Enumerable.Range(1, 10).Select(sequence =>
            sequence == 10 && ticket % 2 == 0
                ? Told.Close($"CASE-{ticket}", $"e-{ticket}-{sequence}", sequence)
                : Told.Ticket($"CASE-{ticket}", $"e-{ticket}-{sequence}", sequence, $"as of {sequence}"))).ToList();
        var random = new Random(7);
        var sent = told.Concat(told).OrderBy(_ => random.Next()).ToList();

        await broker.SendAsync(sent.Select(one => one.Binary()));
        await Waiting.UntilAsync(() => ear.Settled("heard") + ear.Settled("ignored") == sent.Count, Pass, ear.ToString);

        for (var ticket = 0; ticket < 20; ticket++)
        {
            var (status, title, sequence) = await TicketAsync($"CASE-{ticket}");
            Assert.Equal(10, sequence);
            Assert.Equal(ticket % 2 == 0 ? TicketStatus.Closed : TicketStatus.Active, status);
            Assert.True(ticket % 2 == 0 || title == "as of 10");
            AssertOnce(await FactsAsync($"CASE-{ticket}"));
        }
        await ear.StopAsync();
        Assert.Equal(0, await broker.LeftAsync());
    }

    [Fact]
    public async Task AnEventWithoutSequence_WhenDeliveredAgainAfterOthers_ThenItIsNoNews()
    {
        using var broker = await BrokerAsync();
        await using (var ear = new Ear(World.Broker).Listen(broker.SourceAt(broker.Port)))
        {
            await broker.SendAsync(
            [
                Told.Ticket("CASE-1", "e-1", null, "first").Binary(), Told.Ticket("CASE-1", "e-2", null, "first").Binary(),
                Told.Ticket("CASE-1", "e-3", null, "last").Binary(),
            ]);
            await Waiting.UntilAsync(() => ear.Settled("heard") == 3, Pass);
        }

        // Another process, after a restart: what is known of an event is in the journal alone.
        await using var later = new Ear(World.Start()).Listen(broker.SourceAt(broker.Port));
        await broker.SendAsync([Told.Ticket("CASE-1", "e-1", null, "first").Binary(), Told.Ticket("CASE-1", "e-2", null, "first").Binary()]);
        await Waiting.UntilAsync(() => later.Settled("heard") == 2, Pass);

        Assert.Equal("last", (await TicketAsync("CASE-1")).Title);
        Assert.Equal(3, (await FactsAsync("CASE-1")).Count);
    }

    [Fact]
    public async Task AClose_WhenItComesAnHourLateAndBeforeItsOpen_ThenTheTicketStaysClosed()
    {
        using var broker = await BrokerAsync();
        var closedAt = World.Clock.GetUtcNow();
        World.Time.Advance(TimeSpan.FromHours(1));
        await using var ear = new Ear(World.Broker).Listen(broker.SourceAt(broker.Port));
        await broker.SendAsync([(Told.Close("CASE-1", "e-2") with { Time = closedAt }).Binary(), (Told.Ticket("CASE-1", "e-1", null, verb: "opened") with { Time = closedAt }).Binary()]);
        await Waiting.UntilAsync(() => ear.Settled("heard") == 1 && ear.Settled("ignored") == 1, Pass);

        Assert.Equal(TicketStatus.Closed, (await TicketAsync("CASE-1")).Status);
        await ear.StopAsync();
        Assert.Equal(0, await broker.LeftAsync());
    }

    [Fact]
    public async Task EventsThatCannotBeRead_WhenAmongOthers_ThenTheyAreDeadLetteredAndTheOthersGoOn()
    {
        using var broker = await BrokerAsync();
        await using var ear = new Ear(World.Broker, customers: ["contoso"]).Listen(broker.SourceAt(broker.Port));
        Message[] bad =
        [
            Messages.Raw("not json"u8.ToArray(), "application/cloudevents+json"),
            Messages.Raw(new byte[1024 * 1024], "application/cloudevents+json"),
            (Told.Ticket("CASE-1", "e-1", 1) with { Type = "com.aksarcjit.ticket.opened.v2" }).Binary(),
            Told.Ticket("CASE-1/../head", "e-2", 1).Binary(),
            Told.Ticket("CASE-1", "e-3", 1, customer: "fabrikam").Binary(),
        ];
        await broker.SendAsync([.. bad.Take(3), Told.Ticket("CASE-1", "e-4", 1).Binary(), .. bad.Skip(3), Told.Ticket("CASE-2", "e-5", 1).Binary()]);
        await Waiting.UntilAsync(() => ear.Settled("heard") == 2 && ear.Settled("dead-lettered") == 5, Pass);

        Assert.Equal([1, 1, 1, 1, 1], new[] { "not-a-cloud-event", "too-large", "unknown-type", "bad-data", "foreign-customer" }.Select(ear.DeadLettered));
        Assert.Equal((5L, "foreign-customer"), (ear.State.Status.DeadLettered.Count, ear.State.Status.DeadLettered.LastReason));
        var dead = await broker.DeadAsync(5);
        Assert.Equal(5, dead.Count);
        AssertReasons(dead);
        await ear.StopAsync();
        Assert.Equal(0, await broker.LeftAsync());
    }

    [Fact]
    public async Task TheConnection_WhenCutAgainAndAgainWhileSettling_ThenEachEventCountsOnceAndNoneIsStuck()
    {
        using var broker = await BrokerAsync();
        using var proxy = new CuttableProxy(broker.Port);
        await using var ear = new Ear(World.Broker).Listen(broker.SourceAt(proxy.Port));
        var told = Enumerable.Range(0, 600).Select(number => Told.Ticket($"CASE-{number % 30}", $"e-{number}", null, $"as of {number}")).ToList();
        await broker.SendAsync(told.Select(one => one.Binary()));
        foreach (var after in new[] { 50, 200, 350 })
        {
            // A cut that meets no connection would be none.
            await Waiting.UntilAsync(() => ear.Settled("heard") >= after && ear.State.Status.IsConnected, Pass);
            proxy.Cut();
            await Waiting.UntilAsync(() => !ear.State.Status.IsConnected, Pass);
            broker.ExpireLocks();
        }
        Assert.True(proxy.Connections >= 3);
        await AllHeardAsync(told, said: (ear, broker));
        await QuietAsync(ear, broker);
        await ear.StopAsync();
        Assert.Equal(0, await broker.LeftAsync());
    }

    [Fact]
    public async Task AProcess_WhenKilledMidBatch_ThenTheNextOneTakesUpWhatIsLeft()
    {
        using var broker = await BrokerAsync();
        using var proxy = new CuttableProxy(broker.Port);
        var told = Enumerable.Range(0, 400).Select(number => Told.Ticket($"CASE-{number % 20}", $"e-{number}", null, $"as of {number}")).ToList();
        await using var killed = new Ear(World.Broker).Listen(broker.SourceAt(proxy.Port));
        await broker.SendAsync(told.Select(one => one.Binary()));
        await Waiting.UntilAsync(() => killed.Settled("heard") >= 100, Pass);
        // A dead process settles nothing: whatever it had in hand and journaled comes again.
        proxy.IsClosed = true;
        proxy.Cut();
        broker.ExpireLocks();

        await using var next = new Ear(World.Start()).Listen(broker.SourceAt(broker.Port));
        await AllHeardAsync(told, broker.ExpireLocks, (next, broker));
        await QuietAsync(next, broker);
        await next.StopAsync();
        Assert.Equal(0, await broker.LeftAsync());
    }

    [Fact]
    public async Task TheJournal_WhenAway_ThenNothingIsSettledNorTakenNorDeadLettered()
    {
        using var broker = await BrokerAsync();
        var journal = new FaultyJournal(World.Journal) { IsDown = true };
        await using var ear = new Ear(new TestBroker(journal, new FakeClusters(World.Cluster), World.Clock, 77)).Listen(broker.SourceAt(broker.Port), credit: 10);
        var told = Enumerable.Range(0, 40).Select(number => Told.Ticket($"CASE-{number}", $"e-{number}", 1)).ToList();
        await broker.SendAsync(told.Select(one => one.Binary()));
        // Two minutes of an outage, by the clock that locks and pauses go by.
        var until = World.Clock.GetUtcNow() + TimeSpan.FromMinutes(2);
        await Waiting.UntilAsync(() => ear.Counts.GetValueOrDefault("aksarcjit.events.retries/journal-away") > 20 && World.Clock.GetUtcNow() > until, () => World.Time.Advance(TimeSpan.FromMilliseconds(250)));
        Assert.Equal(0, ear.Settled("heard") + ear.Settled("dead-lettered") + ear.Settled("abandoned"));
        Assert.Equal("journal-away", ear.State.Status.Retried.LastReason);
        AssertHeldDuringOutage(broker);

        journal.IsDown = false;
        await AllHeardAsync(told);
        await Waiting.UntilAsync(() => ear.Settled("heard") == 40, Pass);
        await ear.StopAsync();
        Assert.Equal(0, await broker.LeftAsync());
    }

    [Fact]
    public async Task AChainThatTheJournalDoesNotGive_ThenItsEventsAreHeldAndNoOthersWithThem()
    {
        using var broker = await BrokerAsync();
        var journal = new FaultyJournal(World.Journal) { Missing = StreamId.Of(TicketId.Parse("CASE-0")) };
        await using var ear = new Ear(new TestBroker(journal, new FakeClusters(World.Cluster), World.Clock, 77)).Listen(broker.SourceAt(broker.Port), credit: 4);
        var told = Enumerable.Range(0, 40).Select(number => Told.Ticket($"CASE-{number}", $"e-{number}", 1)).ToList();
        var held = Told.Ticket("CASE-0", "e-again", 2);
        await broker.SendAsync([.. told.Take(1).Append(held).Concat(told.Skip(1)).Select(one => one.Binary())]);

        await Waiting.UntilAsync(() => ear.Settled("heard") == 39, Pass, ear.ToString);

        journal.Missing = null;
        await Waiting.UntilAsync(() => ear.Settled("heard") == 41, Pass, ear.ToString);
        await ear.StopAsync();
        Assert.Equal(0, await broker.LeftAsync());
    }

    [Fact]
    public async Task AChainThatTheJournalDoesNotGive_WhenMoreThanTheCreditWaitsBehindIt_ThenTheOthersGoOn()
    {
        using var broker = await BrokerAsync();
        var journal = new FaultyJournal(World.Journal) { Missing = StreamId.Of(TicketId.Parse("CASE-0")) };
        await using var ear = new Ear(new TestBroker(journal, new FakeClusters(World.Cluster), World.Clock, 77)).Listen(broker.SourceAt(broker.Port), credit: 4);
        var stuck = Enumerable.Range(0, 10).Select(number => Told.Ticket("CASE-0", $"e-0-{number}", number)).ToList();
        var others = Enumerable.Range(1, 20).Select(number => Told.Ticket($"CASE-{number}", $"e-{number}", 1)).ToList();
        await broker.SendAsync(stuck.Concat(others).Select(one => one.Binary()));

        await Waiting.UntilAsync(() => ear.Settled("heard") == others.Count, Pass, ear.ToString);

        journal.Missing = null;
        await Waiting.UntilAsync(() => ear.Settled("heard") == others.Count + stuck.Count, Pass, ear.ToString);
        await broker.SendAsync(Enumerable.Range(21, 20).Select(number => Told.Ticket($"CASE-{number}", $"e-{number}", 1).Binary()));
        await Waiting.UntilAsync(() => ear.Settled("heard") == others.Count + stuck.Count + 20, Pass, ear.ToString);
        await ear.StopAsync();
        Assert.Equal(0, await broker.LeftAsync());
    }

    [Fact]
    public async Task AChainThatTheJournalDoesNotGive_WhenMostOfTheCreditWaitsBehindIt_ThenWhatIsLeftGoesOn()
    {
        using var broker = await BrokerAsync();
        var journal = new FaultyJournal(World.Journal) { Missing = StreamId.Of(TicketId.Parse("CASE-0")) };
        await using var ear = new Ear(new TestBroker(journal, new FakeClusters(World.Cluster), World.Clock, 77)).Listen(broker.SourceAt(broker.Port), credit: 4);
        var stuck = Enumerable.Range(0, 3).Select(number => Told.Ticket("CASE-0", $"e-0-{number}", number)).ToList();
        var others = Enumerable.Range(1, 20).Select(number => Told.Ticket($"CASE-{number}", $"e-{number}", 1)).ToList();
        await broker.SendAsync(others.Take(1).Select(one => one.Binary()));
        await Waiting.UntilAsync(() => ear.Settled("heard") == 1, Pass, ear.ToString);
        await broker.SendAsync(stuck.Concat(others.Skip(1)).Select(one => one.Binary()));

        await Waiting.UntilAsync(() => ear.Settled("heard") == others.Count, Pass, ear.ToString);

        journal.Missing = null;
        await Waiting.UntilAsync(() => ear.Settled("heard") == others.Count + stuck.Count, Pass, ear.ToString);
        await ear.StopAsync();
        Assert.Equal(0, await broker.LeftAsync());
    }

    [Fact]
    public async Task TenThousandEvents_WhenDoubledAtRandom_ThenEachCountsOnceAndNoneIsStuck()
    {
        using var broker = await BrokerAsync();
        await using var ear = new Ear(World.Broker).Listen(broker.SourceAt(broker.Port));
        var random = new Random(11);
        var told = Enumerable.Range(0, 10_000).Select(number => Told.Ticket($"CASE-{number % 500}", $"e-{number}", null, $"as of {number}")).ToList();
        var sent = told.SelectMany(one => random.Next(20) == 0 ? new[] { one, one } : [one]).ToList();
        await broker.SendAsync(sent.Select(one => one.Binary()));
        await Waiting.UntilAsync(() => ear.Settled("heard") == sent.Count, Pass, ear.ToString);

        await AllHeardAsync(told);
        await ear.StopAsync();
        Assert.Equal(0, await broker.LeftAsync());
    }

    protected virtual void AssertReasons(IReadOnlyList<Message> dead)
    {
    }

    protected virtual void AssertHeldDuringOutage(IMessageBroker broker)
    {
    }

    private async Task AllHeardAsync(List<Told> told, Action? between = null, object? said = null)
    {
        var byTicket = told.GroupBy(one => (string)one.Data["ticketId"]!).ToList();
        foreach (var ticket in byTicket)
        {
            await Waiting.UntilAsync(() => FactsAsync(ticket.Key).GetAwaiter().GetResult().Count >= ticket.Count(), () =>
            {
                Pass();
                between?.Invoke();
            }, () => $"{said}");
            var facts = await FactsAsync(ticket.Key);
            AssertOnce(facts);
            Assert.Equal(ticket.Select(one => one.Id).Order(), facts.Select(fact => fact.Event!.Id).Order());
        }
    }

    /// <summary>What was journaled and not settled when a connection went comes once more, and is settled then.</summary>
    private async Task QuietAsync(Ear ear, IMessageBroker broker)
    {
        var (settled, since) = (-1L, TimeProvider.System.GetTimestamp());
        await Waiting.UntilAsync(() => TimeProvider.System.GetElapsedTime(since) > TimeSpan.FromSeconds(1), () =>
        {
            Pass();
            broker.ExpireLocks();
            if (ear.Settled("heard") != settled)
                (settled, since) = (ear.Settled("heard"), TimeProvider.System.GetTimestamp());
        });
    }

    private static void AssertOnce(IReadOnlyList<TicketFact> facts) => Assert.Equal(facts.Count, facts.Select(fact => fact.Event).Distinct().Count());

    private async Task<IReadOnlyList<TicketFact>> FactsAsync(string ticket) =>
        [.. (await World.Journal.ReadAsync(StreamId.Of(TicketId.Parse(ticket)), CancellationToken.None)).Select(record => (TicketFact)FactText.Decode(record.Kind, record.Payload.Span))];

    private async Task<(TicketStatus Status, string Title, long? Sequence)> TicketAsync(string ticket)
    {
        var read = (await World.Broker.Tickets.ReadAsync(TicketId.Parse(ticket), CancellationToken.None))!;
        return (read.Status, read.Title, read.Sequence);
    }

    private static async Task GrantAsync(TestBroker process, TicketId ticket, ClusterId cluster)
    {
        await process.Tickets.HearAsync(ticket, new TicketSignal.Report(Sample.Ticket() with { Id = ticket, Clusters = [cluster] }, Sample.Operator), CancellationToken.None);
        var asked = await process.Requests.AskAsync(
            new Asking(Sample.Engineer, "Erika Engineer", new Dictionary<string, string> { ["oid"] = Sample.Engineer.ObjectId }, ticket, cluster, new Scope.Cluster(),
                TimeSpan.FromMinutes(30), "Look at restarting pods", null, null, $"{ticket}"), CancellationToken.None);
        Assert.IsType<ConsentResult.Decided>(await process.ApproveAsync(Assert.IsType<Submission.Recorded>(asked).History.Id, Sample.Approver));
    }

    private async Task<RequestId> AskAsync(string key, Scope scope, DateTimeOffset? startAt = null) =>
        Assert.IsType<Submission.Recorded>(await World.Broker.AskAsync(key, TimeSpan.FromMinutes(30), scope, startAt)).History.Id;
}
