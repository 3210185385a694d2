using AksArcJit.Journal;

namespace AksArcJit.Broker.Ports;

/// <summary>
/// The rows of a store that no hash covers and that steer the broker: heads, and where the checkpoint log reached which size. They follow from
/// facts and checkpoints, so that a verifier can recompute them. Every method throws <see cref="JournalUnavailableException"/> where the store
/// does not answer.
/// </summary>
public interface IUnhashedRows
{
    /// <summary>The head row of every chain, page by page, in no order.</summary>
    IAsyncEnumerable<HeadEntry> ListHeadsAsync(CancellationToken cancellation);

    /// <summary>As it stands now; null where the chain has none.</summary>
    Task<HeadEntry?> ReadHeadAsync(StreamId stream, CancellationToken cancellation);

    /// <summary>Which checkpoint the store finds for each size of the log.</summary>
    IAsyncEnumerable<(long TreeSize, long Checkpoint)> ListSizesAsync(CancellationToken cancellation);
}

/// <param name="Name">The stream's, as the row has it.</param>
/// <param name="Hash">Of the newest fact.</param>
public sealed record HeadEntry(string Name, long Version, string Hash, Head Head);
