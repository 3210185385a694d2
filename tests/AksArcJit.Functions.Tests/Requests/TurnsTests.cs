using AksArcJit.Broker.Requests;
using AksArcJit.Functions.Requests;
using AksArcJit.Lifecycle;
using AksArcJit.Lifecycle.Requests;
using AksArcJit.TestKit;
using AksArcJit.TestKit.Brokers;
using Microsoft.Extensions.Logging.Abstractions;

namespace AksArcJit.Functions.Tests.Requests;

public sealed class TurnsTests
{
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(2);
    private readonly World _world = new();
    private readonly Turns _turns;

    public TurnsTests() => _turns = new Turns(_world.Broker.Engine, _world.Broker.Queue, new OpenGrants(), _world.Clock, NullLogger<Turns>.Instance);

    [Fact]
    public async Task Take_WhenTheRequestWaits_ThenTheOrchestrationComesAfterTheDeadlineItself()
    {
        var id = await GrantAsync();
        var active = Assert.IsType<RequestState.Active>(await _world.Broker.StateAsync(id));

        var turn = await _turns.TakeAsync(id);

        Assert.Equal(new Turn(null, (active.ExpiresAt + Turns.Grace).UtcDateTime), turn);
    }

    [Fact]
    public async Task Take_WhenTheWaitIsShort_ThenItIsWaitedOutHere()
    {
        var id = await GrantAsync();
        _world.Broker.Queue.TakeDue(DateTimeOffset.MaxValue);
        _world.Time.Advance(Window - TimeSpan.FromSeconds(60));

        await _turns.TakeAsync(id);

        Assert.Equal(((RequestState.Active)await _world.Broker.StateAsync(id)).ExpiresAt, _world.Broker.Queue.Peek().At);
    }

    [Fact]
    public async Task Take_WhenTheEndIsDue_ThenAccessIsGoneAndTheOrchestrationOver()
    {
        var id = await GrantAsync();
        _world.Time.Advance(Window + TimeSpan.FromSeconds(1));

        var turn = await _turns.TakeAsync(id);

        Assert.Equal(Turns.Over, turn);
        Assert.IsType<RequestState.Closed>(await _world.Broker.StateAsync(id));
    }

    [Fact]
    public async Task Take_WhenTwoTakeItAtOnce_ThenThereIsOneEnd()
    {
        var id = await GrantAsync();
        _world.Time.Advance(Window + TimeSpan.FromSeconds(1));

        await Task.WhenAll(_turns.TakeAsync(id), _turns.TakeAsync(id));
        Assert.Equal(Turns.Over, await _turns.TakeAsync(id));

        var facts = await _world.Journal.ReadAsync(AksArcJit.Journal.StreamId.Of(id), TestContext.Current.CancellationToken);
        Assert.Single(facts, fact => fact.Kind == nameof(RequestFact.AccessGone));
        Assert.Single(facts, fact => fact.Kind == nameof(RequestFact.RevocationStarted));
    }

    [Fact]
    public async Task Take_WhenNobodyEverAskedForIt_ThenItIsOver() =>
        Assert.Equal(Turns.Over, await _turns.TakeAsync(RequestId.Parse(new string('z', RequestId.Length))));

    private async Task<RequestId> GrantAsync()
    {
        await _world.OpenTicketAsync();
        var asked = Assert.IsType<Submission.Recorded>(await _world.Broker.AskAsync(null, Window));
        await _world.Broker.ApproveAsync(asked.History.Id, Sample.Approver);
        return asked.History.Id;
    }
}
