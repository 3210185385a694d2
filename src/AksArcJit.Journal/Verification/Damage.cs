namespace AksArcJit.Journal.Verification;

/// <summary>Something in a journal that its writers never wrote.</summary>
/// <param name="Stream">The request (or ticket, cluster, system) that it befell; null where it befell a checkpoint or the store.</param>
/// <param name="Version">The first row that it befell; null where no single row can be named.</param>
/// <param name="Checkpoint">The number of the checkpoint that it befell.</param>
/// <param name="Why">A sentence, for people.</param>
public abstract record Damage(StreamId? Stream, long? Version, long? Checkpoint, string Why)
{
    public string Kind => GetType().Name;

    // Sealed: each record of the family would print its fields instead.
    public sealed override string ToString() => $"{Kind}: {(Stream is null ? "" : Stream.Text + (Version is null ? ": " : $", row {Version}: "))}"
        + $"{(Checkpoint is null ? "" : $"checkpoint {Checkpoint}: ")}{Why}";

    public sealed record ValueEdited(StreamId Of, long Row, string Why) : Damage(Of, Row, null, Why);

    /// <param name="Last">The last row of the gap.</param>
    public sealed record RowDeleted(StreamId Of, long Row, long Last)
        : Damage(Of, Row, null, Row == Last ? "The row is missing; rows after it stand." : $"Rows {Row} to {Last} are missing; rows after them stand.");

    public sealed record RowInserted(StreamId Of, long Row, string Why) : Damage(Of, Row, null, Why);

    /// <param name="With">Another row that is out of its place.</param>
    public sealed record RowReordered(StreamId Of, long Row, long With)
        : Damage(Of, Row, null, $"The row stands out of its order, as does row {With}.");

    /// <param name="Last">The version that a checkpoint holds.</param>
    /// <param name="More">What else is to be said, after a blank.</param>
    public sealed record TailTruncated(StreamId Of, long Row, long Last, long By, string More = "")
        : Damage(Of, Row, null, $"The chain ends before this row; checkpoint {By} {(More.Length > 0 ? "or a later one " : "")}holds it up to row {Last}.{More}");

    /// <summary>What stands here was written for a row of another stream, and what was written for here stands there.</summary>
    public sealed record RowSwapped(StreamId Of, long Row, StreamId With, long WithRow)
        : Damage(Of, Row, null, $"The row was exchanged with row {WithRow} of {With}.");

    public sealed record RequestRemoved(StreamId Of, long Last, long By)
        : Damage(Of, null, null, $"All rows are missing; checkpoint {By} holds {(Last == 1 ? "one" : $"{Last}")}.");

    /// <summary>The rows follow from each other, but not to the heads that checkpoints hold.</summary>
    /// <param name="Row">The first row that may have been rewritten: all before it lead to a checkpoint.</param>
    /// <param name="Convicting">The first row that a checkpoint holds with another hash.</param>
    public sealed record ChainRewritten(StreamId Of, long Row, long Convicting, long By)
        : Damage(Of, Row, null, $"The rows from here to {Convicting} or later carry fresh hashes: checkpoint {By} holds another hash of row {Convicting}.");

    public sealed record CheckpointAltered(long Number, string Why) : Damage(null, null, Number, Why);

    /// <param name="Last">The last of those missing.</param>
    /// <param name="More">What else is to be said, after a blank.</param>
    public sealed record CheckpointDropped(long Number, long Last, string More = "")
        : Damage(null, null, Number, (Number == Last ? "The checkpoint is missing." : $"Checkpoints {Number} to {Last} are missing.") + More);

    public sealed record CheckpointResigned(long Number, string Why) : Damage(null, null, Number, Why);

    /// <summary>A row, or a checkpoint, that is dated before what it follows.</summary>
    public sealed record ClockMovedBack(StreamId? Of, long? Row, long? Number, string Why) : Damage(Of, Row, Number, Why);

    /// <param name="Number">The first checkpoint that the store has forgotten.</param>
    public sealed record StoreRestored(long Number, string Why) : Damage(null, null, Number, Why);

    /// <summary>Of the anchor, not of the store: lines were taken from its middle.</summary>
    public sealed record AnchorDropped(long Number, long Last)
        : Damage(null, null, Number, Number == Last ? "The anchor's line of it is missing; lines after it stand." : $"The anchor's lines of checkpoints {Number} to {Last} are missing; lines after them stand.");

    /// <summary>Of the anchor, not of the store: a line that is none which its writers wrote there.</summary>
    /// <param name="Line">From 1.</param>
    public sealed record AnchorAltered(long Line, long? Number, string Why) : Damage(null, null, Number, $"Line {Line} of the anchor: {Why}");

    /// <summary>A row that no hash covers, and that contradicts the facts or checkpoints from which it follows.</summary>
    public sealed record IndexAltered(StreamId? Of, long? Number, string Why) : Damage(Of, null, Number, Why);

    /// <summary>Something that no writer of ours writes stands among the rows.</summary>
    public sealed record NotReadable(string Where, StreamId? Of, long? Row, long? Number, string Why) : Damage(Of, Row, Number, $"{Where}: {Why}");
}
