using System.Runtime.CompilerServices;

namespace AksArcJit.Journal.Exports;

/// <summary>Reads <see cref="ExportText"/> line by line. What it cannot read it yields as such: whoever wrote it may be hostile.</summary>
public sealed class ExportReader(Stream source)
{
    /// <summary>The last line, once all was read; null where there was none: the export was cut off.</summary>
    public ExportEnd? End { get; private set; }

    /// <exception cref="FormatException">A line is longer than <see cref="ExportText.LongestLine"/>.</exception>
    public async IAsyncEnumerable<JournalRow> ReadAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        var (number, counted) = (0L, ExportEnd.Nothing);
        await foreach (var (text, isEnded) in Lines.ReadAsync(source, cancellation).ConfigureAwait(false))
        {
            number++;
            if (End is not null)
            {
                yield return new JournalRow.Unreadable($"line {number}", "It stands after the end of the export.");
                continue;
            }
            switch (Read(text, number))
            {
                // Cut off within a line: the missing end says so.
                case ExportLine.Row(JournalRow.Unreadable) when !isEnded:
                    break;
                case ExportLine.Row(var row):
                    counted = counted.Counting(row);
                    yield return row;
                    break;
                case ExportLine.End(var end):
                    End = end;
                    if (counted with { IsWhole = end.IsWhole } != end)
                        yield return new JournalRow.Unreadable($"line {number}",
                            $"The end counts {end.Facts} facts and {end.Checkpoints} checkpoints; {counted.Facts} and {counted.Checkpoints} stand before it.");
                    break;
            }
        }
    }

    private static ExportLine Read(ReadOnlyMemory<byte> text, long number)
    {
        try
        {
            return ExportText.Read(text);
        }
        catch (FormatException fault)
        {
            return new ExportLine.Row(new JournalRow.Unreadable($"line {number}", fault.Message));
        }
    }
}
