using AksArcJit.Broker.Ports;
using AksArcJit.Lifecycle;
using AksArcJit.Messaging.Events;
using AksArcJit.Messaging.Tests.Amqp;
using AksArcJit.TestKit.Brokers;
using AksArcJit.TestKit.Cluster;
using AksArcJit.TestKit.Journal;

namespace AksArcJit.Messaging.Tests.Events;

/// <summary>What a trigger is told to do with its message.</summary>
public sealed class TicketQueueTests : IAsyncDisposable
{
    private static readonly TicketId Ticket = TicketId.Parse("CASE-1");
    private readonly World _world = new();
    private readonly Ear _ear;
    private readonly TicketQueue _queue;

    public TicketQueueTests()
    {
        _ear = new Ear(_world.Broker, "ticket-events", ["contoso"]);
        _queue = new TicketQueue(_ear.State, _ear.Hearing);
    }

    public ValueTask DisposeAsync() => _ear.DisposeAsync();

    [Fact]
    public async Task Hear_WhenAnEventComesTwice_ThenBothAreCompletedAndItCountsOnce()
    {
        var message = Structured(Told.Ticket("CASE-1", "e-1", 1));

        Assert.IsType<Settlement.Complete>(await _queue.HearAsync(message, CancellationToken.None));
        Assert.IsType<Settlement.Complete>(await _queue.HearAsync(message, CancellationToken.None));

        Assert.Single(await _world.Journal.ReadAsync(Journal.StreamId.Of(Ticket), TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("cloudEvents:")]
    [InlineData("cloudEvents_")]
    public async Task Hear_WhenTheEventIsInBinaryMode_ThenItsAttributesAreTheProperties(string prefix)
    {
        var told = Told.Ticket("CASE-1", "e-1", 1);
        Dictionary<string, object> properties = new()
        {
            [prefix + "specversion"] = "1.0",
            [prefix + "id"] = told.Id,
            [prefix + "type"] = told.Type,
            [prefix + "source"] = told.Source,
            [prefix + "time"] = _world.Clock.GetUtcNow(),
            ["Diagnostic-Id"] = 7,
        };

        Assert.IsType<Settlement.Complete>(await _queue.HearAsync(new TicketMessage("application/json", properties, told.DataBytes, null), CancellationToken.None));

        Assert.NotNull(await _world.Broker.Tickets.ReadAsync(Ticket, TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("not json", "not-a-cloud-event")]
    [InlineData("""{"specversion": "0.3", "id": "1", "source": "s", "type": "t"}""", "unknown-version")]
    [InlineData("""{"specversion": "1.0", "id": "1", "source": "s", "type": "com.example.pizza"}""", "unknown-type")]
    public async Task Hear_WhenAMessageIsPoison_ThenItIsDeadLetteredWithTheReason(string body, string reason)
    {
        var settlement = await _queue.HearAsync(new TicketMessage("application/cloudevents+json", [], System.Text.Encoding.UTF8.GetBytes(body), null), CancellationToken.None);

        Assert.Equal(reason, Assert.IsType<Settlement.DeadLetter>(settlement).Reason);
        Assert.Equal(1, _ear.DeadLettered(reason));
    }

    [Theory]
    [InlineData("\"time\": \"yesterday\"")]
    [InlineData("\"time\": 7")]
    [InlineData("\"shard\": {\"number\": 7}")]
    [InlineData("\"traceparent\": null")]
    public async Task Hear_WhenACloseCarriesWhatIsNotRead_ThenItClosesAllTheSame(string attribute)
    {
        var body = $$$"""{"specversion": "1.0", "id": "e-1", "source": "https://tickets.test/", "type": "com.aksarcjit.ticket.closed.v1", {{{attribute}}}, "data": {"ticketId": "CASE-1", "closedBy": "Ada"}}""";

        Assert.IsType<Settlement.Complete>(await _queue.HearAsync(new TicketMessage("application/cloudevents+json", [], System.Text.Encoding.UTF8.GetBytes(body), null), CancellationToken.None));

        Assert.Equal(Lifecycle.Tickets.TicketStatus.Closed, (await _world.Broker.Tickets.ReadAsync(Ticket, TestContext.Current.CancellationToken))!.Status);
    }

    [Theory]
    [InlineData(1_700_000_000_000L)]
    [InlineData("yesterday")]
    [InlineData(null)]
    public async Task Hear_WhenACloseInBinaryModeTellsATimeThatCannotBeRead_ThenItClosesAllTheSame(object? time)
    {
        var (close, update) = (Told.Close("CASE-1", "e-1", null), Told.Ticket("CASE-2", "e-2", 1));

        Assert.IsType<Settlement.Complete>(await _queue.HearAsync(new TicketMessage("application/json", Properties(close), close.DataBytes, null), CancellationToken.None));
        Assert.Equal("bad-attribute", Assert.IsType<Settlement.DeadLetter>(await _queue.HearAsync(new TicketMessage("application/json", Properties(update), update.DataBytes, null), CancellationToken.None)).Reason);

        Assert.Equal(Lifecycle.Tickets.TicketStatus.Closed, (await _world.Broker.Tickets.ReadAsync(Ticket, TestContext.Current.CancellationToken))!.Status);

        Dictionary<string, object> Properties(Told told) => new()
        {
            ["cloudEvents:specversion"] = "1.0",
            ["cloudEvents:id"] = told.Id,
            ["cloudEvents:type"] = told.Type,
            ["cloudEvents:source"] = told.Source,
            ["cloudEvents:time"] = time!,
        };
    }

    [Fact]
    public async Task Hear_WhenAMessageInBinaryModeCarriesExtensionsOfAnyType_ThenTheyAreIgnored()
    {
        var told = Told.Ticket("CASE-1", "e-1", 1);
        Dictionary<string, object> properties = new()
        {
            ["cloudEvents:specversion"] = "1.0",
            ["cloudEvents:id"] = told.Id,
            ["cloudEvents:type"] = told.Type,
            ["cloudEvents:source"] = told.Source,
            ["cloudEvents:digest"] = new byte[] { 1, 2 },
            ["cloudEvents:weight"] = 1.5,
            ["cloudEvents_digest"] = "twice",
        };

        Assert.IsType<Settlement.Complete>(await _queue.HearAsync(new TicketMessage("application/json", properties, told.DataBytes, null), CancellationToken.None));
    }

    /// <summary>A number that its owner has not told of yet is not another's to block.</summary>
    [Fact]
    public async Task Hear_WhenASenderClosedTheNumberOfAnotherCustomersTicket_ThenItsOwnerOpensItAndTheSenderIsTurnedAway()
    {
        await using var theirs = new Ear(_world.Broker, "other", ["fabrikam"]);
        var close = Structured(Told.Close("CASE-1", "e-1", long.MaxValue));
        Assert.IsType<Settlement.Complete>(await new TicketQueue(theirs.State, theirs.Hearing).HearAsync(close, CancellationToken.None));

        Assert.IsType<Settlement.Complete>(await _queue.HearAsync(Structured(Told.Ticket("CASE-1", "e-1", 1)), CancellationToken.None));

        Assert.Equal(Lifecycle.Tickets.TicketStatus.Active, (await _world.Broker.Tickets.ReadAsync(Ticket, TestContext.Current.CancellationToken))!.Status);
        Assert.Equal(TicketEvents.ForeignCustomer, Assert.IsType<Settlement.DeadLetter>(await new TicketQueue(theirs.State, theirs.Hearing).HearAsync(close, CancellationToken.None)).Reason);
    }

    [Fact]
    public async Task Hear_WhenTheTicketIsAnotherCustomers_ThenItIsDeadLettered()
    {
        var settlement = await _queue.HearAsync(Structured(Told.Ticket("CASE-1", "e-1", 1, customer: "fabrikam")), CancellationToken.None);

        Assert.Equal(TicketEvents.ForeignCustomer, Assert.IsType<Settlement.DeadLetter>(settlement).Reason);
    }

    [Fact]
    public async Task Hear_WhenTheQueueSaysWhenItTookIt_ThenThatIsTheLag()
    {
        await _queue.HearAsync(Structured(Told.Ticket("CASE-1", "e-1", 1)) with { EnqueuedAt = _world.Clock.GetUtcNow() - TimeSpan.FromSeconds(9) }, CancellationToken.None);

        Assert.Equal(TimeSpan.FromSeconds(9), _ear.State.Status.Lag);
    }

    [Theory]
    [InlineData("0001-01-01T00:00:00Z")]
    [InlineData("9999-12-31T23:59:59Z")]
    public async Task Hear_WhenTheEventTellsATimeThatCannotBe_ThenTheLagStaysAsItWas(string time)
    {
        await _queue.HearAsync(Structured(Told.Ticket("CASE-1", "e-1", 1)) with { EnqueuedAt = _world.Clock.GetUtcNow() - TimeSpan.FromSeconds(9) }, CancellationToken.None);

        await _queue.HearAsync(Structured(Told.Ticket("CASE-1", "e-2", 2) with { Time = DateTimeOffset.Parse(time, System.Globalization.CultureInfo.InvariantCulture) }), CancellationToken.None);

        Assert.Equal(TimeSpan.FromSeconds(9), _ear.State.Status.Lag);
    }

    [Theory]
    [InlineData("""{"specversion": "0.3", "id": "e-7", "source": "https://tickets.test/", "type": "t"}""")]
    [InlineData("""{"specversion": "1.0", "id": "e-7", "source": "https://tickets.test/", "type": "com.example.pizza"}""")]
    [InlineData("""{"specversion": "1.0", "id": "e-7", "source": "https://tickets.test/", "type": "com.aksarcjit.ticket.closed.v1", "data": {"ticketId": "../x"}}""")]
    [InlineData("""{"specversion": "1.0", "id": "e-7", "source": "https://tickets.test/", "type": "com.aksarcjit.ticket.updated.v1", "data": {"ticketId": "CASE-1", "customer": "fabrikam", "clusterIds": [], "title": "t", "severity": "2", "status": "Active"}}""")]
    public async Task Hear_WhenAnEventIsDeadLettered_ThenTheLogNamesIt(string body)
    {
        Assert.IsType<Settlement.DeadLetter>(await _queue.HearAsync(new TicketMessage("application/cloudevents+json", [], System.Text.Encoding.UTF8.GetBytes(body), null), CancellationToken.None));

        var (level, text) = Assert.Single(_ear.Log.Entries);
        Assert.Equal(Microsoft.Extensions.Logging.LogLevel.Error, level);
        Assert.StartsWith("Event e-7 of https://tickets.test/ from ticket-events was dead-lettered as ", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Hear_WhenTheJournalIsAway_ThenTheEventIsTriedUntilItIsBack()
    {
        var journal = new FaultyJournal(_world.Journal) { IsDown = true };
        await using var ear = new Ear(new TestBroker(journal, new FakeClusters(_world.Cluster), _world.Clock, 7));
        var hearing = new TicketQueue(ear.State, ear.Hearing).HearAsync(Structured(Told.Ticket("CASE-1", "e-1", 1)), CancellationToken.None);
        await PassAsync(PatientHearing.Doubt * 3);
        Assert.False(hearing.IsCompleted);

        journal.IsDown = false;
        await Waiting.UntilAsync(() => hearing.IsCompleted, Pass);

        Assert.IsType<Settlement.Complete>(await hearing);
        Assert.Single(ear.Log.Entries);
    }

    [Fact]
    public async Task Hear_WhenTheJournalStaysAwayUntilTheLockEnds_ThenNothingIsSettled()
    {
        using var lockEnds = new CancellationTokenSource();
        await using var ear = new Ear(new TestBroker(new FaultyJournal(_world.Journal) { IsDown = true }, new FakeClusters(_world.Cluster), _world.Clock, 7));
        var hearing = new TicketQueue(ear.State, ear.Hearing).HearAsync(Structured(Told.Ticket("CASE-1", "e-1", 1)), lockEnds.Token);
        Assert.False(hearing.IsCompleted);

        await lockEnds.CancelAsync();

        Assert.IsType<Settlement.Leave>(await hearing);
        Assert.Equal(0, ear.Settled("abandoned"));
    }

    [Fact]
    public async Task Hear_WhenSomethingUnnamedFails_ThenItIsDoubtedForMinutesBeforeADeliveryIsUsedUp()
    {
        await using var ear = new Ear(new TestBroker(new Bug().Guard<IJournal>(_world.Journal), new FakeClusters(_world.Cluster), _world.Clock, 7));
        var begun = _world.Clock.GetUtcNow();
        var hearing = new TicketQueue(ear.State, ear.Hearing).HearAsync(Structured(Told.Ticket("CASE-1", "e-1", 1)), CancellationToken.None);

        await Waiting.UntilAsync(() => hearing.IsCompleted, Pass);

        Assert.IsType<Settlement.Abandon>(await hearing);
        Assert.InRange(_world.Clock.GetUtcNow() - begun, PatientHearing.Doubt, PatientHearing.Doubt + TimeSpan.FromSeconds(20));
        Assert.Equal(1, ear.Settled("abandoned"));
    }

    [Fact]
    public async Task Hear_WhenTheReaderItselfFails_ThenTheMessageIsDeadLetteredAtOnce()
    {
        var settlement = await _queue.HearAsync(new TicketMessage("application/json", Broken(), new byte[1], null), CancellationToken.None);

        Assert.Equal("unforeseen", Assert.IsType<Settlement.DeadLetter>(settlement).Reason);

        static IEnumerable<KeyValuePair<string, object>> Broken()
        {
            yield return new("cloudEvents:id", "e-1");
            throw new InvalidOperationException("broken");
        }
    }

    private void Pass() => _world.Time.Advance(TimeSpan.FromSeconds(1));

    private async Task PassAsync(TimeSpan span)
    {
        var until = _world.Clock.GetUtcNow() + span;
        await Waiting.UntilAsync(() => _world.Clock.GetUtcNow() >= until, Pass);
    }

    private static TicketMessage Structured(Told told) => new("application/cloudevents+json; charset=utf-8", [], told.Structured(), null);
}
