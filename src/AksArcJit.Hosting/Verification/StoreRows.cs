using AksArcJit.Broker.Ports;
using AksArcJit.Journal.Verification;

namespace AksArcJit.Hosting.Verification;

/// <summary>A store as a verifier wants it: the checkpoints first, then every row, so that what is appended meanwhile is no damage.</summary>
public static class StoreRows
{
    /// <param name="pace">Awaited before each row; may hold the reading back.</param>
    /// <exception cref="JournalUnavailableException">The store did not answer.</exception>
    public static async Task FeedAsync(JournalVerifier verifier, IJournal store, ICheckpointLog log, Func<ValueTask> pace, CancellationToken cancellation)
    {
        await foreach (var checkpoint in log.ListAsync(1, cancellation))
        {
            await pace();
            verifier.Take(checkpoint);
        }
        await foreach (var row in store.ScanAsync(cancellation))
        {
            await pace();
            verifier.Take(row);
        }
    }
}
