using AksArcJit.Broker.Deadlines;
using AksArcJit.Journal;
using AksArcJit.TestKit;

namespace AksArcJit.Broker.Tests;

public class DeadlineQueueTests
{
    private static readonly DateTimeOffset Noon = Sample.Start;

    [Fact]
    public void TakeDue_WhenRemovalsAndOthersAreDue_TakesRemovalsFirst()
    {
        var queue = new DeadlineQueue();
        queue.Schedule(Stream(1), Noon, isRemoval: false);
        queue.Schedule(Stream(2), Noon.AddSeconds(1), isRemoval: true);
        Assert.Equal(Stream(2), queue.TakeDue(Noon.AddSeconds(1)));
        Assert.Equal(Stream(1), queue.TakeDue(Noon.AddSeconds(1)));
        Assert.Null(queue.TakeDue(Noon.AddSeconds(1)));
    }

    [Fact]
    public void Schedule_WhenAskedTwice_KeepsTheEarlierAndTakesItOnce()
    {
        var queue = new DeadlineQueue();
        queue.Schedule(Stream(1), Noon.AddSeconds(5), false);
        queue.Schedule(Stream(1), Noon.AddSeconds(1), true);
        queue.Schedule(Stream(1), Noon.AddSeconds(9), false);
        Assert.Equal(1, queue.Count);
        Assert.Null(queue.TakeDue(Noon));
        Assert.Equal(Stream(1), queue.TakeDue(Noon.AddSeconds(1)));
        Assert.Null(queue.TakeDue(Noon.AddSeconds(10)));
    }

    [Fact]
    public void Peek_WhenAnEarlierOneArrives_Signals()
    {
        var queue = new DeadlineQueue();
        queue.Schedule(Stream(1), Noon.AddSeconds(5), false);
        queue.Peek();
        var (at, changed) = queue.Peek();
        Assert.Equal(Noon.AddSeconds(5), at);
        Assert.False(changed.IsCompleted);
        queue.Schedule(Stream(2), Noon, false);
        Assert.True(changed.IsCompleted);
    }

    private static StreamId Stream(int number) => StreamId.Of(Sample.Id(number));
}
