using System.Collections.Concurrent;
using AksArcJit.Journal;
using AksArcJit.Lifecycle;
using AksArcJit.Lifecycle.Requests;
using Microsoft.Extensions.Logging;

namespace AksArcJit.Broker.Requests;

/// <summary>
/// Ends many requests on one word. First every end is recorded, which needs the journal only; then all are carried out together. A cluster
/// that hangs delays neither the record nor the ends on other clusters.
/// </summary>
public sealed class Endings(RequestEngine engine, TimeProvider time, ILogger<Endings> log)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<Task, bool> _underWay = new();

    /// <summary>Runs until stopped; then waits for the ends that are being carried out: who gave the word has its answer, and comes no more.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        await time.PauseAsync(Timeout.InfiniteTimeSpan, stop);
        while (!_underWay.IsEmpty)
            await Task.WhenAll(_underWay.Keys);
    }

    /// <summary>Returns when the ends are recorded and being carried out.</summary>
    /// <param name="signalFor">What ends a request as it stands; null where it is to be left alone.</param>
    /// <exception cref="Ports.JournalUnavailableException">Some could not be recorded; those that were are carried out all the same.</exception>
    public async Task<Ending> RecordAsync(IAsyncEnumerable<RequestId> requests, Func<RequestState, Task<Signal?>> signalFor)
    {
        var taken = new ConcurrentQueue<(RequestId Id, Submission Submission)>();
        var recording = Spreading.OverAsync(requests, async id =>
        {
            try
            {
                var read = await engine.ReadToEndAsync(id, CancellationToken.None);
                if (await signalFor(read.State) is not { } signal)
                    return;
                var submission = await engine.SubmitAsync(read, signal, CancellationToken.None);
                if (submission is Submission.Recorded or Submission.Unrecorded)
                    taken.Enqueue((id, submission));
            }
            catch (QuarantineException quarantine)
            {
                // Nothing in it says what to end: the sweep removes its binding. The others go on.
                log.Quarantined(quarantine.Message);
            }
        });
        await recording.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        var carriedOut = Task.WhenAll(taken.Select(one => CarryOutAsync(one.Id, one.Submission)));
        _underWay[carriedOut] = true;
        _ = carriedOut.ContinueWith(done => _underWay.TryRemove(done, out _), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        await recording;
        return new Ending(taken.Count, carriedOut);
    }

    /// <summary>For who answers a person: until the ends are carried out, and no longer than <see cref="Patience"/>.</summary>
    public Task AwaitAsync(Task carriedOut) => carriedOut.IsCompleted ? Task.CompletedTask : Task.WhenAny(carriedOut, Task.Delay(Patience, time));

    /// <summary>Never throws: what fails is told and tried again by the host.</summary>
    private async Task CarryOutAsync(RequestId id, Submission taken)
    {
        try
        {
            if (taken is Submission.Unrecorded unrecorded)
                await engine.CarryOutAsync(unrecorded);
            else
                await engine.CarryOutAsync(((Submission.Recorded)taken).History);
        }
        catch (Exception failure)
        {
            log.AdvanceFailed(StreamId.Of(id), failure.Message, failure);
            engine.Prompt(id);
        }
    }
}

/// <param name="Count">How many requests took the signal.</param>
/// <param name="CarriedOut">Ends when each is carried out as far as it can be for now. Never fails.</param>
public sealed record Ending(int Count, Task CarriedOut);
