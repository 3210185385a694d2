namespace AksArcJit.Broker.Tests;

public sealed class SpreadingTests
{
    [Fact]
    public async Task Over_WhenTheListBreaksOff_ThenWhatHasBegunIsWaitedForBeforeThatIsTold()
    {
        var work = new TaskCompletionSource();

        var over = Spreading.OverAsync(ListAsync(), _ => work.Task);

        Assert.False(over.IsCompleted);
        work.SetResult();
        await Assert.ThrowsAsync<InvalidDataException>(() => over);

        static async IAsyncEnumerable<int> ListAsync()
        {
            yield return 1;
            await Task.CompletedTask;
            throw new InvalidDataException("The second page has no answer.");
        }
    }
}
