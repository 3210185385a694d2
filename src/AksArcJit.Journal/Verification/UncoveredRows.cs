namespace AksArcJit.Journal.Verification;

/// <summary>
/// Rows that no leaf holds though they are dated before the first checkpoint which the store lacks: that checkpoint held them. Where they
/// stand, only the checkpoint was taken; where they do not, the store is an older one. What is dated later says nothing, because an older
/// store goes on too.
/// </summary>
/// <param name="until">UTC, when that checkpoint was taken; null where none is missing.</param>
internal sealed class UncoveredRows(DateTimeOffset? until)
{
    private StreamId? _last;

    public int Streams { get; private set; }

    public DateTimeOffset Newest { get; private set; } = DateTimeOffset.MinValue;

    public void Add(FactRecord row)
    {
        if (until is null || row.At > until)
            return;
        Newest = row.At > Newest ? row.At : Newest;
        if (_last == row.Stream)
            return;
        (_last, Streams) = (row.Stream, Streams + 1);
    }
}
