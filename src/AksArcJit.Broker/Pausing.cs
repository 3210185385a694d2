namespace AksArcJit.Broker;

public static class Pausing
{
    /// <summary>Ends with the pause, or at once with the stop. A stop is no failure: who pauses asks for it next.</summary>
    public static Task PauseAsync(this TimeProvider time, TimeSpan pause, CancellationToken stop) =>
        Task.Delay(pause, time, stop).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
}
