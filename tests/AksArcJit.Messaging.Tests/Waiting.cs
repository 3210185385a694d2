namespace AksArcJit.Messaging.Tests;

public static class Waiting
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Sockets and processes are real: looks again every few milliseconds, with what is to be done between looks.</summary>
    public static async Task UntilAsync(Func<bool> holds, Action? between = null, Func<string>? said = null, [System.Runtime.CompilerServices.CallerArgumentExpression(nameof(holds))] string what = "")
    {
        var begun = TimeProvider.System.GetTimestamp();
        while (!holds())
        {
            if (TimeProvider.System.GetElapsedTime(begun) > Patience)
                Assert.Fail($"Not within {Patience.TotalSeconds} s: {what} {said?.Invoke()}");
            between?.Invoke();
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }
    }
}
