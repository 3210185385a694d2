using AksArcJit.Broker.Checkpoints;
using AksArcJit.Broker.Ports;
using AksArcJit.Journal.Verification;

namespace AksArcJit.Hosting.Verification;

/// <summary>A store as a verifier wants it: the checkpoints first, then every row, so that what is appended meanwhile is no damage.</summary>
public static class StoreRows
{
    /// <param name="unhashed">Compared with what was read; null where the store has none to read.</param>
    /// <param name="pace">Awaited before each row; may hold the reading back.</param>
    /// <exception cref="JournalUnavailableException">The store did not answer.</exception>
    public static async Task FeedAsync(JournalVerifier verifier, IJournal store, ICheckpointLog log, IUnhashedRows? unhashed, TimeProvider time, Func<ValueTask> pace, CancellationToken cancellation)
    {
        var indexes = unhashed is null ? null : new IndexVerification(store, log, unhashed, verifier, time);
        await foreach (var checkpoint in log.ListAsync(1, cancellation))
        {
            await pace();
            verifier.Take(checkpoint);
            indexes?.Note(checkpoint);
        }
        await foreach (var row in store.ScanAsync(cancellation))
        {
            await pace();
            verifier.Take(row);
        }
        if (indexes is not null)
            await indexes.RunAsync(pace, cancellation);
    }
}
