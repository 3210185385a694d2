using AksArcJit.Journal;
using AksArcJit.Journal.Checkpoints;

namespace AksArcJit.Broker.Ports;

/// <summary>
/// The checkpoints, stored beside the journal: append-only, numbered from 1 without gaps (design section 5). Every method throws
/// <see cref="JournalUnavailableException"/> where the store cannot be reached, and <see cref="FormatException"/> where what stands at the
/// place asked for is no checkpoint: somebody else wrote there.
/// </summary>
public interface ICheckpointLog
{
    /// <summary>Without its leaves: enough to append the next. Null where there is none.</summary>
    Task<SignedCheckpoint?> ReadNewestAsync(CancellationToken cancellation);

    /// <summary>Null where there is none.</summary>
    Task<StoredCheckpoint?> ReadAsync(long number, CancellationToken cancellation);

    /// <summary>From <paramref name="from"/> on, by number, with their leaves; what is no checkpoint as <see cref="JournalRow.Unreadable"/> at its place.</summary>
    IAsyncEnumerable<JournalRow> ListAsync(long from, CancellationToken cancellation);

    /// <summary>The first whose tree size is at least <paramref name="treeSize"/>: the one that appended the leaf before that size. Null where there is none.</summary>
    Task<StoredCheckpoint?> FindAsync(long treeSize, CancellationToken cancellation);

    /// <summary>Inserts the checkpoint of the next number.</summary>
    /// <returns>False where the number is taken, also by an earlier attempt of our own whose answer was lost: read it again.</returns>
    /// <exception cref="ArgumentException">More leaves than one checkpoint holds (<see cref="MostLeaves"/>).</exception>
    Task<bool> AppendAsync(StoredCheckpoint checkpoint, CancellationToken cancellation);

    /// <summary>So that the row of a store that limits rows (1 MiB on Table Storage) holds the checkpoint, whatever the streams' names.</summary>
    const int MostLeaves = 2000;
}
