using AksArcJit.Journal.Checkpoints;

namespace AksArcJit.Journal;

/// <summary>What a store, an export or a bundle holds at one place, when it is read to be verified.</summary>
public abstract record JournalRow
{
    private JournalRow() { }

    public sealed record Fact(FactRecord Record) : JournalRow;

    public sealed record Checkpoint(StoredCheckpoint Stored) : JournalRow;

    /// <summary>Something stands here that is neither: a store that others write to yields this, it does not throw.</summary>
    /// <param name="Where">The place in the store's own words: table and keys, or a line.</param>
    /// <param name="Why">A sentence.</param>
    /// <param name="Stream">Where the place belongs to a stream; rows that name none stand outside every chain.</param>
    /// <param name="Version">Where the place belongs to a version of that stream.</param>
    /// <param name="Number">Where the place belongs to a checkpoint.</param>
    public sealed record Unreadable(string Where, string Why, StreamId? Stream = null, long? Version = null, long? Number = null) : JournalRow;
}
