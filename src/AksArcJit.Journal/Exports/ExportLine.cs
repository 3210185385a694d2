namespace AksArcJit.Journal.Exports;

public abstract record ExportLine
{
    private ExportLine() { }

    public sealed record Row(JournalRow Content) : ExportLine;

    public sealed record End(ExportEnd Content) : ExportLine;
}

/// <summary>The last line: how many lines of each kind stand before it.</summary>
/// <param name="IsWhole">All streams of the journal, or else a selection of them (each whole).</param>
public sealed record ExportEnd(long Facts, long Checkpoints, long Unreadable, bool IsWhole)
{
    public static ExportEnd Nothing { get; } = new(0, 0, 0, true);

    public ExportEnd Counting(JournalRow row) => row switch
    {
        JournalRow.Fact => this with { Facts = Facts + 1 },
        JournalRow.Checkpoint => this with { Checkpoints = Checkpoints + 1 },
        JournalRow.Unreadable => this with { Unreadable = Unreadable + 1 },
        _ => throw new ArgumentOutOfRangeException(nameof(row)),
    };
}
