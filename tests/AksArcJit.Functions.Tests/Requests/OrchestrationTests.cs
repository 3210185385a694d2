using AksArcJit.Functions.Requests;
using Microsoft.DurableTask;
using Moq;

namespace AksArcJit.Functions.Tests.Requests;

/// <summary>How a request's orchestration waits and asks, step by step, over a context that nothing but the test moves.</summary>
public sealed class OrchestrationTests
{
    private const string Id = "abcdefghijklmnopqrstuvwxyz";
    private static readonly DateTime Now = new(2026, 7, 1, 12, 0, 0, DateTimeKind.Utc);
    private static readonly Turn Over = new(null, null, IsOver: true);

    private readonly Mock<TaskOrchestrationContext> _context = new();
    private readonly List<string> _calls = [];
    private readonly Queue<Func<Turn>> _turns = new();
    private readonly List<(DateTime At, CancellationToken Cancelled)> _timers = [];
    private readonly List<TaskCompletionSource<string>> _hints = [];
    private readonly List<bool> _renewals = [];

    public OrchestrationTests()
    {
        _context.SetupGet(context => context.InstanceId).Returns(Id);
        _context.SetupGet(context => context.CurrentUtcDateTime).Returns(Now);
        _context.Setup(context => context.CallActivityAsync<Turn>(It.IsAny<TaskName>(), It.IsAny<object?>(), It.IsAny<TaskOptions?>()))
            .Returns((TaskName name, object? input, TaskOptions? _) =>
            {
                Assert.Equal(Id, input);
                _calls.Add(name.Name);
                return Answer();
            });
        _context.Setup(context => context.CreateTimer(It.IsAny<DateTime>(), It.IsAny<CancellationToken>()))
            .Returns((DateTime at, CancellationToken cancelled) =>
            {
                _timers.Add((at, cancelled));
                return At is null || at != At ? new TaskCompletionSource().Task : Task.CompletedTask;
            });
        _context.Setup(context => context.WaitForExternalEvent<string>(AccessRequestOrchestration.Hint, It.IsAny<CancellationToken>()))
            .Returns(() =>
            {
                _hints.Add(new TaskCompletionSource<string>());
                return _hints[^1].Task;
            });
        _context.Setup(context => context.ContinueAsNew(It.IsAny<object?>(), It.IsAny<bool>())).Callback((object? _, bool preserves) => _renewals.Add(preserves));
    }

    /// <summary>The timer that fires.</summary>
    private DateTime? At { get; set; }

    [Fact]
    public async Task Run_WhenTurnsNameSteps_ThenTheHistoryReadsAsTheWorkflow()
    {
        Given(new Turn("BeginGrant", null), new Turn("CreateBinding", null), new Turn("RemoveBinding", null), Over);

        await AccessRequestOrchestration.RunAsync(_context.Object);

        Assert.Equal(["Look", "BeginGrant", "CreateBinding", "RemoveBinding"], _calls);
    }

    [Fact]
    public async Task Run_WhenTheTimerFires_ThenItLooksAndKeepsTheHint()
    {
        At = Now.AddHours(1);
        Given(new Turn(null, At), Over);

        await AccessRequestOrchestration.RunAsync(_context.Object);

        Assert.Equal(["Look", "Look"], _calls);
        Assert.Single(_hints);
    }

    [Fact]
    public async Task Run_WhenHinted_ThenTheTimerIsCancelledAndTheHintRenewed()
    {
        Given(new Turn(null, Now.AddHours(1)), Over);

        var running = AccessRequestOrchestration.RunAsync(_context.Object);
        Assert.False(running.IsCompleted);
        _hints[0].SetResult("");
        await running;

        Assert.Equal(["Look", "Look"], _calls);
        Assert.True(_timers.Single().Cancelled.IsCancellationRequested);
        Assert.Equal(2, _hints.Count);
    }

    [Fact]
    public async Task Run_WhenAnActivityFails_ThenItLooksAgainAfterSixtySeconds()
    {
        At = Now.AddSeconds(60);
        Given(new Turn("CreateBinding", null));
        _turns.Enqueue(() => throw new TaskFailedException("CreateBinding", 1, new TaskFailureDetails("(unknown)", "the journal is away", null, null, null)));
        Given(Over);

        await AccessRequestOrchestration.RunAsync(_context.Object);

        Assert.Equal(["Look", "CreateBinding", "Look"], _calls);
        Assert.Equal(At, _timers.Single().At);
    }

    [Fact]
    public async Task Run_WhenItHasTakenAHundredTurns_ThenItBeginsANewHistoryWithoutTheOldHints()
    {
        Given([.. Enumerable.Repeat(new Turn("RemoveBinding", null), 100)]);

        await AccessRequestOrchestration.RunAsync(_context.Object);

        Assert.Equal(100, _calls.Count);
        Assert.Equal([false], _renewals);
    }

    private void Given(params Turn[] turns)
    {
        foreach (var turn in turns)
            _turns.Enqueue(() => turn);
    }

    private Task<Turn> Answer()
    {
        try
        {
            return Task.FromResult(_turns.Dequeue()());
        }
        catch (TaskFailedException failed)
        {
            return Task.FromException<Turn>(failed);
        }
    }
}
